"""What happens to people in a day: moves, names, e-mail, vehicles, holds, privacy, death, jobs that end."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.addresses import homes
from common.sandbox.campus.changes import Kind
from common.sandbox.campus.employment import termination_rows
from common.sandbox.campus.holds import hold_rows, withhold_everything
from common.sandbox.campus.ledger import Ledger
from common.sandbox.campus.names import LAST_NAMES, NICKNAMES
from common.sandbox.campus.people import display_name
from common.sandbox.campus.residents import vehicle_rows
from common.sandbox.campus.rows import Days, assign, joined

__all__ = ["change_people"]


def change_people(ledger: Ledger) -> None:
    """Write a day of changes to people into the ledger."""
    _move(ledger)
    _announce_moves(ledger)
    _rename(ledger)
    _prefer_names(ledger)
    _change_emails(ledger)
    _register_vehicles(ledger)
    _place_holds(ledger)
    _release_holds(ledger)
    _place_ferpa(ledger)
    _lift_ferpa(ledger)
    _terminate(ledger)
    _die(ledger)


def _days(ledger: Ledger, people: pa.Table, ahead: int = 0) -> Days:
    return np.full(people.num_rows, np.datetime64(ledger.today) + ahead)


def _emplids(people: pa.Table) -> pa.Array:
    return people["EMPLID"].combine_chunks()


def _listed_homes(ledger: Ledger) -> pa.Table:
    return ledger.current("PS_ADDRESSES").filter(
        (pc.field("ADDRESS_TYPE") == "HOME") & (pc.field("EFF_STATUS") == "A")
    )


def _move(ledger: Ledger) -> None:
    people = ledger.choose(Kind.MOVE, _listed_homes(ledger), 1.5)
    draws = ledger.draws(Kind.MOVE)
    ledger.append("PS_ADDRESSES", homes(draws, _emplids(people), _days(ledger, people)))
    ledger.record_all(Kind.MOVE, people, "PS_ADDRESSES", "PS_PERSONAL_DATA")


def _announce_moves(ledger: Ledger) -> None:
    """Homes from the day after tomorrow on, for people who have none entered ahead yet."""
    settled = _listed_homes(ledger)
    today = pa.scalar(ledger.today).cast(pa.timestamp("s"))
    ahead = ledger.tables["PS_ADDRESSES"].filter(pc.field("EFFDT") > today)
    expected = pc.is_in(settled["EMPLID"], value_set=_emplids(ahead))
    people = ledger.choose(Kind.ANNOUNCEMENT, settled.filter(pc.invert(expected)), 0.5)
    draws = ledger.draws(Kind.ANNOUNCEMENT)
    ledger.append("PS_ADDRESSES", homes(draws, _emplids(people), _days(ledger, people, 2)))
    ledger.record_all(Kind.ANNOUNCEMENT, people)


def _rename(ledger: Ledger) -> None:
    current = ledger.current("PS_NAMES").filter(pc.field("NAME_TYPE") == "PRI")
    people = ledger.choose(Kind.RENAME, current, 0.3)
    family = joined(
        ledger.draws(Kind.RENAME).pick(LAST_NAMES, people.num_rows), people["LAST_NAME"], separator="-"
    )
    _name(ledger, people, NAME_TYPE="PRI", LAST_NAME=pc.utf8_slice_codeunits(family, 0, 30))
    ledger.record_all(Kind.RENAME, people, "PS_NAMES", "PS_PERSONAL_DATA")


def _prefer_names(ledger: Ledger) -> None:
    current = ledger.current("PS_NAMES").filter(pc.field("NAME_TYPE") == "PRI")
    people = ledger.choose(Kind.PREFERRED_NAME, current, 0.5)
    nickname = ledger.draws(Kind.PREFERRED_NAME).pick(NICKNAMES, people.num_rows)
    _name(ledger, people, NAME_TYPE="PRF", FIRST_NAME=nickname)
    ledger.record_all(Kind.PREFERRED_NAME, people, "PS_NAMES")


def _name(ledger: Ledger, people: pa.Table, **columns: object) -> None:
    every = np.arange(people.num_rows)
    rows = assign("PS_NAMES", people, every, **columns, EFFDT=_days(ledger, people))
    parts = [
        rows[name].combine_chunks() for name in ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "NAME_SUFFIX")
    ]
    ledger.append("PS_NAMES", assign("PS_NAMES", rows, every, NAME_DISPLAY=display_name(*parts)))


def _change_emails(ledger: Ledger) -> None:
    private = ledger.tables["PS_EMAIL_ADDRESSES"].filter(pc.field("E_ADDR_TYPE") == "HOME")
    people = ledger.choose(Kind.EMAIL, private, 0.6)
    address = joined("h", people["EMPLID"], f".{ledger.today:%y%m%d}@mail.example")
    mine = ledger.rows_of("PS_EMAIL_ADDRESSES", people, "E_ADDR_TYPE")
    ledger.assign("PS_EMAIL_ADDRESSES", mine, EMAIL_ADDR=address)
    ledger.record_all(Kind.EMAIL, people, "PS_EMAIL_ADDRESSES")


def _register_vehicles(ledger: Ledger) -> None:
    active = ledger.tables["PS_CU_IDENTITY"].filter(pc.field("CARD_STATUS") == "A")
    owners = pc.is_in(active["EMPLID"], value_set=_emplids(ledger.tables["PS_CU_VEHICLE"]))
    people = ledger.choose(Kind.VEHICLE, active.filter(pc.invert(owners)), 0.6)
    draws = ledger.draws(Kind.VEHICLE)
    ledger.append("PS_CU_VEHICLE", vehicle_rows(draws, _emplids(people), 1, _days(ledger, people)))
    ledger.record_all(Kind.VEHICLE, people, "PS_CU_VEHICLE")


def _place_holds(ledger: Ledger) -> None:
    now = ledger.tables["PS_STDNT_CAR_TERM"].filter(pc.field("STRM") == ledger.term.strm)
    people = ledger.choose(Kind.HOLD_PLACED, now, 1)
    draws = ledger.draws(Kind.HOLD_PLACED)
    rows = hold_rows(draws, _emplids(people), None, _days(ledger, people), ledger.term, hour=9)
    ledger.append("PS_SRVC_IND_DATA", rows)
    ledger.record_all(Kind.HOLD_PLACED, people, "PS_SRVC_IND_DATA")


def _release_holds(ledger: Ledger) -> None:
    people = ledger.choose(Kind.HOLD_RELEASED, ledger.tables["PS_SRVC_IND_DATA"], 0.8)
    ledger.delete("PS_SRVC_IND_DATA", ledger.rows_of("PS_SRVC_IND_DATA", people, "SRVC_IND_DTTM", "OPRID"))
    ledger.record_all(Kind.HOLD_RELEASED, people, "PS_SRVC_IND_DATA")


def _place_ferpa(ledger: Ledger) -> None:
    flags = ledger.tables["PS_PERSONAL_DATA"].filter(pc.field("FERPA") == "N")
    students = pc.is_in(flags["EMPLID"], value_set=_emplids(ledger.tables["PS_ACAD_PROG"]))
    people = ledger.choose(Kind.FERPA_PLACED, flags.filter(students), 0.3)
    ledger.assign("PS_PERSONAL_DATA", ledger.rows_of("PS_PERSONAL_DATA", people), FERPA="Y")
    ledger.append("PS_FERPA_OVERRIDE", withhold_everything(_emplids(people), _days(ledger, people)))
    ledger.record_all(Kind.FERPA_PLACED, people, "PS_FERPA_OVERRIDE", "PS_PERSONAL_DATA")


def _lift_ferpa(ledger: Ledger) -> None:
    people = ledger.choose(
        Kind.FERPA_LIFTED, ledger.tables["PS_PERSONAL_DATA"].filter(pc.field("FERPA") == "Y"), 0.2
    )
    ledger.assign("PS_PERSONAL_DATA", ledger.rows_of("PS_PERSONAL_DATA", people), FERPA="N")
    ledger.delete("PS_FERPA_OVERRIDE", ledger.rows_of("PS_FERPA_OVERRIDE", people))
    ledger.record_all(Kind.FERPA_LIFTED, people, "PS_FERPA_OVERRIDE", "PS_PERSONAL_DATA")


def _terminate(ledger: Ledger) -> None:
    active = ledger.current("PS_JOB").filter(pc.field("HR_STATUS") == "A")
    people = ledger.choose(Kind.TERMINATION, active, 0.4)
    ledger.append("PS_JOB", termination_rows(people, ledger.today))
    ledger.record_all(Kind.TERMINATION, people, "PS_JOB")


def _die(ledger: Ledger) -> None:
    people = ledger.choose(Kind.DEATH, ledger.tables["PS_PERSON"], 0.02)
    ledger.assign("PS_PERSON", ledger.rows_of("PS_PERSON", people), DT_OF_DEATH=_days(ledger, people, -1))
    ledger.record_all(Kind.DEATH, people, "PS_PERSON", "PS_PERSONAL_DATA")
