"""What happens to studies in a day: withdrawals, drops and adds, and the seats they take and leave."""

from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.catalog import units_of
from common.sandbox.campus.changes import Kind
from common.sandbox.campus.enrollments import class_totals, term_units
from common.sandbox.campus.ledger import Ledger
from common.sandbox.campus.rows import Mask, fill, stacked
from common.sandbox.campus.tables import TABLES
from common.sandbox.campus.term_records import term_load
from common.sandbox.campus.terms import INSTITUTION

__all__ = ["Seats", "change_studies", "count_seats", "enrollment_rows"]

_TOUCHED = ("PS_STDNT_CAR_TERM", "PS_STDNT_ENRL")


class Seats:
    """Open classes of the current term for undergraduates; each is given away once a day."""

    def __init__(self, ledger: Ledger) -> None:
        classes = ledger.tables["PS_CLASS_TBL"].filter(
            (pc.field("STRM") == ledger.term.strm)
            & (pc.field("ACAD_CAREER") == "UGRD")
            & (pc.field("CLASS_STAT") == "A")
            & (pc.field("ENRL_TOT") < pc.field("ENRL_CAP"))
        )
        touched = pc.is_in(classes["CLASS_NBR"], value_set=pa.array(ledger.classes_touched, pa.int64()))
        self.classes = classes.filter(pc.invert(touched)).combine_chunks()
        order = ledger.draws(Kind.ADD, "seats").order(self.classes.num_rows)
        self._free = dict.fromkeys(order.tolist())

    def take(self, number: int, besides: set[int]) -> list[int]:
        """Positions in ``classes`` of up to so many open ones whose numbers are not in ``besides``."""
        numbers = self.classes["CLASS_NBR"]
        fitting = (place for place in self._free if numbers[place].as_py() not in besides)
        taken = list(islice(fitting, number))
        for place in taken:
            del self._free[place]
        return taken


def change_studies(ledger: Ledger) -> None:
    """Write a day of withdrawals, drops and adds into the ledger; totals are counted afterwards."""
    _withdraw(ledger)
    _drop(ledger)
    _add(ledger)


def count_seats(ledger: Ledger) -> None:
    """Bring the totals of classes and term records in line with the enrollments."""
    enrollments, classes = ledger.tables["PS_STDNT_ENRL"], ledger.tables["PS_CLASS_TBL"]
    enrolled, waiting = class_totals(enrollments, classes["STRM"], classes["CLASS_NBR"])
    ledger.assign("PS_CLASS_TBL", np.ones(len(classes), dtype=np.bool_), ENRL_TOT=enrolled, WAIT_TOT=waiting)
    records = ledger.tables["PS_STDNT_CAR_TERM"]
    current = pc.equal(records["STRM"], ledger.term.strm).to_numpy()
    now = records.filter(pa.array(current))
    load = term_load(now["ACAD_CAREER"].combine_chunks(), term_units(enrollments, now))
    ledger.assign("PS_STDNT_CAR_TERM", current, **load)


def enrollment_rows(ledger: Ledger, emplid: str, classes: pa.Table) -> pa.Table:
    """Enrollments of one undergraduate in the given classes, added today."""
    return fill(
        "PS_STDNT_ENRL",
        classes.num_rows,
        EMPLID=emplid,
        ACAD_CAREER="UGRD",
        INSTITUTION=INSTITUTION,
        STRM=ledger.term.strm,
        CLASS_NBR=classes["CLASS_NBR"],
        STDNT_ENRL_STATUS="E",
        ENRL_STATUS_REASON="ENRL",
        UNT_TAKEN=units_of(classes["CRSE_ID"]),
        GRADING_BASIS_ENRL="GRD",
        ENRL_ADD_DT=ledger.today,
        SESSION_CODE=classes["SESSION_CODE"],
        LAST_UPD_DT_STMP=ledger.today,
    )


def _withdraw(ledger: Ledger) -> None:
    """Students who leave the term: all their careers, all their classes."""
    people = ledger.choose(Kind.WITHDRAWAL, _taking(ledger, "E"), 0.3)
    records = ledger.rows_of("PS_STDNT_CAR_TERM", people, "STRM")
    ledger.assign("PS_STDNT_CAR_TERM", records, WITHDRAW_CODE="WDR", WITHDRAW_DATE=ledger.today)
    held = pc.is_in(
        ledger.tables["PS_STDNT_ENRL"]["STDNT_ENRL_STATUS"], value_set=pa.array(["E", "W"])
    ).to_numpy()
    _end(ledger, Kind.WITHDRAWAL, people, ledger.rows_of("PS_STDNT_ENRL", people, "STRM") & held, "WDRW")


def _drop(ledger: Ledger) -> None:
    people = ledger.choose(Kind.DROP, _taking(ledger, "E"), 2)
    rows = ledger.rows_of("PS_STDNT_ENRL", people, "ACAD_CAREER", "STRM", "CLASS_NBR")
    _end(ledger, Kind.DROP, people, rows, "DROP")


def _taking(ledger: Ledger, status: str) -> pa.Table:
    """The current term's enrollments of a status."""
    return ledger.tables["PS_STDNT_ENRL"].filter(
        (pc.field("STRM") == ledger.term.strm) & (pc.field("STDNT_ENRL_STATUS") == status)
    )


def _end(ledger: Ledger, kind: Kind, people: pa.Table, rows: Mask, reason: str) -> None:
    """End enrollments and note which classes each of the people left."""
    left = ledger.tables["PS_STDNT_ENRL"].filter(pa.array(rows)).select(["EMPLID", "CLASS_NBR"]).to_pylist()
    ledger.assign(
        "PS_STDNT_ENRL",
        rows,
        STDNT_ENRL_STATUS="D",
        ENRL_STATUS_REASON=reason,
        UNT_TAKEN=0,
        ENRL_DROP_DT=ledger.today,
        LAST_UPD_DT_STMP=ledger.today,
    )
    for emplid in people["EMPLID"].to_pylist():
        numbers = [row["CLASS_NBR"] for row in left if row["EMPLID"] == emplid]
        ledger.classes_touched.update(numbers)
        ledger.record(kind, emplid, _TOUCHED, numbers)


def _add(ledger: Ledger) -> None:
    """Undergraduates with classes who take one more."""
    taking = _taking(ledger, "E").filter(pc.field("ACAD_CAREER") == "UGRD")
    people = ledger.choose(Kind.ADD, taking, 1.5)
    known = ledger.tables["PS_STDNT_ENRL"].filter(pa.array(ledger.rows_of("PS_STDNT_ENRL", people, "STRM")))
    pairs = known.select(["EMPLID", "CLASS_NBR"]).to_pylist()
    seats, rows = Seats(ledger), [TABLES["PS_STDNT_ENRL"].schema.empty_table()]
    for emplid in people["EMPLID"].to_pylist():
        taken = seats.take(1, {row["CLASS_NBR"] for row in pairs if row["EMPLID"] == emplid})
        if taken:
            classes = seats.classes.take(pa.array(taken))
            rows.append(enrollment_rows(ledger, emplid, classes))
            ledger.classes_touched.update(classes["CLASS_NBR"].to_pylist())
            ledger.record(Kind.ADD, emplid, _TOUCHED, classes["CLASS_NBR"].to_pylist())
    ledger.append("PS_STDNT_ENRL", stacked(*rows))
