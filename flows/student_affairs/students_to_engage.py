"""Students to Anthology Engage, by its REST interface."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from common import Receipt, campus_flow, extract, snapshot, today, upsert
from flows.student_affairs.engage import SQL, STUDENTS


@campus_flow(source="warehouse", sink="engage-api", contact="student-affairs-it@campus.example")
def students_to_engage(as_of: date | None = None) -> Receipt:
    """This term's students, hourly, to Engage: by REST, only what changed since the last run.

    From the warehouse: students who have not withdrawn. Engage deletes nobody; leavers are archived there by
    hand. Late or failed: new students cannot join a group until the next run, which sends what is missing.
    """
    students = extract("warehouse", SQL, as_of=as_of or today()).frame(STUDENTS)
    with snapshot("engage-students", STUDENTS) as seen:
        changes = seen.compare(students, max_removed=0.05)
        return upsert(changes, seen, to="engage-api", path="/users/{username}", body=engage_user)


def engage_user(student: Mapping[str, Any]) -> Mapping[str, Any]:
    """One account, under Engage's names."""
    return {column.title: student[column.name] for column in STUDENTS.columns}
