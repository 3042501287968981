"""Aggregate and analytic functions."""

from dataclasses import replace

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.calls import Call, Rule
from common.sandbox.oracle.sql.conversion import converted, in_quotes
from common.sandbox.oracle.sql.numbers import narrowed, quotient
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of
from common.sandbox.oracle.types import TEXT, Family, loosened, number

__all__ = ["AGGREGATES", "grouped", "ordering", "windowed"]

_COUNT = number(18, 0)
_ROWS_DIGITS = 10
_SUM_DECIMALS = 20


def ordering(node: exp.Ordered, sql: str) -> str:
    """One item of an ORDER BY; Oracle's NULLs are greater than everything."""
    descending = bool(node.args.get("desc"))
    nulls = "FIRST" if node.args.get("nulls_first") else "LAST"
    return f"{sql} {'DESC' if descending else 'ASC'} NULLS {nulls}"


def _distinct(call: Call) -> str:
    return "DISTINCT " if call.distinct else ""


def _count(call: Call) -> Typed:
    call.takes(1)
    if isinstance(call.arguments[0], exp.Star):
        counted = "*"
    else:
        value = call.value(0)
        counted = "NULL" if value.type.family is Family.NULL else value.sql
    return Typed(f"CAST(count({_distinct(call)}{counted}){call.over} AS {_COUNT.duckdb})", _COUNT)


def _sum(call: Call) -> Typed:
    call.takes(1)
    value = narrowed(call.number(0), _SUM_DECIMALS)
    kind = number(value.type.whole + _ROWS_DIGITS, value.type.decimals)
    return Typed(f"sum({_distinct(call)}{value.sql}){call.over}", kind)


def _avg(call: Call) -> Typed:
    return quotient(_sum(call), _count(call))


def _extreme(call: Call) -> Typed:
    call.takes(1)
    value = call.value(0)
    if value.type.family is Family.CLOB:
        raise OracleError(932, "inconsistent datatypes: expected - got CLOB", call.offset)
    return Typed(f"{call.name.lower()}({value.sql}){call.over}", loosened(value.type))


def _listagg(call: Call) -> Typed:
    call.takes(1, 2)
    if not call.within:
        raise refused("run LISTAGG without WITHIN GROUP", call.offset)
    separator = call.value(1) if call.has(1) else Typed("NULL", TEXT)
    if separator.literal is None and separator.sql != "NULL":
        raise refused("run LISTAGG with a separator that is no literal", call.offset)
    between = in_quotes(separator.literal or "")
    listed = f"string_agg({_distinct(call)}{call.text(0).sql}, {between} {call.within}){call.over}"
    return Typed(f'"SYS".fitting({listed})', TEXT)


def _ranking(call: Call) -> Typed:
    call.takes(0)
    if "ORDER BY" not in call.over:
        raise OracleError(30485, "missing ORDER BY expression in the window specification", call.offset)
    return Typed(f"CAST({call.name.lower()}(){call.over} AS {_COUNT.duckdb})", _COUNT)


def _ntile(call: Call) -> Typed:
    call.takes(1)
    return Typed(f"CAST(ntile({call.whole_literal(0)}){call.over} AS {_COUNT.duckdb})", _COUNT)


def _neighbour(call: Call) -> Typed:
    call.takes(1, 3)
    value = call.value(0)
    offset = call.whole_literal(1) if call.has(1) else 1
    default = f", {converted(call.value(2), value.type)}" if call.has(2) else ""
    return Typed(f"{call.name.lower()}({value.sql}, {offset}{default}){call.over}", loosened(value.type))


def _edge(call: Call) -> Typed:
    call.takes(1)
    value, ignore = call.value(0), " IGNORE NULLS" if call.ignores_nulls else ""
    return Typed(f"{call.name.lower()}({value.sql}{ignore}){call.over}", loosened(value.type))


