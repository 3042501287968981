"""Finding and counting what breaks a contract, in whole Arrow columns; never telling a value."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from common.casting import misfits
from common.errors import ContractError
from common.literals import boolean_array, integer_scalar, text_array, text_scalar

__all__ = ["JOINT", "Violations", "holding"]

CONTROL = bytes(b for b in range(32) if b not in b"\t\r\n") + b"\x7f"
JOINT = "\x1f"  # between the parts of a key: contracts let no control character through
MANY = 10_000  # rows
SHOWN = 5  # problems spelled out in a message; the others are counted


class Violations:
    """Problems of one stream of batches: how many rows each touches, and the first of them, counted from 1."""

    def __init__(self, contract: str, source: str) -> None:
        self.contract, self.source = contract, source
        self._before = 0
        self._rows: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._more: set[str] = set()
        self._keys: list[npt.NDArray[np.int64]] = []

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, problem: str, mask: pa.Array) -> None:
        """Counts the rows of the present batch that ``mask`` marks."""
        if count := pc.sum(mask).as_py() or 0:
            self._rows[problem] += count
            self._first.setdefault(problem, self._before + 1 + pc.indices_nonzero(mask)[0].as_py())

    def advance(self, rows: int) -> None:
        """Ends the present batch of so many rows."""
        self._before += rows

    def look(
        self,
        name: str,
        array: pa.Array,
        *,
        required: bool,
        max_length: int | None,
        one_of: Sequence[str],
        pattern: str | None,
    ) -> None:
        """Holds one column of the present batch against its rules."""
        if required and array.null_count:
            self.add(f"{name} is empty", array.is_null())
        if pa.types.is_floating(array.type):
            self.add(f"{name} is not a finite number", pc.invert(pc.is_finite(array)))
        if not pa.types.is_string(array.type):
            return
        # no text has more characters than bytes
        if max_length is not None and (pc.max(pc.binary_length(array)).as_py() or 0) > max_length:
            too_long = pc.greater(pc.utf8_length(array), integer_scalar(max_length))
            self.add(f"{name} is longer than {max_length} characters", too_long)
        if one_of:
            allowed = pc.is_in(array, value_set=text_array(one_of))
            self.add(f"{name} is none of {', '.join(one_of)}", pc.and_not(array.is_valid(), allowed))
        if pattern:
            matching = pc.match_substring_regex(array, f"^(?:{pattern})$")
            self.add(f"{name} does not match {pattern}", pc.invert(matching))
        _, data = _buffers(array)
        if (data < 32).any() or (data == 127).any():
            self.add(f"{name} holds control characters", holding(array, CONTROL))

    def not_a(self, name: str, kind: str, array: pa.Array, target: pa.DataType) -> None:
        """A column that could not be cast: says in how many rows the value is at fault.

        Telling is slow, a value at a time, so that the count stops once it is plain that the type is wrong.
        """
        problem = f"{name} is not a valid {kind}"
        if self._rows[problem] < MANY:
            self.add(problem, misfits(array, target))
        else:
            self._more.add(problem)

    def key(self, columns: pa.RecordBatch) -> None:
        """Remembers the keys of the present batch, as hashes: eight bytes a row, however long the key."""
        parts = [column.cast(pa.string()) for column in columns.columns]
        keys = pc.binary_join_element_wise(
            *parts, text_scalar(JOINT), null_handling="replace", null_replacement=""
        )
        self._keys.append(np.fromiter(map(hash, keys.to_pylist()), np.int64, len(keys)))

    def repeated(self, key: tuple[str, ...]) -> None:
        """Keys that occur more than once, over all batches.

        Two different keys of a million share a hash once in some thirty million runs; a rerun hashes anew.
        """
        if not self._keys:
            return
        hashes = np.concatenate(self._keys)
        hashes.sort()
        again = hashes[1:] == hashes[:-1]
        if not again.any():
            return
        repeating = len(np.unique(hashes[1:][again]))
        what = "key occurs" if repeating == 1 else "keys occur"
        self._rows[f"the key {' + '.join(key)} repeats ({repeating:,} {what} more than once)"] += int(
            again.sum()
        )

    def report(self, fault: str, advice: str) -> None:
        """Raises ContractError if anything was found: what is at ``fault`` with the rows, and what to do."""
        if not self._rows:
            return
        parts = []
        for problem, count in self._rows.most_common(SHOWN):
            where = f", the first is row {self._first[problem]:,}" if problem in self._first else ""
            least = "at least " if problem in self._more else ""
            parts.append(f"{problem} in {least}{count:,} {'row' if count == 1 else 'rows'}{where}")
        if (more := len(self._rows) - SHOWN) > 0:
            parts.append(f"and {more} more {'problem' if more == 1 else 'problems'}")
        raise ContractError(
            f"{self.contract}: rows of {self.source} {fault}: {'; '.join(parts)}. Nothing was sent. {advice}"
        )


def holding(array: pa.Array, wanted: bytes) -> pa.Array:
    """Which texts hold one of these ASCII bytes: sought in the buffer of all texts, not in each text."""
    offsets, data = _buffers(array)
    hit = np.zeros(len(data), bool)
    for byte in wanted:
        hit |= data == byte
    found = np.zeros(len(array), bool)
    found[np.searchsorted(offsets, np.flatnonzero(hit), side="right") - 1] = True
    return pc.and_(boolean_array(found), array.is_valid())


def _buffers(array: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each text of a (sliced) string array begins, and the bytes of all of them."""
    _, offsets, data = array.buffers()
    if data is None or len(array) == 0:
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    starts = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    return starts[:-1] - starts[0], np.frombuffer(data, np.uint8)[starts[0] : starts[-1]]
