"""The working copy of a campus while one day's changes are written into it."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.changes import Change, Kind
from common.sandbox.campus.draws import Draws
from common.sandbox.campus.effective import current_rows
from common.sandbox.campus.rows import Mask, assign, stacked
from common.sandbox.campus.terms import Term

__all__ = ["Ledger"]


class Ledger:
    """Tables being changed, the changes so far, and whom they are about.

    Nobody is chosen twice on one day, so that every difference has one cause.
    """

    def __init__(self, seed: int, today: date, term: Term, tables: dict[str, pa.Table]) -> None:
        self.seed, self.today, self.term = seed, today, term
        self.tables = dict(tables)
        self.changes: list[Change] = []
        self.classes_touched: set[int] = set()
        self._people: int = tables["PS_PERSON"].num_rows
        self._busy = set(self._deceased())

    def draws(self, kind: Kind, purpose: str = "details") -> Draws:
        """The day's random stream for one purpose of one kind of change: it makes nobody awkward."""
        return Draws(self.seed, f"{self.today} {kind} {purpose}", at_least=0)

    def count(self, per_thousand: float) -> int:
        """How many of so many in a thousand people: at least one, whatever the size of the campus."""
        return max(1, round(self._people * per_thousand / 1000))

    def current(self, name: str) -> pa.Table:
        """The current rows of an effective-dated table."""
        return current_rows(name, self.tables[name], self.today)

    def choose(self, kind: Kind, candidates: pa.Table, per_thousand: float) -> pa.Table:
        """Some of the candidate rows, in their order, of different people who are not busy today."""
        emplids = candidates["EMPLID"]
        wanted = self.count(per_thousand)
        chosen: list[int] = []
        for position in self.draws(kind, "choice").order(len(candidates)).tolist():
            if len(chosen) == wanted:
                break
            if (emplid := emplids[position].as_py()) not in self._busy:
                self._busy.add(emplid)
                chosen.append(position)
        return candidates.take(pa.array(sorted(chosen), pa.int64())).combine_chunks()

    def record(
        self, kind: Kind, emplid: str, tables: Iterable[str], class_numbers: Iterable[int] = ()
    ) -> None:
        """Note that a change happened, and keep its person out of the rest of the day."""
        self._busy.add(emplid)
        self.changes.append(Change(kind, emplid, tuple(sorted(tables)), tuple(sorted(class_numbers))))

    def record_all(self, kind: Kind, people: pa.Table, *tables: str) -> None:
        """Note the same change for each row of ``people``."""
        for emplid in people["EMPLID"].to_pylist():
            self.record(kind, emplid, tables)

    def append(self, name: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        self.tables[name] = stacked(self.tables[name], rows)

    def assign(self, name: str, rows: Mask, **columns: object) -> None:
        """Give rows of a table new values."""
        self.tables[name] = assign(name, self.tables[name], np.flatnonzero(rows), **columns)

    def delete(self, name: str, rows: Mask) -> None:
        """Remove rows from a table."""
        self.tables[name] = self.tables[name].filter(pa.array(~rows)).combine_chunks()

    def rows_of(self, name: str, people: pa.Table, *columns: str) -> Mask:
        """Which rows of a table have the EMPLID, and the other columns, of some row of ``people``."""
        table = self.tables[name]
        found = pc.is_in(table["EMPLID"], value_set=people["EMPLID"].combine_chunks()).to_numpy()
        if columns:
            wanted = set(zip(*(people[column].to_pylist() for column in ("EMPLID", *columns)), strict=True))
            rows = np.flatnonzero(found)
            some = table.select(["EMPLID", *columns]).take(pa.array(rows))
            keys = zip(*(column.to_pylist() for column in some.columns), strict=True)
            found[rows] = [key in wanted for key in keys]
        return np.asarray(found, dtype=np.bool_)

    def last_number(self) -> int:
        """The greatest EMPLID as a number."""
        return int(pc.max(self.tables["PS_PERSON"]["EMPLID"]).as_py())

    def _deceased(self) -> list[str]:
        dead = self.tables["PS_PERSON"].filter(pc.field("DT_OF_DEATH").is_valid())
        emplids: list[str] = dead["EMPLID"].to_pylist()
        return emplids
