"""Oracle's column types: how they are written, described to a client, and held in DuckDB."""

import re
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from common.sandbox.oracle.errors import OracleError, refused

__all__ = [
    "CLOB",
    "DATE",
    "INTERVAL",
    "NULL",
    "NUMBER",
    "TEXT",
    "TIMESTAMP",
    "TIMESTAMP_TZ",
    "Family",
    "Kind",
    "OracleType",
    "loosened",
    "number",
    "parse_type",
    "text",
]

_MAX_TEXT = 4000
_TYPE = re.compile(
    r"(?P<name>[A-Z0-9_]+(?: PRECISION| RAW)?)"
    r"(?: ?\( ?(?P<size>\*|\d+)(?: ?, ?(?P<scale>-?\d+))?(?: (?P<unit>CHAR|BYTE))? ?\))?"
    r"(?P<zone> WITH(?: LOCAL)? TIME ZONE)?"
)
_INTERVAL = re.compile(r"INTERVAL DAY(?: ?\(\d\))? TO SECOND(?: ?\(\d\))?")


class Kind(IntEnum):
    """Oracle's external type numbers, as they travel in descriptions and binds."""

    VARCHAR2 = 1
    NUMBER = 2
    BINARY_INTEGER = 3
    LONG = 8
    DATE = 12
    RAW = 23
    LONG_RAW = 24
    CHAR = 96
    BINARY_FLOAT = 100
    BINARY_DOUBLE = 101
    CURSOR = 102
    CLOB = 112
    BLOB = 113
    TIMESTAMP = 180
    TIMESTAMP_TZ = 181
    INTERVAL_DS = 183
    TIMESTAMP_LTZ = 231
    BOOLEAN = 252


class Family(Enum):
    """Types that compare and combine with each other without a conversion."""

    NULL = "NULL"
    TEXT = "text"
    NUMBER = "a number"
    FLOAT = "a binary float"
    DATETIME = "a date"
    INTERVAL = "an interval"
    CLOB = "a CLOB"
    BINARY = "binary data"


_FAMILIES = {
    Kind.VARCHAR2: Family.TEXT,
    Kind.CHAR: Family.TEXT,
    Kind.LONG: Family.TEXT,
    Kind.NUMBER: Family.NUMBER,
    Kind.BINARY_INTEGER: Family.NUMBER,
    Kind.BINARY_FLOAT: Family.FLOAT,
    Kind.BINARY_DOUBLE: Family.FLOAT,
    Kind.DATE: Family.DATETIME,
    Kind.TIMESTAMP: Family.DATETIME,
    Kind.TIMESTAMP_TZ: Family.DATETIME,
    Kind.TIMESTAMP_LTZ: Family.DATETIME,
    Kind.INTERVAL_DS: Family.INTERVAL,
    Kind.CLOB: Family.CLOB,
    Kind.RAW: Family.BINARY,
    Kind.LONG_RAW: Family.BINARY,
    Kind.BLOB: Family.BINARY,
}
_DUCKDB = {
    Family.NULL: "VARCHAR",
    Family.TEXT: "VARCHAR",
    Family.CLOB: "VARCHAR",
    Family.FLOAT: "DOUBLE",
    Family.DATETIME: "TIMESTAMP",
    Family.INTERVAL: "INTERVAL",
    Family.BINARY: "BLOB",
}
_BUFFER_BYTES = {
    Kind.NUMBER: 22,
    Kind.DATE: 7,
    Kind.TIMESTAMP: 11,
    Kind.TIMESTAMP_LTZ: 11,
    Kind.TIMESTAMP_TZ: 13,
    Kind.INTERVAL_DS: 11,
    Kind.BINARY_DOUBLE: 8,
    Kind.BINARY_FLOAT: 4,
    Kind.CLOB: 4000,
    Kind.BLOB: 4000,
}


@dataclass(frozen=True, slots=True)
class OracleType:
    """A type as a client is told it, and the exact decimal that DuckDB computes with.

    Attributes:
        size: characters of a text (bytes of a RAW); 0 is a column that holds nothing but NULL.
        precision, scale: as described; 0 and -127 is NUMBER without a precision.
        national: an N type: values travel in UTF-16.
        whole, decimals: digits before and after the point of a NUMBER's DECIMAL in DuckDB.
        in_bytes: the size counts bytes (VARCHAR2(n BYTE)).
    """

    kind: Kind
    size: int = 0
    precision: int = 0
    scale: int = 0
    national: bool = False
    whole: int = 0
    decimals: int = 0
    in_bytes: bool = False

    @property
    def family(self) -> Family:
        """What the type may be compared with."""
        if self.kind is Kind.VARCHAR2 and not self.size:
            return Family.NULL
        return _FAMILIES[self.kind]

    @property
    def duckdb(self) -> str:
        """The type that holds it in DuckDB. A DATE has a time of day, so it is a TIMESTAMP there."""
        if self.family is Family.NUMBER:
            return f"DECIMAL({self.whole + self.decimals},{self.decimals})"
        return _DUCKDB[self.family]

    @property
    def buffer_size(self) -> int:
        """Bytes that the client reserves for a value."""
        return _BUFFER_BYTES.get(self.kind, self.size * 4 if self.family is Family.TEXT else self.size)


