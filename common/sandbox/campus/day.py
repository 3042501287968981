"""The next day: what happens on a campus overnight, and the account of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.arrivals import welcome
from common.sandbox.campus.campus import Campus
from common.sandbox.campus.changes import Change, Kind
from common.sandbox.campus.daily_people import change_people
from common.sandbox.campus.daily_studies import change_studies, count_seats
from common.sandbox.campus.ledger import Ledger
from common.sandbox.campus.personal_data import personal_data
from common.sandbox.campus.tables import TABLES

__all__ = ["next_day"]

_SNAPSHOT_SOURCES: Final = {
    "PS_NAMES": pc.field("NAME_TYPE") == "PRI",
    "PS_ADDRESSES": pc.field("ADDRESS_TYPE") == "HOME",
    "PS_PERS_DATA_EFFDT": pc.scalar(True),
}
"""The rows that PS_PERSONAL_DATA repeats."""


def next_day(campus: Campus) -> tuple[Campus, list[Change]]:
    """The campus a day later, and every change that made its current rows different.

    Deterministic, and repeatable: the day after follows from its result. The campus stays in its term; for
    another term build a campus with a later day. What a date range means, other than EFFDT, is not
    followed: a housing assignment that ends is no change.
    """
    tomorrow = campus.today + timedelta(days=1)
    ledger = Ledger(campus.seed, tomorrow, campus.term, campus.tables)
    _come_due(ledger)
    change_studies(ledger)
    welcome(ledger)
    change_people(ledger)
    count_seats(ledger)
    flags = ledger.tables["PS_PERSONAL_DATA"]["FERPA"]
    ledger.tables["PS_PERSONAL_DATA"] = personal_data(ledger.tables, tomorrow, flags)
    return replace(campus, today=tomorrow, tables=ledger.tables), ledger.changes


def _come_due(ledger: Ledger) -> None:
    """Note the rows that were dated ahead for today, person by person."""
    today = pa.scalar(ledger.today).cast(pa.timestamp("s"))
    affected: dict[str, set[str]] = {}
    for name, table in ledger.tables.items():
        if not TABLES[name].effective_dated:
            continue
        due = table.filter(pc.equal(table["EFFDT"], today))
        for emplid in (
            due["EMPLID"].to_pylist() if "EMPLID" in due.column_names else [""] * bool(due.num_rows)
        ):
            affected.setdefault(emplid, set()).add(name)
        if name in _SNAPSHOT_SOURCES:
            for emplid in due.filter(_SNAPSHOT_SOURCES[name])["EMPLID"].to_pylist():
                affected[emplid].add("PS_PERSONAL_DATA")
    for emplid in sorted(affected):
        ledger.record(Kind.CAME_DUE, emplid, affected[emplid])
