"""What can happen on a campus from one day to the next."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Change", "Kind"]


class Kind(StrEnum):
    """The kinds of change."""

    CAME_DUE = "came_due"
    """A row dated ahead became current: no row was touched, only the day passed."""

    ADMISSION = "admission"
    HIRE = "hire"
    TERMINATION = "termination"
    WITHDRAWAL = "withdrawal"
    DROP = "drop"
    ADD = "add"
    MOVE = "move"
    RENAME = "rename"
    PREFERRED_NAME = "preferred_name"
    EMAIL = "email"
    VEHICLE = "vehicle"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    FERPA_PLACED = "ferpa_placed"
    FERPA_LIFTED = "ferpa_lifted"
    DEATH = "death"
    ANNOUNCEMENT = "announcement"
    """A row dated two days ahead was entered: nothing is different yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one person, and every table whose current rows it made different.

    ``tables`` names the tables with other current rows for this EMPLID than the day before, in order.
    ``class_numbers`` are the classes of the current term whose totals changed with it in PS_CLASS_TBL.
    A set-up table that came due has no person: its ``emplid`` is empty.
    """

    kind: Kind
    emplid: str
    tables: tuple[str, ...]
    class_numbers: tuple[int, ...] = ()
