"""Errors of MySQL and MariaDB in our terms. Only texts that cannot quote a row or a bind are passed on.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
https://mariadb.com/kb/en/mariadb-error-code-reference/
"""

import re

import pymysql
from pymysql.constants import CR, ER

from common.connectors.database.request import Request
from common.connectors.database.rows import RefusedRowsError
from common.errors import ConfigError, DataFlowError, TransientError

__all__ = ["explained", "refused_rows", "said"]

HELP = "https://dev.mysql.com/doc/mysql-errors/8.4/en/"
# 1820 and 1862: expired; 3118 and 4151: locked; 2059 and 2061: a way to log in that the driver does not have
REFUSED_LOGIN = {
    *(ER.ACCESS_DENIED_ERROR, ER.HOST_NOT_PRIVILEGED, ER.HOST_IS_BLOCKED, 1698, 1820, 1862, 3118, 4151),
    *(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, CR.CR_AUTH_PLUGIN_ERR),
}
UNKNOWN_DATABASE = {ER.BAD_DB_ERROR, ER.DBACCESS_DENIED_ERROR}
PASSING = {
    *(1040, 1053, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1317, 1927, 1969, 3024),
    *(CR.CR_CONNECTION_ERROR, CR.CR_CONN_HOST_ERROR, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST),
    0,  # what the driver says of a connection that it knows to be closed
}
# They name tables and columns, and what the user may not do.
TELLING = {1052, 1054, 1060, 1109, 1142, 1143, 1146, 1305, 1356, 1370}
OF_A_ROW = {1265, 1366, 1411, 1644, 3140, 3819, 4025}  # beside what SQLSTATE 22 and 23 say
NAMED = (  # where an error's text ends in a name, which no value can imitate
    re.compile(r"for column [`'](?:[^`']*`\.`)*([^`']+)[`'] at row \d+$"),
    re.compile(r"^Column '([^']+)' cannot be null$"),
    re.compile(r"for key '([^']+)'$"),
    re.compile(r"CONSTRAINT `([^`]+)` (?:failed for `|FOREIGN KEY)"),
)


def explained(
    error: pymysql.err.Error, request: Request, *, name: str, at: str, username: str
) -> DataFlowError:
    """The driver's error while the request ran ``at`` host, port and database."""
    code, text = _code(error), said(error)
    if refused := _no_entry(code, text, name=name, at=at, username=username):
        return refused
    if code in PASSING:
        return TransientError(
            f"{name}: {at} cannot be reached or broke off while {request.what} ran ({code}). "
            "If it lasts, check host and port on the page and ask the database's owner."
        )
    if code == ER.PARSE_ERROR:  # it quotes the SQL, where the binds' values stand
        line = re.search(r" at line (\d+)$", text)
        return request.refused(
            f"{name}: {request.what} fails at line {line[1] if line else 'unknown'}: the server does not understand "
            f"the SQL from there on ({code}). {request.advice}"
        )
    if code in TELLING:
        return request.refused(f"{name}: {request.what} fails ({code}): {text}. {request.advice}")
    return request.refused(
        f"{name}: {request.what} fails with error {code}; its text is withheld because it may quote a row. "
        f"Its meaning: {HELP}, error {code}."
    )


def refused_rows(error: pymysql.err.Error) -> RefusedRowsError | None:
    """The error, if one of the rows is at fault and not the statement or the connection."""
    code, state, text = _code(error), getattr(error, "sqlstate", None) or "", said(error)
    if code not in OF_A_ROW and state[:2] not in {"22", "23"}:
        return None
    named = next((found[1] for mark in NAMED if (found := mark.search(text))), "")
    return RefusedRowsError(f"error {code} in {named}" if named else f"error {code}", text)


def said(error: pymysql.err.Error) -> str:
    """The server's words."""
    return str(error.args[1]) if len(error.args) > 1 else ""


def _no_entry(code: int, text: str, *, name: str, at: str, username: str) -> ConfigError | None:
    if code in REFUSED_LOGIN:
        return ConfigError(
            f"{name}: {at} refused the login of {username} ({code}). Check user and password on the page; ask the "
            "database's owner if the account is locked, or closed to this host."
        )
    if code in UNKNOWN_DATABASE:
        return ConfigError(
            f"{name}: no such database at {at}, or {username} may not use it ({code}). Check it on the page."
        )
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return ConfigError(
            f"{name}: {at} shows a certificate that is not trusted, or is another host's. "
            "Ask the database's owner, or correct host and tls on the page."
        )
    if code == CR.CR_SSL_CONNECTION_ERROR:
        return ConfigError(f"{name}: {at} does not offer the TLS that tls on the page asks for.")
    return None


def _code(error: pymysql.err.Error) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
