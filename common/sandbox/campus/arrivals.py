"""Who comes to the campus on a day: admitted students and hired employees."""

import numpy as np
import pyarrow as pa

from common.sandbox.campus.addresses import address_tables
from common.sandbox.campus.changes import Kind
from common.sandbox.campus.contacts import contact_tables
from common.sandbox.campus.daily_studies import Seats, enrollment_rows
from common.sandbox.campus.employment import job_table
from common.sandbox.campus.ledger import Ledger
from common.sandbox.campus.people import people_tables
from common.sandbox.campus.population import Population, newcomers
from common.sandbox.campus.programs import program_tables, studies
from common.sandbox.campus.rows import fill, stacked
from common.sandbox.campus.tables import TABLES
from common.sandbox.campus.term_records import term_records
from common.sandbox.campus.terms import terms

__all__ = ["welcome"]

_FIRST_CLASSES = 4


def welcome(ledger: Ledger) -> None:
    """Write the day's admissions and hires into the ledger."""
    around = terms(ledger.term.begin)
    draws, last = ledger.draws(Kind.ADMISSION), ledger.last_number()
    admitted = newcomers(draws, ledger.today, around, after=last, students=ledger.count(0.4), employees=0)
    tables = _person_tables(ledger, Kind.ADMISSION, admitted)
    careers = studies(admitted, draws)
    enrolled = _first_enrollments(ledger, admitted)
    tables |= program_tables(admitted, draws, careers, around)
    tables |= {
        "PS_STDNT_ENRL": enrolled,
        "PS_STDNT_CAR_TERM": term_records(
            draws,
            admitted,
            careers,
            around,
            enrollments=enrolled,
            withdrawn=np.zeros(len(careers), dtype=np.bool_),
        ),
    }
    _append(ledger, Kind.ADMISSION, admitted, tables)

    draws, last = ledger.draws(Kind.HIRE), ledger.last_number()
    hired = newcomers(draws, ledger.today, around, after=last, students=0, employees=ledger.count(0.4))
    tables = _person_tables(ledger, Kind.HIRE, hired)
    _append(ledger, Kind.HIRE, hired, tables | {"PS_JOB": job_table(hired, draws)})


def _person_tables(ledger: Ledger, kind: Kind, arrived: Population) -> dict[str, pa.Table]:
    draws = ledger.draws(kind, "people")
    people = people_tables(arrived, draws)
    return {
        **people,
        **address_tables(arrived, draws, TABLES["PS_CU_HOUSING"].schema.empty_table()),
        **contact_tables(arrived, draws, people["PS_NAMES"]),
        "PS_PERSONAL_DATA": fill("PS_PERSONAL_DATA", len(arrived), EMPLID=arrived.emplid, FERPA="N"),
    }


def _first_enrollments(ledger: Ledger, admitted: Population) -> pa.Table:
    """Some open classes for each; nobody else gets these today."""
    seats, rows = Seats(ledger), [TABLES["PS_STDNT_ENRL"].schema.empty_table()]
    for emplid in admitted.emplid.to_pylist():
        classes = seats.classes.take(pa.array(seats.take(_FIRST_CLASSES, set()), pa.int64()))
        ledger.classes_touched.update(classes["CLASS_NBR"].to_pylist())
        rows.append(enrollment_rows(ledger, emplid, classes))
    return stacked(*rows)


def _append(ledger: Ledger, kind: Kind, arrived: Population, tables: dict[str, pa.Table]) -> None:
    """Add the rows; a newcomer's change names every table with a row of theirs."""
    present = {name: set(rows["EMPLID"].to_pylist()) for name, rows in tables.items()}
    classes: dict[str, list[int]] = {}
    for row in tables.get("PS_STDNT_ENRL", TABLES["PS_STDNT_ENRL"].schema.empty_table()).to_pylist():
        classes.setdefault(row["EMPLID"], []).append(row["CLASS_NBR"])
    for name, rows in tables.items():
        ledger.append(name, rows)
    for emplid in arrived.emplid.to_pylist():
        ledger.record(
            kind,
            emplid,
            [name for name, emplids in present.items() if emplid in emplids],
            classes.get(emplid, ()),
        )
