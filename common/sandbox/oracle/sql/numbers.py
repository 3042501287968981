"""Arithmetic on NUMBER: exact decimals of at most 38 digits.

DuckDB divides into binary floats; here a quotient is an integer division of scaled integers, kept to 20 decimals (Oracle keeps 40 significant digits), so that rounding it gives what Oracle gives. What has no room
in 38 digits raises ORA-01426 when the statement runs; nothing is rounded unseen but the last of 15 or more
decimals of a product.
"""

from decimal import Decimal

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.conversion import to_number, to_text
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of
from common.sandbox.oracle.types import DATE, INTERVAL, NUMBER, TIMESTAMP, Family, Kind, OracleType, number

__all__ = [
    "arithmetic",
    "concatenation",
    "difference_in_days",
    "literal_number",
    "narrowed",
    "negation",
    "quotient",
]

_DIGITS = 38
_NARROW_DIGITS = 18
_QUOTIENT_DECIMALS = 20
_PRODUCT_DECIMALS = 15
_DAY_SECONDS = 86_400
_FLOAT = OracleType(Kind.BINARY_DOUBLE)


def literal_number(text: str) -> Typed:
    """A number as written."""
    value = Decimal(text)
    plain = format(value, "f")
    whole, _, decimals = plain.lstrip("-").partition(".")
    kind = number(max(len(whole.lstrip("0")), 1), len(decimals))
    if len(whole) + len(decimals) > _DIGITS:
        raise refused("compute with more than 38 digits")
    return Typed(f"CAST('{plain}' AS {kind.duckdb})", kind, plain)


def arithmetic(node: exp.Binary, scope: Scope) -> Typed:
    """``+ - * /`` on numbers, and on dates where Oracle has a meaning for them."""
    left, right = scope.value(node.this), scope.value(node.expression)
    if Family.DATETIME in (left.type.family, right.type.family):
        return _date_arithmetic(node, left, right)
    if Family.INTERVAL in (left.type.family, right.type.family):
        raise refused("compute with intervals alone", offset_of(node))
    left, right = to_number(left), to_number(right)
    if Family.FLOAT in (left.type.family, right.type.family):
        if isinstance(node, exp.Div):
            raise refused("divide binary floats", offset_of(node))
        sides = (f"CAST({side.sql} AS DOUBLE)" for side in (left, right))
        return Typed(f"({_OPERATORS[type(node)].join(sides)})", _FLOAT)
    match node:
        case exp.Div():
            return quotient(left, right)
        case exp.Mul():
            return _product(left, right)
        case _:
            kind = number(
                max(left.type.whole, right.type.whole) + 1, max(left.type.decimals, right.type.decimals)
            )
            return Typed(f"({left.sql}{_OPERATORS[type(node)]}{right.sql})", kind)


_OPERATORS: dict[type[exp.Expr], str] = {exp.Add: " + ", exp.Sub: " - ", exp.Mul: " * "}


def negation(node: exp.Neg, scope: Scope) -> Typed:
    """A minus sign."""
    value = to_number(scope.value(node.this))
    literal = f"-{value.literal}" if value.literal is not None else None
    return Typed(f"(-{value.sql})", value.type, literal)


def quotient(left: Typed, right: Typed) -> Typed:
    """Exact division to 20 decimals; ORA-01476 for a zero divisor."""
    left, right = narrowed(left, _QUOTIENT_DECIMALS), narrowed(right, _PRODUCT_DECIMALS)
    shift = 10 ** (_QUOTIENT_DECIMALS + right.type.decimals - left.type.decimals)
    divided = f"({_scaled(left)} * CAST('{shift}' AS HUGEINT)) // {_scaled(right)}"
    unit = f"CAST('0.{'1':0>{_QUOTIENT_DECIMALS}}' AS DECIMAL({_QUOTIENT_DECIMALS},{_QUOTIENT_DECIMALS}))"
    kind = number(left.type.whole + right.type.decimals, _QUOTIENT_DECIMALS)
    return Typed(f"(CAST({divided} AS DECIMAL({_DIGITS},0)) * {unit})", kind)


def narrowed(value: Typed, decimals: int) -> Typed:
    """The value with at most so many decimals."""
    if value.type.decimals <= decimals:
        return value
    return Typed(f"CAST({value.sql} AS DECIMAL({_DIGITS},{decimals}))", number(value.type.whole, decimals))


