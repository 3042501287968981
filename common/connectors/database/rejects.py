"""Rows that a database refuses: set aside in a file, and counted by reason for everybody else."""

import csv
import os
from collections import Counter
from typing import Any

import pyarrow as pa

from common.connectors.database.target import Load, Loaded
from common.errors import DeliveryError

__all__ = ["Rejects"]

ENOUGH = (
    1_000  # refused rows, more than are allowed, after which the rest is not tried: the load is lost anyway
)
SHOWN = 5  # reasons spelled out in a message; the others are counted


class Rejects:
    """What one load could not place.

    The file holds the rows themselves and the database's own words, which may quote them: it is readable for
    its owner only, and nothing of it belongs in a message or a log.
    """

    def __init__(self, name: str, load: Load) -> None:
        self._name, self._load = name, load
        self._seen = 0
        self._reasons: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    @property
    def count(self) -> int:
        return self._reasons.total()

    def add(self, batch: pa.RecordBatch, index: int, reason: str, words: str) -> None:
        """Sets the row ``index`` of the present batch aside.

        reason: the error's code, with the constraint or column where the database names one; it is told to
        everybody and never holds a value. words: what the database says, for the file. Raises DeliveryError
        where so many rows are refused that the rest need not be tried.
        """
        row = self._seen + index + 1
        self._write(row, words, batch.slice(index, 1).to_pylist()[0])
        self._reasons[reason] += 1
        self._first.setdefault(reason, row)
        if self.count >= ENOUGH and self._too_many(row):
            raise self._refused(row, at_least=True)

    def advance(self, rows: int) -> None:
        """Ends the present batch of so many rows."""
        self._seen += rows

    def settle(self) -> Loaded:
        """The outcome, before the commit; raises DeliveryError if more rows were refused than may be."""
        if self._too_many(self._seen):
            raise self._refused(self._seen, at_least=False)
        return Loaded(self._seen - self.count, self.count)

    def _too_many(self, seen: int) -> bool:
        return self.count > self._load.max_rejected * seen

    def _write(self, row: int, words: str, values: dict[str, Any]) -> None:
        path = self._load.rejects
        fresh = not self.count
        if fresh:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            if fresh:
                lines.writerow(["row", "reason", *values])
            lines.writerow([row, " ".join(words.split()), *values.values()])

    def _refused(self, seen: int, *, at_least: bool) -> DeliveryError:
        parts = [
            f"{reason} in {count:,} {'row' if count == 1 else 'rows'}, the first is row {self._first[reason]:,}"
            for reason, count in self._reasons.most_common(SHOWN)
        ]
        if (more := len(self._reasons) - SHOWN) > 0:
            parts.append(f"and {more} more {'reason' if more == 1 else 'reasons'}")
        return DeliveryError(
            f"{self._name}: {self._load.table} refuses {'at least ' if at_least else ''}{self.count:,} of "
            f"{'the first ' if at_least else ''}{seen:,} rows, {self._load.max_rejected:.2%} are allowed: "
            f"{'; '.join(parts)}. Nothing was loaded. {self._load.rejects} holds these rows, which are personal "
            "data, and what the database says of each. Correct them at their source, or the table."
        )
