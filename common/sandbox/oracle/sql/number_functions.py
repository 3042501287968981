"""Functions on numbers, exact to the last digit."""

from common.sandbox.oracle.errors import refused
from common.sandbox.oracle.sql.calls import Call, Rule
from common.sandbox.oracle.sql.numbers import literal_number
from common.sandbox.oracle.sql.scope import Typed
from common.sandbox.oracle.types import number

__all__ = ["NUMBER_FUNCTIONS", "rounded"]

_BITS = number(19, 0)


def rounded(call: Call) -> Typed:
    """ROUND and TRUNC of a number."""
    call.takes(1, 2)
    value = call.number(0)
    places = call.whole_literal(1) if call.has(1) else 0
    if places >= value.type.decimals:
        return Typed(value.sql, number(value.type.whole, value.type.decimals))
    kind = number(value.type.whole + 1, max(places, 0))
    return Typed(f"CAST({call.name.lower()}({value.sql}, {places}) AS {kind.duckdb})", kind)


def _whole(call: Call) -> Typed:
    call.takes(1)
    value = call.number(0)
    kind = number(value.type.whole + 1, 0)
    return Typed(f"CAST({call.name.lower()}({value.sql}) AS {kind.duckdb})", kind)


def _abs(call: Call) -> Typed:
    call.takes(1)
    value = call.number(0)
    return Typed(f"abs({value.sql})", number(value.type.whole, value.type.decimals))


def _sign(call: Call) -> Typed:
    call.takes(1)
    kind = number(1, 0)
    return Typed(f"CAST(sign({call.number(0).sql}) AS {kind.duckdb})", kind)


def _mod(call: Call) -> Typed:
    call.takes(2)
    left, right = call.number(0), call.number(1)
    kind = number(max(left.type.whole, right.type.whole), max(left.type.decimals, right.type.decimals))
    return Typed(f'CAST("SYS".modulo({left.sql}, {right.sql}) AS {kind.duckdb})', kind)


def _power(call: Call) -> Typed:
    call.takes(2)
    base, exponent = call.whole_literal(0), call.whole_literal(1)
    if not 0 <= exponent <= 100 or abs(base**exponent) >= 10**38:
        raise refused("run POWER beyond 38 digits", call.offset)
    return literal_number(str(base**exponent))


def _bitand(call: Call) -> Typed:
    call.takes(2)
    left, right = (f"CAST(trunc({call.number(index).sql}) AS BIGINT)" for index in (0, 1))
    return Typed(f"CAST({left} & {right} AS {_BITS.duckdb})", _BITS)


NUMBER_FUNCTIONS: dict[str, Rule] = {
    "ROUND": rounded,
    "FLOOR": _whole,
    "CEIL": _whole,
    "ABS": _abs,
    "SIGN": _sign,
    "MOD": _mod,
    "POWER": _power,
    "BITAND": _bitand,
}