def _scaled(value: Typed) -> str:
    """The digits of a decimal as an integer."""
    decimals = value.type.decimals
    if not decimals:
        return f"CAST({value.sql} AS HUGEINT)"
    if value.type.whole + 2 * decimals <= _DIGITS:
        factor = f"CAST('{10**decimals}' AS DECIMAL({decimals + 1},0))"
        return f"CAST({_widened(value)} * {factor} AS HUGEINT)"
    fixed = (
        f"CAST(CAST({value.sql} AS {value.type.duckdb}) AS VARCHAR)"  # slower, but the product has no room
    )
    return f"CAST(replace({fixed}, '.', '') AS HUGEINT)"


def _widened(value: Typed) -> str:
    """With room for a product: two decimals of up to 18 digits are multiplied into 18 digits by DuckDB."""
    return f"CAST({value.sql} AS DECIMAL({_DIGITS},{value.type.decimals}))"


def difference_in_days(left: str, right: str) -> Typed:
    """The number of days between two dates."""
    seconds = f"CAST((epoch_us({left}) - epoch_us({right})) // 1000000 AS DECIMAL(12,0))"
    return quotient(Typed(seconds, number(12, 0)), literal_number(str(_DAY_SECONDS)))


def concatenation(node: exp.DPipe, scope: Scope) -> Typed:
    """``a || b``: NULL counts as an empty text."""
    left, right = to_text(scope.value(node.this)), to_text(scope.value(node.expression))
    sql = f'"SYS".joined({left.sql}, {right.sql})'
    if Family.CLOB in (left.type.family, right.type.family):
        return Typed(sql, OracleType(Kind.CLOB))
    size = left.type.size + right.type.size
    kind = OracleType(Kind.VARCHAR2, min(size, 4000), national=left.type.national or right.type.national)
    return Typed(f'"SYS".fitting({sql})' if size > 1000 else sql, kind)


def _product(left: Typed, right: Typed) -> Typed:
    spare = _DIGITS - left.type.whole - right.type.whole
    if left.type.decimals + right.type.decimals > max(spare, 0):
        if left.type.decimals >= right.type.decimals:
            left = narrowed(left, max(spare - right.type.decimals, _PRODUCT_DECIMALS))
        else:
            right = narrowed(right, max(spare - left.type.decimals, _PRODUCT_DECIMALS))
    decimals = left.type.decimals + right.type.decimals
    if decimals > _DIGITS:
        raise refused("keep more than 38 decimals of a product")
    kind = number(left.type.whole + right.type.whole, decimals)
    factor = _widened(left) if kind.whole + kind.decimals > _NARROW_DIGITS else left.sql
    return Typed(f"({factor} * {right.sql})", kind)


def _date_arithmetic(node: exp.Binary, left: Typed, right: Typed) -> Typed:
    left_is_date, right_is_date = (side.type.family is Family.DATETIME for side in (left, right))
    if isinstance(node, exp.Sub) and left_is_date and right_is_date:
        if left.type.kind is right.type.kind is Kind.DATE:
            return difference_in_days(left.sql, right.sql)
        return Typed(f"({left.sql} - {right.sql})", INTERVAL)
    if isinstance(node, exp.Add) and right_is_date and not left_is_date:
        left, right = right, left
    if not isinstance(node, exp.Add | exp.Sub) or right.type.family is Family.DATETIME:
        raise OracleError(975, "date + date not allowed", offset_of(node))
    if right.type.family is Family.INTERVAL:
        kind = left.type if left.type.kind is Kind.DATE else TIMESTAMP
        if left.type.kind is Kind.DATE:
            moved = f"({left.sql}{_OPERATORS[type(node)]}{right.sql})"
            return Typed(f"date_trunc('second', {moved})", DATE)
        return Typed(f"({left.sql}{_OPERATORS[type(node)]}{right.sql})", kind)
    days = to_number(right) if right.type.family is not Family.NULL else Typed("NULL", NUMBER)
    sign = "-" if isinstance(node, exp.Sub) else ""
    return Typed(f'"SYS".moved({left.sql}, {sign}{days.sql})', DATE)
