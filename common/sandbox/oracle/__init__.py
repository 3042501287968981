"""A stand-in for Oracle Database, for laptops and tests.

The unmodified ``oracledb`` driver logs in to it in thin mode, by the protocol of 12.2 to 19c. Its SQL is
translated construct by construct and runs on DuckDB in memory. What it does not run as Oracle would is refused
with an ORA- error, mostly ORA-03001 "the stand-in does not ...": an answer is Oracle's answer, or none.

    database = Database()
    database.create_table("SYSADM", "CREATE TABLE PS_NAMES (EMPLID VARCHAR2(11) NOT NULL, ...)")
    database.load("SYSADM", "PS_NAMES", rows)
    with Server({"CAMPUS": database}, {"READER": User("secret", schema="SYSADM")}) as server:
        oracledb.connect(user="READER", password="secret", dsn=f"127.0.0.1:{server.port}/CAMPUS")

It is evidence that a query parses, names tables and columns that exist, has the types that it is thought to
have, and gives the right rows for the rows that were loaded.

It is **not** evidence for:

* speed: there is no Oracle optimiser, and hints and indexes mean nothing;
* privileges: every user may read and change every table;
* concurrency: no locks, no ORA-00060, no ORA-01555 but those that a test asks for;
* a session's NLS settings: what depends on them (dates as text without a format) is refused; sorting and
  comparing is BINARY, lengths count characters unless a column says BYTE, names of days and months are English;
* the protocol of 21c and later, thick mode, TLS, native network encryption, proxy logins, wallets;
* PL/SQL, sequences, views, foreign keys, triggers, time zones other than +00:00, objects, JSON, XML;
* the last digits of numbers: 38 digits in all, 10 decimals in a NUMBER without a scale, 20 decimals in a quotient
  (Oracle: 40 significant digits);
* leniency: TO_DATE wants its text to follow the format to the letter;
* the text and the position of an error where several things are wrong.
"""

from common.sandbox.oracle.database import Database
from common.sandbox.oracle.errors import OracleError
from common.sandbox.oracle.server.faults import Fault
from common.sandbox.oracle.server.listener import Server, User
from common.sandbox.oracle.wire.login import Verifier

__all__ = ["Database", "Fault", "OracleError", "Server", "User", "Verifier"]
