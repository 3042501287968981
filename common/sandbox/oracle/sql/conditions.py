"""Conditions: comparisons, LIKE, IN, EXISTS and what joins them.

Oracle has no boolean values, so a condition is never an expression and is translated apart.
"""

# ruff: noqa: S608 - translating SQL is writing SQL: names are quoted, values are binds

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.conversion import aligned, to_text
from common.sandbox.oracle.sql.patterns import regexp_like
from common.sandbox.oracle.sql.scope import Relation, Scope, Typed, offset_of
from common.sandbox.oracle.types import Family

__all__ = ["CONDITIONS", "compared", "same"]

_UNKNOWN = "CAST(NULL AS BOOLEAN)"
_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def compared(left: Typed, operator: str, right: Typed) -> str:
    """One comparison."""
    sides = aligned(left, right)
    return f"({sides[0]} {operator} {sides[1]})" if sides else _UNKNOWN


def same(left: Typed, right: Typed) -> str:
    """Whether two values are equal or both NULL, as DECODE asks."""
    if Family.NULL in (left.type.family, right.type.family):
        other = right if left.type.family is Family.NULL else left
        return "TRUE" if other.type.family is Family.NULL else f"({other.sql} IS NULL)"
    sides = aligned(left, right) or ("", "")
    return f"({sides[0]} IS NOT DISTINCT FROM {sides[1]})"


def _comparison(node: exp.Binary, scope: Scope) -> str:
    operator = _OPERATORS[type(node)]
    left, right = _items(node.this), _items(node.expression)
    if len(left) > 1 or len(right) > 1:
        if len(left) != len(right):
            raise OracleError(947, "not enough values", offset_of(node))
        if operator != "=":
            raise refused("compare lists of values but with =", offset_of(node))
        pairs = zip(left, right, strict=True)
        return "(" + " AND ".join(compared(scope.value(a), "=", scope.value(b)) for a, b in pairs) + ")"
    match node.expression:
        case exp.Any() | exp.All() as quantified:
            return _quantified(scope.value(node.this), operator, quantified, scope)
    return compared(scope.value(node.this), operator, scope.value(node.expression))


def _quantified(left: Typed, operator: str, node: exp.Any | exp.All, scope: Scope) -> str:
    query = node.this.unnest() if node.this else None
    if not isinstance(query, exp.Query):
        raise refused("run ANY and ALL over lists: write IN", offset_of(node))
    word = "ANY" if isinstance(node, exp.Any) else "ALL"
    value, column = _against_column(left, scope.relation(query), scope)
    return f"({value} {operator} {word} ({column}))"


def _in(node: exp.In, scope: Scope) -> str:
    query = node.args.get("query")
    left = _items(node.this)
    if query is None:
        if len(left) > 1:
            options = (exp.EQ(this=node.this.copy(), expression=each.copy()) for each in node.expressions)
            return "(" + " OR ".join(_comparison(option, scope) for option in options) + ")"
        value = scope.value(node.this)
        return "(" + " OR ".join(compared(value, "=", scope.value(each)) for each in node.expressions) + ")"
    relation = scope.relation(query.unnest())
    if len(left) > 1:
        return _row_in(node, [scope.value(each) for each in left], relation, scope)
    left_sql, column = _against_column(scope.value(node.this), relation, scope)
    return f"({left_sql} IN ({column}))"


def _row_in(node: exp.In, values: Sequence[Typed], relation: Relation, scope: Scope) -> str:
    """(a, b) IN (query); as EXISTS, which is the same unless a NULL result is negated."""
    if isinstance(node.find_ancestor(exp.Not, exp.Case, exp.Select), exp.Not | exp.Case):
        raise refused("run NOT IN on several columns: write NOT EXISTS", offset_of(node))
    if len(values) != len(relation.fields):
        raise OracleError(947, "not enough values", offset_of(node))
    alias = scope.facts.alias()
    fields = (Typed(f"{alias}.{field.sql}", field.type) for field in relation.fields)
    pairs = (compared(value, "=", field) for value, field in zip(values, fields, strict=True))
    return f"EXISTS (SELECT 1 FROM ({relation.sql}) AS {alias} WHERE {' AND '.join(pairs)})"


def _against_column(left: Typed, relation: Relation, scope: Scope) -> tuple[str, str]:
    """A value and a query of one column, as DuckDB can compare them."""
    if len(relation.fields) != 1:
        raise OracleError(913, "too many values")
    field = relation.fields[0]
    sides = aligned(left, Typed(field.sql, field.type))
    if sides is None:
        raise refused("compare with a subquery where one side is always NULL")
    if sides[1] == field.sql:
        return sides[0], relation.sql
    return sides[0], f"SELECT {sides[1]} FROM ({relation.sql}) AS {scope.facts.alias()}"


def _between(node: exp.Between, scope: Scope) -> str:
    value = scope.value(node.this)
    low, high = scope.value(node.args["low"]), scope.value(node.args["high"])
    return f"({compared(value, '>=', low)} AND {compared(value, '<=', high)})"


def _like(node: exp.Like, scope: Scope, escape: str = "") -> str:
    value, pattern = to_text(scope.value(node.this)), to_text(scope.value(node.expression))
    return f"({value.sql} LIKE {pattern.sql}{escape})"


def _escape(node: exp.Escape, scope: Scope) -> str:
    if not isinstance(node.this, exp.Like):
        raise refused("run ESCAPE here", offset_of(node))
    character = scope.value(node.expression)
    if character.literal is None or len(character.literal) != 1:
        raise OracleError(1425, "escape character must be character string of length 1", offset_of(node))
    return _like(node.this, scope, f" ESCAPE {character.sql}")


def _is_null(node: exp.Is, scope: Scope) -> str:
    if not isinstance(node.expression, exp.Null):
        raise refused("run IS with anything but NULL", offset_of(node))
    return f"({scope.value(node.this).sql} IS NULL)"


def _exists(node: exp.Exists, scope: Scope) -> str:
    return f"EXISTS ({scope.relation(node.this.unnest()).sql})"


def _joined(word: str) -> Callable[[Any, Scope], str]:
    def rule(node: exp.Connector, scope: Scope) -> str:
        parts = node.flatten()
        return "(" + f" {word} ".join(scope.condition(part) for part in parts) + ")"

    return rule


def _call(node: exp.Anonymous, scope: Scope) -> str:
    if str(node.this).upper() != "REGEXP_LIKE":
        raise OracleError(920, "invalid relational operator", offset_of(node))
    return regexp_like(node.expressions, scope)


def _items(node: exp.Expr) -> list[exp.Expr]:
    """The values of a list in parentheses; one value is a list of one."""
    inner = node.unnest() if isinstance(node, exp.Paren) else node
    return list(inner.expressions) if isinstance(inner, exp.Tuple) else [node]


CONDITIONS: dict[type[exp.Expr], Callable[[Any, Scope], str]] = {
    **dict.fromkeys(_OPERATORS, _comparison),
    exp.And: _joined("AND"),
    exp.Or: _joined("OR"),
    exp.Not: lambda node, scope: f"(NOT {scope.condition(node.this)})",
    exp.Paren: lambda node, scope: scope.condition(node.this),
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.Escape: _escape,
    exp.Is: _is_null,
    exp.Exists: _exists,
    exp.Anonymous: _call,
}
