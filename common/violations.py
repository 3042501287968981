"""Finding and counting what breaks a contract, in whole Arrow columns; never telling a value."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.errors import ContractError

__all__ = ["Violations", "casted", "has_bytes"]

CONTROL = bytes(b for b in range(32) if b not in b"\t\r\n") + b"\x7f"
SHOWN = 5  # problems spelled out in a message; the others are counted


class Violations:
    """Problems of one stream of batches: how many rows each touches, and the first of them."""

    def __init__(self, contract: str, source: str) -> None:
        self.contract, self.source = contract, source
        self._rows: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def look(
        self,
        name: str,
        array: pa.Array,
        first_row: int,
        *,
        required: bool,
        max_length: int | None,
        one_of: Sequence[str],
        pattern: str | None,
    ) -> None:
        """Holds one column of one batch against its rules. Row numbers count from 1."""
        if required and array.null_count:
            self._add(f"{name} is empty", array.is_null(), first_row)
        if not pa.types.is_string(array.type):
            return
        if max_length is not None:
            too_long = pc.greater(pc.utf8_length(array), max_length)
            self._add(f"{name} is longer than {max_length} characters", too_long, first_row)
        if one_of:
            allowed = pc.is_in(array, value_set=pa.array([*one_of, None], pa.string()))
            self._add(f"{name} is none of {', '.join(one_of)}", pc.invert(allowed), first_row)
        if pattern:
            self._add(
                f"{name} does not match {pattern}",
                pc.invert(pc.match_substring_regex(array, f"^(?:{pattern})$")),
                first_row,
            )
        if has_bytes(array, CONTROL):
            controls = pc.match_substring_regex(array, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
            self._add(f"{name} holds control characters", controls, first_row)

    def not_a(self, name: str, kind: str, array: pa.Array, target: pa.DataType, first_row: int) -> None:
        """A column that could not be cast: says in how many rows the value is at fault."""
        wrong = pa.array([casted(array[i : i + 1], target) is None for i in range(len(array))])
        self._add(f"{name} is not a valid {kind}", wrong, first_row)

    def repeated(self, key: tuple[str, ...], batches: list[pa.RecordBatch]) -> None:
        """Keys that occur more than once, over all batches, exactly."""
        if not batches:
            return
        groups = pa.Table.from_batches(batches).group_by(list(key)).aggregate([([], "count_all")])
        counts = groups["count_all"]
        if again := pc.sum(pc.subtract(counts, 1)).as_py():
            keys = pc.sum(pc.greater(counts, 1)).as_py()
            self._rows[f"the key {' + '.join(key)} repeats ({keys:,} keys occur more than once)"] += again

    def report(self) -> None:
        """Raises ContractError if anything was found."""
        if not self._rows:
            return
        parts = []
        for problem, count in self._rows.most_common(SHOWN):
            where = f", the first is row {self._first[problem]:,}" if problem in self._first else ""
            parts.append(f"{problem} in {count:,} {'row' if count == 1 else 'rows'}{where}")
        more = len(self._rows) - SHOWN
        raise ContractError(
            f"{self.contract}: rows of {self.source} break the contract: {'; '.join(parts)}"
            + (f"; and {more} more problems" if more > 0 else "")
            + ". Nothing was sent. Correct the data at its source, or the contract if the receiver takes it."
        )

    def _add(self, problem: str, mask: pa.Array, first_row: int) -> None:
        if count := pc.sum(mask).as_py() or 0:
            self._rows[problem] += count
            self._first.setdefault(problem, first_row + pc.index(mask.fill_null(False), True).as_py())


def casted(array: pa.Array, target: pa.DataType) -> pa.Array | None:
    """``array`` as ``target``, blank texts as null; None if a value does not fit."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    if (
        pa.types.is_large_string(array.type)
        or pa.types.is_string_view(array.type)
        or pa.types.is_null(array.type)
    ):
        array = array.cast(pa.string())
    if pa.types.is_string(array.type):
        blank = pc.or_(pc.equal(pc.binary_length(array), 0), pc.utf8_is_space(array))
        if pc.any(blank).as_py():
            array = pc.if_else(blank, pa.scalar(None, pa.string()), array)
    if array.type == target:
        return array
    try:
        if pa.types.is_string(target) and pa.types.is_floating(array.type):
            array = array.cast(pa.int64())  # an identifier that the driver gave as a number: no ".0"
        return array.cast(target)
    except pa.ArrowInvalid:
        return None
    except pa.ArrowNotImplementedError:
        return None


def has_bytes(array: pa.Array, wanted: bytes) -> bool:
    """Whether any text holds one of these ASCII bytes: one look at the buffer, not one at each value."""
    data = array.buffers()[2]
    if data is None or len(array) == 0:
        return False
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1]
    table = np.zeros(256, bool)
    table[np.frombuffer(wanted, np.uint8)] = True
    return bool(table[np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]].any())