def number(whole: int, decimals: int) -> OracleType:
    """The NUMBER of an expression: described without a precision, computed with these digits."""
    decimals = min(decimals, 38)
    return OracleType(Kind.NUMBER, scale=-127, whole=max(min(whole, 38 - decimals), 0), decimals=decimals)


def text(size: int) -> OracleType:
    """The VARCHAR2 of an expression."""
    return OracleType(Kind.VARCHAR2, max(1, min(size, _MAX_TEXT)))


NULL = OracleType(Kind.VARCHAR2)
TEXT = text(_MAX_TEXT)
NUMBER = number(28, 10)
DATE = OracleType(Kind.DATE)
TIMESTAMP = OracleType(Kind.TIMESTAMP, scale=6)
TIMESTAMP_TZ = OracleType(Kind.TIMESTAMP_TZ, scale=6)
INTERVAL = OracleType(Kind.INTERVAL_DS, precision=9, scale=6)
CLOB = OracleType(Kind.CLOB)


def loosened(kind: OracleType) -> OracleType:
    """The type of a value that came through a function: its NUMBER has no precision any more."""
    return number(kind.whole, kind.decimals) if kind.kind is Kind.NUMBER else kind


def parse_type(written: str) -> OracleType:
    """The type that a column definition or a CAST names.

    Raises:
        OracleError: ORA-00902 for what is no type, ORA-03001 for one that the stand-in does not hold.
    """
    written = " ".join(written.upper().split())
    if _INTERVAL.fullmatch(written):
        return INTERVAL
    found = _TYPE.fullmatch(written)
    if not found:
        raise OracleError(902, "invalid datatype")
    name, size = found["name"], int((found["size"] or "0").replace("*", "38"))
    if name in _NUMBERS:
        return _number_type(38 if name in _INTEGERS else size, int(found["scale"] or 0))
    if name in _MOMENTS:
        return _timestamp_type(name, found["zone"] or "", size if found["size"] else 6)
    if name not in _OTHERS:
        raise refused(f"have the type {name}")
    plain = _OTHERS[name]
    national, in_bytes = name.startswith("N"), found["unit"] == "BYTE"
    return replace(plain, size=size or plain.size, national=national, in_bytes=in_bytes)


_INTEGERS = {"INTEGER", "INT", "SMALLINT", "BIGINT"}
_NUMBERS = {"NUMBER", "DECIMAL", "NUMERIC", "DEC", *_INTEGERS}
_MOMENTS = {
    "TIMESTAMP": Kind.TIMESTAMP,
    "TIMESTAMPTZ": Kind.TIMESTAMP_TZ,
    "TIMESTAMPLTZ": Kind.TIMESTAMP_LTZ,
}
_OTHERS = {
    "VARCHAR2": TEXT,
    "VARCHAR": TEXT,
    "NVARCHAR2": TEXT,
    "CHAR": OracleType(Kind.CHAR, 1),
    "NCHAR": OracleType(Kind.CHAR, 1),
    "CLOB": CLOB,
    "NCLOB": CLOB,
    "BLOB": OracleType(Kind.BLOB),
    "RAW": OracleType(Kind.RAW, 2000),
    "DATE": DATE,
    # what sqlglot makes of BINARY_DOUBLE and BINARY_FLOAT; Oracle's FLOAT does not come this far
    "DOUBLE PRECISION": OracleType(Kind.BINARY_DOUBLE),
    "FLOAT": OracleType(Kind.BINARY_FLOAT),
}


def _timestamp_type(name: str, zone: str, decimals: int) -> OracleType:
    if decimals > 6:
        raise refused("keep more than 6 decimals of a second")
    if zone:
        name = "TIMESTAMPLTZ" if "LOCAL" in zone else "TIMESTAMPTZ"
    return OracleType(_MOMENTS[name], scale=decimals)


def _number_type(precision: int, scale: int) -> OracleType:
    if not precision:
        return NUMBER
    if precision > 38:
        raise OracleError(1727, "numeric precision specifier is out of range (1 to 38)")
    if not 0 <= scale <= precision:
        raise refused("keep a NUMBER whose scale is negative or above its precision")
    return OracleType(Kind.NUMBER, precision=precision, scale=scale, whole=precision - scale, decimals=scale)
