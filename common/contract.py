"""Contracts: what a file or a call may hold. Nothing is written or sent without one."""

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.casting import casted
from common.errors import ContractError
from common.literals import text_array
from common.spelling import nearest
from common.violations import Violations

__all__ = ["Basis", "Column", "Contract"]

Basis: TypeAlias = Literal["school_official", "directory", "consent", "federal"]

TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
ADVICE = "Correct the data at its source, or the contract if the receiver takes it."


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    name: as the query answers it, lower case.
    type: ``text``, ``integer``, ``decimal(p,s)``, ``float``, ``date``, ``timestamp`` or ``boolean``. A
        timestamp of the source as ``date`` loses its time of day: Oracle's DATE always has one. A time with a
        zone becomes campus time. A number as ``text`` has to be whole, an identifier.
    required: neither null nor blank. A text of nothing but spaces counts as no value: PeopleSoft writes
        one space where it has none.
    max_length: longest text, in characters; in a fixed-width file the width of the field.
    one_of: the only texts allowed.
    pattern: a regular expression (RE2 syntax) that the whole text has to match.
    header: the receiver's name of the column; the name itself if unset.
    format: how the value is written: ``strftime`` codes for dates and timestamps (default ISO 8601), a pair
        such as ``Y/N`` for booleans, ``05`` for a number of at least five characters with leading zeros.
    personal: tells something about a person; masked wherever rows are shown.
    """

    name: str
    type: str = "text"
    required: bool = True
    max_length: int | None = None
    one_of: tuple[str, ...] = ()
    pattern: str | None = None
    header: str | None = None
    format: str | None = None
    personal: bool = False

    def __post_init__(self) -> None:
        if self.name != self.name.lower():
            raise ValueError(
                f"column {self.name!r}: names are lower case; the receiver's spelling is its header"
            )
        kind = self.arrow  # an unknown type fails where the contract is written, not where it is used
        if (self.one_of or self.pattern) and not pa.types.is_string(kind):
            raise ValueError(f"column {self.name!r}: one_of and pattern are for text, not for {self.type}")
        if self.pattern:
            try:
                pc.match_substring_regex(text_array([""]), self.pattern)
            except pa.ArrowInvalid as error:
                raise ValueError(f"column {self.name!r}: {error}") from None
        if self.format and not _takes(kind, self.format):
            raise ValueError(f"column {self.name!r}: {self.format!r} is no format of the type {self.type}")

    @cached_property
    def arrow(self) -> pa.DataType:
        if found := DECIMAL.fullmatch(self.type):
            return pa.decimal128(int(found[1]), int(found[2]))
        if self.type not in TYPES:
            raise ValueError(
                f"column {self.name!r}: type {self.type!r} is none of {', '.join(TYPES)} or decimal(p,s)"
            )
        return TYPES[self.type]

    @property
    def title(self) -> str:
        return self.header or self.name


@dataclass(frozen=True)
class Contract:
    """What one receiver takes: the columns in order, the key, and how many rows are plausible.

    name: plural noun, for messages and receipts.
    key: columns that are never null and together never repeat.
    min_rows, max_rows: fewer or more are a fault of the source; by default an empty result is one.
    max_shrink: share of the rows of the last delivery that may be missing from this one. Receivers that
        delete what is absent rely on it.
    basis: why the receiver may have the personal data (34 CFR 99.31, 99.37).
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    min_rows: int = 1
    max_rows: int | None = None
    max_shrink: float = 0.2
    basis: Basis = "school_official"

    def __post_init__(self) -> None:
        names = [c.name for c in self.columns]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"contract {self.name!r} names {', '.join(twice)} twice")
        if unknown := sorted(set(self.key) - set(names)):
            raise ValueError(f"contract {self.name!r}: key {', '.join(unknown)} is none of its columns")

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([(c.name, c.arrow) for c in self.columns])

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns that tell something about a person."""
        return tuple(c.name for c in self.columns if c.personal)

    def check(self, batches: Batches) -> Generator[pa.RecordBatch]:
        """The batches with the contract's columns, order and types; raises ContractError at the end.

        From the first fault on nothing more is handed out, but all rows are read, so that the message counts
        every fault there is.
        """
        found = Violations(self.name, batches.source)
        rows = 0
        for batch in batches:
            checked = self._checked(batch, batches.source, found)
            found.advance(batch.num_rows)
            rows += batch.num_rows
            if checked is None or (self.max_rows is not None and rows > self.max_rows):
                continue
            if self.key:
                found.key(checked.select(list(self.key)))
            if not found:
                yield checked
        found.repeated(self.key)
        found.report("break the contract", ADVICE)
        self._count(rows, batches.source)

    def _count(self, rows: int, source: str) -> None:
        if rows < self.min_rows:
            what = "no rows" if rows == 0 else f"{rows:,} rows, fewer than the {self.min_rows:,} expected"
            raise ContractError(
                f"{self.name}: {source} gave {what}. Nothing was sent. "
                "Look at the source and at the query's binds."
            )
        if self.max_rows is not None and rows > self.max_rows:
            raise ContractError(
                f"{self.name}: {source} gave {rows:,} rows, more than the {self.max_rows:,} allowed. "
                "Nothing was sent. Look for a join that multiplies rows, or raise max_rows."
            )

    def _checked(self, batch: pa.RecordBatch, source: str, found: Violations) -> pa.RecordBatch | None:
        self._same_columns(batch.schema.names, source)
        arrays = []
        for column in self.columns:
            given = batch.column(column.name)
            array = casted(given, column.arrow)
            if array is None:
                found.not_a(column.name, column.type, given, column.arrow)
                continue
            found.look(
                column.name,
                array,
                required=column.required or column.name in self.key,
                max_length=column.max_length,
                one_of=column.one_of,
                pattern=column.pattern,
            )
            arrays.append(array)
        if len(arrays) < len(self.columns):
            return None
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _same_columns(self, given: Iterable[str], source: str) -> None:
        given, wanted = list(given), [c.name for c in self.columns]
        problems = []
        for name in given:
            if name not in wanted:
                problems.append(f"{name} is not in the contract{nearest(name, wanted)}")
        problems += [f"{name} is missing from the rows" for name in wanted if name not in given]
        problems += [f"{name} comes twice" for name in sorted({n for n in given if given.count(n) > 1})]
        if problems:
            raise ContractError(
                f"{self.name}: the columns of {source} do not fit: {'; '.join(problems)}. Nothing was sent."
            )


def _takes(kind: pa.DataType, form: str) -> bool:
    """Whether values of a type can be written in this format."""
    if pa.types.is_boolean(kind):
        return form.count("/") == 1
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return re.fullmatch(r"0\d+", form) is not None
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))