AGGREGATES: dict[str, Rule] = {
    "COUNT": _count,
    "SUM": _sum,
    "AVG": _avg,
    "MIN": _extreme,
    "MAX": _extreme,
    "LISTAGG": _listagg,
}
_ANALYTIC: dict[str, Rule] = {
    **AGGREGATES,
    "ROW_NUMBER": _ranking,
    "RANK": _ranking,
    "DENSE_RANK": _ranking,
    "NTILE": _ntile,
    "LAG": _neighbour,
    "LEAD": _neighbour,
    "FIRST_VALUE": _edge,
    "LAST_VALUE": _edge,
}


def grouped(node: exp.WithinGroup, scope: Scope, over: str = "") -> Typed:
    """LISTAGG(...) WITHIN GROUP (ORDER BY ...)."""
    within = f"ORDER BY {_order(node.expression, scope)}"
    call = Call.of(_function(node.this), scope, over, within)
    if call.name != "LISTAGG":
        raise refused(f"run {call.name} WITHIN GROUP", call.offset)
    return _listagg(call)


def windowed(node: exp.Window, scope: Scope) -> Typed:
    """A function with OVER."""
    if str(node.args.get("over")).upper() != "OVER":
        raise refused("run KEEP (DENSE_RANK ...)", offset_of(node))
    if node.args.get("alias"):
        raise refused("run named windows", offset_of(node))
    over = f" OVER ({_window(node, scope)})"
    function = node.this
    if isinstance(function, exp.WithinGroup):
        if node.args.get("order"):
            raise OracleError(30487, "ORDER BY not allowed here", offset_of(node))
        return grouped(function, scope, over)
    call = Call.of(
        _function(function.this if isinstance(function, exp.IgnoreNulls) else function), scope, over
    )
    if isinstance(function, exp.IgnoreNulls):
        call = replace(call, ignores_nulls=True)
    rule = _ANALYTIC.get(call.name)
    if rule is None:
        raise refused(f"run {call.name} as an analytic function", call.offset)
    if call.ignores_nulls and rule is not _edge:
        raise refused(f"run {call.name} IGNORE NULLS", call.offset)
    if call.distinct and "ORDER BY" in call.over:
        raise OracleError(30487, "ORDER BY not allowed here", call.offset)
    return rule(call)


def _function(node: exp.Expr) -> exp.Anonymous:
    if not isinstance(node, exp.Anonymous):
        raise refused("run this as an analytic function", offset_of(node))
    return node


def _window(node: exp.Window, scope: Scope) -> str:
    parts = []
    if partition := node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(_key(each, scope) for each in partition))
    if order := node.args.get("order"):
        parts.append("ORDER BY " + _order(order, scope))
    if spec := node.args.get("spec"):
        parts.append(_frame(spec, scope))
    return " ".join(parts)


def _key(node: exp.Expr, scope: Scope) -> str:
    value = scope.value(node)
    if value.type.family is Family.CLOB:
        raise OracleError(932, "inconsistent datatypes: expected - got CLOB", offset_of(node))
    return value.sql


def _order(node: exp.Expr, scope: Scope) -> str:
    """Keys in parentheses: DuckDB must not read a constant as a position."""
    return ", ".join(ordering(each, f"({_key(each.this, scope)})") for each in node.expressions)


def _frame(spec: exp.WindowSpec, scope: Scope) -> str:
    kind = str(spec.args.get("kind")).upper()
    start, end = _bound(spec, "start", scope), _bound(spec, "end", scope)
    if kind not in ("ROWS", "RANGE") or spec.args.get("exclude"):
        raise refused("run this window frame")
    if kind == "RANGE" and not {start, end} <= {
        "UNBOUNDED PRECEDING",
        "UNBOUNDED FOLLOWING",
        "CURRENT ROW",
        "",
    }:
        raise refused("run RANGE frames of a distance")
    return f"{kind} BETWEEN {start} AND {end or 'CURRENT ROW'}"


def _bound(spec: exp.WindowSpec, name: str, scope: Scope) -> str:
    bound, side = spec.args.get(name), str(spec.args.get(f"{name}_side") or "").upper()
    if bound is None:
        return ""
    if isinstance(bound, exp.Expr):
        value = scope.value(bound)
        if not (value.literal or "").isdigit():
            raise refused("run window frames of anything but a literal number of rows")
        return f"{value.literal} {side}"
    return f"{bound} {side}".strip().upper()
