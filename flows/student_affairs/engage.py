"""What Anthology Engage takes: the contract and the query that both forms of its account import share."""

from pathlib import Path

from common import Column, Contract

SQL = Path(__file__).with_name("students_to_engage.sql")

STUDENTS = Contract(
    "Engage students",
    columns=(
        Column("username", header="Username", personal=True, max_length=50),
        Column("first_name", header="FirstName", personal=True),
        Column("last_name", header="LastName", personal=True),
        Column("campus_email", header="CampusEmail", personal=True, pattern=r"[^@\s]+@[^@\s]+"),
        Column("student_id", header="StudentId", personal=True, max_length=11),
        Column("career", header="Career"),
        Column("academic_level", header="AcademicLevel", required=False),
        Column("enrollment_status", header="EnrollmentStatus", one_of=("Full-time", "Part-time")),
        Column("privacy_hold", header="PrivacyHold", one_of=("Y", "N")),
    ),
    key=("username",),
)
