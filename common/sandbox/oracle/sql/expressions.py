"""Expressions: one rule for each construct; what has no rule is refused."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.aggregates import AGGREGATES, grouped, windowed
from common.sandbox.oracle.sql.calls import Call, Rule
from common.sandbox.oracle.sql.choices import CHOICES, case
from common.sandbox.oracle.sql.conversion import assigned, converted, to_text
from common.sandbox.oracle.sql.date_functions import DATE_FUNCTIONS, extracted
from common.sandbox.oracle.sql.literals import LEAVES
from common.sandbox.oracle.sql.number_functions import NUMBER_FUNCTIONS
from common.sandbox.oracle.sql.numbers import arithmetic, concatenation, negation
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of
from common.sandbox.oracle.sql.text_functions import TEXT_FUNCTIONS, trimmed
from common.sandbox.oracle.types import Family, Kind, number, parse_type

__all__ = ["EXPRESSIONS"]

_FUNCTIONS: dict[str, Rule] = {
    **AGGREGATES,
    **CHOICES,
    **DATE_FUNCTIONS,
    **NUMBER_FUNCTIONS,
    **TEXT_FUNCTIONS,
}


def _call(node: exp.Anonymous, scope: Scope) -> Typed:
    call = Call.of(node, scope)
    rule = _FUNCTIONS.get(call.name)
    if rule is None:
        unknown = f'"{call.name}": invalid identifier, or a function that the stand-in does not run'
        raise OracleError(904, unknown, call.offset)
    if (call.distinct or call.ignores_nulls) and call.name not in AGGREGATES:
        raise OracleError(30482, "DISTINCT option not allowed for this function", call.offset)
    return rule(call)


def _cast(node: exp.Cast, scope: Scope) -> Typed:
    if node.args.get("format") or node.args.get("default"):
        raise refused("run CAST with a format or a default", offset_of(node))
    value, kind = scope.value(node.this), parse_type(node.to.sql("oracle"))
    if value.type.family is Family.NULL:
        return Typed(f"CAST(NULL AS {kind.duckdb})", kind)
    match kind.family:
        case Family.TEXT:
            cut = '"SYS".fitted' if value.type.family is Family.NUMBER else "left"
            shown = f"{cut}({to_text(value).sql}, {kind.size})"
            return Typed(f"rpad({shown}, {kind.size}, ' ')" if kind.kind is Kind.CHAR else shown, kind)
        case Family.DATETIME if kind.kind is Kind.DATE:
            return Typed(f"date_trunc('second', {converted(value, kind)})", kind)
        case Family.DATETIME:
            return Typed(assigned(value, kind), kind)
        case Family.NUMBER if not kind.precision:
            exact = number(value.type.whole, max(value.type.decimals, kind.decimals))
            return Typed(f'"SYS".exact_number({converted(value, exact)})', kind)
        case _:
            return Typed(f"CAST({converted(value, kind)} AS {kind.duckdb})", kind)


def _subquery(node: exp.Expr, scope: Scope) -> Typed:
    relation = scope.relation(node)
    if len(relation.fields) != 1:
        raise OracleError(913, "too many values", offset_of(node))
    return Typed(f"({relation.sql})", relation.fields[0].type)


def _in_parentheses(node: exp.Paren, scope: Scope) -> Typed:
    return scope.value(node.this)


EXPRESSIONS: dict[type[exp.Expr], Callable[[Any, Scope], Typed]] = {
    **LEAVES,
    exp.Paren: _in_parentheses,
    exp.Neg: negation,
    exp.Add: arithmetic,
    exp.Sub: arithmetic,
    exp.Mul: arithmetic,
    exp.Div: arithmetic,
    exp.DPipe: concatenation,
    exp.Anonymous: _call,
    exp.Window: windowed,
    exp.WithinGroup: grouped,
    exp.Case: case,
    exp.Cast: _cast,
    exp.Trim: trimmed,
    exp.Extract: extracted,
    exp.Subquery: _subquery,
    exp.Select: _subquery,
}
