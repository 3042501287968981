"""Students to Anthology Engage, as its account import file."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from common import Column, Receipt, campus_flow, deliver, extract, today, write_csv
from flows.student_affairs.engage import SQL, STUDENTS

if TYPE_CHECKING:
    import pandas as pd

ACCOUNTS = replace(
    STUDENTS,
    name="Engage accounts",
    columns=(Column("action", header="Action", one_of=("Update",)), *STUDENTS.columns),
)


@campus_flow(source="warehouse", sink="engage-sftp", contact="student-affairs-it@campus.example")
def accounts_to_engage(as_of: date | None = None) -> Receipt:
    """All of this term's students, weekly, to Engage: the account import file and its .DONE, by SFTP.

    From the warehouse: the rows of students_to_engage, whole, which mends whatever an hourly run missed. Engage
    reads the file once the .DONE is there. Late or failed: nothing is lost while the hourly runs succeed.
    """
    day = as_of or today()
    accounts = extract("warehouse", SQL, as_of=day).map(as_update)
    file = write_csv(accounts, ACCOUNTS, f"accounts_{day:%Y%m%d}.csv")
    return deliver(file, to="engage-sftp", path=f"accounts_{day:%Y%m%d}.csv")


def as_update(students: "pd.DataFrame") -> "pd.DataFrame":
    """Engage recommends Update for new and known accounts alike."""
    return students.assign(action="Update")
