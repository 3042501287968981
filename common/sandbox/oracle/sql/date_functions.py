"""Functions on dates and timestamps, and the conversions that have a format."""

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.calls import Call, Rule
from common.sandbox.oracle.sql.conversion import to_number, to_text
from common.sandbox.oracle.sql.formats import formatted_moment, formatted_number, parsed_moment
from common.sandbox.oracle.sql.number_functions import rounded
from common.sandbox.oracle.sql.numbers import literal_number, quotient
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of
from common.sandbox.oracle.types import DATE, INTERVAL, TIMESTAMP, Family, Kind, number, text

__all__ = ["DATE_FUNCTIONS", "extracted"]

_UNITS = {
    "YYYY": "year",
    "YEAR": "year",
    "YY": "year",
    "Q": "quarter",
    "MM": "month",
    "MON": "month",
    "MONTH": "month",
    "IW": "week",
    "DD": "day",
    "DDD": "day",
    "J": "day",
    "HH": "hour",
    "HH24": "hour",
    "HH12": "hour",
    "MI": "minute",
}
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_DATE_PARTS = ("YEAR", "MONTH", "DAY")
_TIMESTAMP_PARTS = (*_DATE_PARTS, "HOUR", "MINUTE", "SECOND")
_INTERVAL_UNITS = {"DAY": 86_400, "HOUR": 3_600, "MINUTE": 60, "SECOND": 1}


def _to_char(call: Call) -> Typed:
    call.takes(1, 2)
    value = call.value(0)
    if not call.has(1):
        return to_text(value)
    pattern = call.literal(1)
    match value.type.family:
        case Family.DATETIME:
            decimals = 0 if value.type.kind is Kind.DATE else value.type.scale
            return Typed(formatted_moment(value.sql, pattern, decimals), text(100))
        case Family.NUMBER:
            return Typed(formatted_number(value.sql, pattern), text(50))
        case Family.NULL:
            return Typed("NULL", text(1))
        case _:
            raise OracleError(1481, "invalid number format model", call.offset)


def _to_date(call: Call) -> Typed:
    call.takes(1, 3)
    if len(call.arguments) != 2:
        raise refused(f"run {call.name} without a format, or with a language", call.offset)
    value = call.value(0)
    if value.type.family is Family.DATETIME:
        raise refused(f"turn a date into text for {call.name}: the argument is a date already", call.offset)
    fraction = call.name == "TO_TIMESTAMP"
    sql = parsed_moment(to_text(value).sql, call.literal(1), fraction=fraction)
    return Typed(sql, TIMESTAMP if fraction else DATE)


def _to_number(call: Call) -> Typed:
    call.takes(1, 3)
    if call.has(1):
        raise refused("run TO_NUMBER with a format", call.offset)
    return to_number(call.value(0))


def _trunc(call: Call) -> Typed:
    call.takes(1, 2)
    value = call.value(0)
    if value.type.family is not Family.DATETIME:
        return rounded(call)
    unit = call.literal(1).upper() if call.has(1) else "DD"
    if unit not in _UNITS:
        raise refused(f"run TRUNC to {unit}", call.offset)
    return Typed(f"date_trunc('{_UNITS[unit]}', {value.sql})", DATE)


def _round(call: Call) -> Typed:
    if call.has(0) and call.value(0).type.family is Family.DATETIME:
        raise refused("run ROUND on dates", call.offset)
    return rounded(call)


def _as_date(value: Typed) -> str:
    return value.sql if value.type.kind is Kind.DATE else f"date_trunc('second', {value.sql})"


def _add_months(call: Call) -> Typed:
    call.takes(2)
    return Typed(f'"SYS".months_added({_as_date(call.moment(0))}, trunc({call.number(1).sql}))', DATE)


def _last_day(call: Call) -> Typed:
    call.takes(1)
    return Typed(f'"SYS".month_end({_as_date(call.moment(0))})', DATE)


def _next_day(call: Call) -> Typed:
    call.takes(2)
    name = call.literal(1).upper()
    found = [
        day for day, known in enumerate(_WEEKDAYS, 1) if name[:3] == known[:3] and known.startswith(name)
    ]
    if not found:
        raise OracleError(1846, "not a valid day of the week", call.offset)
    return Typed(f'"SYS".weekday_after({_as_date(call.moment(0))}, {found[0]})', DATE)


def _months_between(call: Call) -> Typed:
    """Whole months if both are the same day of the month or both the last; else a 31st part for each day."""
    call.takes(2)
    later, earlier = (_as_date(call.moment(index)) for index in (0, 1))
    months = (
        f"CAST((year({later}) - year({earlier})) * 12 + month({later}) - month({earlier}) AS DECIMAL(6,0))"
    )

    def second(moment: str) -> str:
        return f"(day({moment}) * 86400 + epoch_us({moment} - date_trunc('day', {moment})) // 1000000)"

    whole = (
        f'day({later}) = day({earlier}) OR ("SYS".is_month_end({later}) AND "SYS".is_month_end({earlier}))'
    )
    seconds = Typed(f"CAST({second(later)} - {second(earlier)} AS DECIMAL(8,0))", number(8, 0))
    part = quotient(seconds, literal_number(str(31 * 86_400)))
    sql = f"({months} + CASE WHEN {whole} THEN 0 ELSE {part.sql} END)"
    return Typed(sql, number(7, part.type.decimals))


def _to_interval(call: Call) -> Typed:
    call.takes(2)
    unit = call.literal(1).upper()
    if unit not in _INTERVAL_UNITS:
        raise OracleError(1760, "illegal argument for function", call.offset)
    amount = call.number(0)
    sql = f"CAST({amount.sql} AS DECIMAL(24,9)) * {_INTERVAL_UNITS[unit] * 1_000_000}"
    return Typed(f"to_microseconds(CAST(round({sql}) AS BIGINT))", INTERVAL)


def extracted(node: exp.Extract, scope: Scope) -> Typed:
    """EXTRACT(part FROM date); the time of day only from timestamps."""
    value, part = scope.value(node.expression), str(node.this.name).upper()
    if value.type.family is Family.INTERVAL or part not in _TIMESTAMP_PARTS:
        raise refused(f"run EXTRACT({part}) here", offset_of(node))
    if value.type.family is not Family.DATETIME or (value.type.kind is Kind.DATE and part not in _DATE_PARTS):
        raise OracleError(30076, "invalid extract field for extract source", offset_of(node))
    if part == "SECOND":
        seconds = f"CAST(epoch_us({value.sql}) - epoch_us(date_trunc('minute', {value.sql})) AS DECIMAL(8,0))"
        return Typed(f"({seconds} * CAST(0.000001 AS DECIMAL(6,6)))", number(2, 6))
    return Typed(f"CAST({part.lower()}({value.sql}) AS DECIMAL(4,0))", number(4, 0))


DATE_FUNCTIONS: dict[str, Rule] = {
    "TO_CHAR": _to_char,
    "TO_DATE": _to_date,
    "TO_TIMESTAMP": _to_date,
    "TO_NUMBER": _to_number,
    "TRUNC": _trunc,
    "ROUND": _round,
    "ADD_MONTHS": _add_months,
    "LAST_DAY": _last_day,
    "NEXT_DAY": _next_day,
    "MONTHS_BETWEEN": _months_between,
    "NUMTODSINTERVAL": _to_interval,
}
