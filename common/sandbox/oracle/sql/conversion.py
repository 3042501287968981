"""Oracle's implicit conversions, made explicit: which types meet, and what becomes of them.

What depends on a session's date format is refused: the answer would be right for one session only.
"""

from collections.abc import Callable, Sequence

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.scope import Typed
from common.sandbox.oracle.types import (
    CLOB,
    DATE,
    NULL,
    NUMBER,
    TEXT,
    Family,
    Kind,
    OracleType,
    number,
    text,
)

__all__ = [
    "aligned",
    "assigned",
    "common_type",
    "converted",
    "in_quotes",
    "to_moment",
    "to_number",
    "to_text",
]

_NUMBER_TEXT = 40


def in_quotes(value: str) -> str:
    """A text literal for DuckDB."""
    return "'" + value.replace("'", "''") + "'"


def to_text(value: Typed) -> Typed:
    """The value as text, or as the CLOB that it is."""
    match value.type.family:
        case Family.TEXT | Family.CLOB:
            return value
        case Family.NULL:
            return Typed("NULL", TEXT)
        case Family.NUMBER:
            return Typed(f'"SYS".number_text({value.sql})', text(_NUMBER_TEXT))
        case Family.DATETIME:
            raise refused("turn a date into text without a format: use TO_CHAR with one")
        case family:
            raise refused(f"turn {family.value} into text")


def to_number(value: Typed) -> Typed:
    """The value as a number; text that is none raises ORA-01722 when the statement runs."""
    match value.type.family:
        case Family.NUMBER | Family.FLOAT:
            return value
        case Family.NULL:
            return Typed("NULL", NUMBER)
        case Family.TEXT:
            return Typed(f'"SYS".text_number({value.sql})', NUMBER)
        case family:
            raise OracleError(932, f"inconsistent datatypes: expected NUMBER got {family.value}")


def to_moment(value: Typed) -> Typed:
    """The value as a date or timestamp."""
    match value.type.family:
        case Family.DATETIME:
            return value
        case Family.NULL:
            return Typed("NULL", DATE)
        case Family.TEXT:
            raise refused("turn text into a date without a format: use TO_DATE with one, or a DATE bind")
        case family:
            raise OracleError(932, f"inconsistent datatypes: expected DATE got {family.value}")


def aligned(left: Typed, right: Typed) -> tuple[str, str] | None:
    """Both sides of a comparison as DuckDB can compare them; None if one is NULL and so is the result."""
    families = {left.type.family, right.type.family}
    if Family.NULL in families:
        return None
    if Family.CLOB in families:
        raise OracleError(932, "inconsistent datatypes: expected - got CLOB")
    if families == {Family.TEXT}:
        return (
            _padded(left, right) if left.type.kind is right.type.kind is Kind.CHAR else (left.sql, right.sql)
        )
    if len(families) == 1:
        return left.sql, right.sql
    if families == {Family.NUMBER, Family.TEXT}:
        return to_number(left).sql, to_number(right).sql
    if families == {Family.NUMBER, Family.FLOAT}:
        return f"CAST({left.sql} AS DOUBLE)", f"CAST({right.sql} AS DOUBLE)"
    if families == {Family.DATETIME, Family.TEXT}:
        return to_moment(left).sql, to_moment(right).sql
    raise OracleError(
        932, f"inconsistent datatypes: expected {left.type.family.value} got {right.type.family.value}"
    )


def common_type(values: Sequence[OracleType]) -> OracleType:
    """The type of an expression that is one of several: a CASE, a COALESCE, a column of a UNION."""
    known = [each for each in values if each.family is not Family.NULL]
    families = {each.family for each in known}
    if len(set(known)) <= 1:
        return known[0] if known else NULL
    if len(families) == 1:
        return _WIDEST[known[0].family](known)
    if families == {Family.NUMBER, Family.FLOAT}:
        return OracleType(Kind.BINARY_DOUBLE)
    if families == {Family.TEXT, Family.CLOB}:
        return CLOB
    raise OracleError(932, f"inconsistent datatypes: expected {known[0].family.value}")


def _widest_text(known: Sequence[OracleType]) -> OracleType:
    national = any(each.national for each in known)
    return OracleType(Kind.VARCHAR2, max(each.size for each in known), national=national)


def _widest_number(known: Sequence[OracleType]) -> OracleType:
    return number(max(each.whole for each in known), max(each.decimals for each in known))


def _widest_moment(known: Sequence[OracleType]) -> OracleType:
    return OracleType(max(each.kind for each in known), scale=6)


def _largest(known: Sequence[OracleType]) -> OracleType:
    return max(known, key=lambda each: (each.kind, each.size))


_WIDEST: dict[Family, Callable[[Sequence[OracleType]], OracleType]] = {
    Family.TEXT: _widest_text,
    Family.NUMBER: _widest_number,
    Family.DATETIME: _widest_moment,
    Family.FLOAT: _largest,
    Family.CLOB: _largest,
    Family.BINARY: _largest,
    Family.INTERVAL: _largest,
}


def converted(value: Typed, kind: OracleType) -> str:
    """SQL of a value where a value of that type is expected."""
    if value.type.family is Family.NULL or kind.family is Family.NULL:
        return "NULL"
    match kind.family:
        case Family.TEXT | Family.CLOB:
            sql = to_text(value).sql
        case Family.NUMBER:
            sql = _as_number(to_number(value), kind)
        case Family.FLOAT:
            sql = f"CAST({to_number(value).sql} AS DOUBLE)"
        case Family.DATETIME:
            sql = to_moment(value).sql
        case family:
            if value.type.family is not family:
                raise OracleError(
                    932, f"inconsistent datatypes: expected {family.value} got {value.type.family.value}"
                )
            sql = value.sql
    return sql


def _as_number(value: Typed, kind: OracleType) -> str:
    if value.type.family is Family.FLOAT:
        raise refused("turn a binary float into a NUMBER")
    return f"CAST({value.sql} AS {kind.duckdb})" if value.type.decimals > kind.decimals else value.sql


def assigned(value: Typed, kind: OracleType) -> str:
    """SQL of a value that goes into a column: rounded, padded and checked as the column asks."""
    if value.type.family is Family.NULL:
        return "NULL"
    match kind.kind:
        case Kind.CHAR:
            sql = f'"SYS".padded({to_text(value).sql}, {kind.size})'
        case Kind.NUMBER if not kind.precision:
            found = to_number(value)
            exact = found.type.decimals <= kind.decimals
            sql = converted(found, kind) if exact else f'"SYS".exact_number({found.sql})'
        case Kind.DATE if value.type.kind is not Kind.DATE:
            sql = f'"SYS".whole_seconds({to_moment(value).sql})'
        case Kind.TIMESTAMP | Kind.TIMESTAMP_TZ | Kind.TIMESTAMP_LTZ if kind.scale < 6:
            sql = f'"SYS".rounded_moment({to_moment(value).sql}, {10 ** (6 - kind.scale)})'
        case _:
            sql = converted(value, kind)
    return sql


def _padded(left: Typed, right: Typed) -> tuple[str, str]:
    """CHAR is compared as if the shorter value were filled with blanks."""
    width = max(left.type.size, right.type.size)

    def pad(side: Typed) -> str:
        if side.literal is not None:
            return in_quotes(side.literal.ljust(width))
        return side.sql if side.type.size == width else f"rpad({side.sql}, {width}, ' ')"

    return pad(left), pad(right)
