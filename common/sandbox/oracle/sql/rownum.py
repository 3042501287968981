"""ROWNUM: rows are numbered after the WHERE clause and before grouping and sorting.

The rows are numbered and cut off in an inner query; what is outside it sees its columns.
"""

# ruff: noqa: S608 - translating SQL is writing SQL: names are quoted, values are binds

from sqlglot import exp

from common.sandbox.oracle.errors import refused
from common.sandbox.oracle.sql.scope import Field, Scope, Source, oracle_name

__all__ = ["counted_rows", "uses_rownum"]


def uses_rownum(node: exp.Select) -> bool:
    """Whether the select's own clauses name ROWNUM; its subqueries are not looked at."""
    clauses = [
        *node.expressions,
        *(node.args[name] for name in ("where", "order", "group", "having") if node.args.get(name)),
    ]
    return any(_has_rownum(clause) for clause in clauses)


def counted_rows(node: exp.Select, rows: str, scope: Scope) -> str:
    """The FROM and WHERE of a select with ROWNUM; its scope is changed to the inner query's columns."""
    where = node.args.get("where")
    parts = (
        list(where.this.flatten())
        if where and isinstance(where.this, exp.And)
        else [where.this]
        if where
        else []
    )
    kept, limits = [], []
    for part in (part.unnest() for part in parts):
        if _has_rownum(part):
            limits.append(_limit(part, scope))
        else:
            kept.append(scope.condition(part))
    keys = [key for source in scope.sources for key in source.order]
    order = f"ORDER BY {', '.join(keys)}" if keys else ""
    columns = [field.sql for source in scope.sources for field in source.fields]
    shown = [f"{sql} AS f{index}" for index, sql in enumerate(columns, 1)]
    shown.append(f"CAST(row_number() OVER ({order}) AS DECIMAL(18,0)) AS rownum")
    sql = f"SELECT {', '.join(shown)} FROM {rows}"
    if kept:
        sql += f" WHERE {' AND '.join(kept)}"
    if order:
        sql += f" {order}"
    if limits:
        sql += f" LIMIT least({', '.join(limits)})"
    alias, numbers = scope.facts.alias(), iter(range(1, len(columns) + 1))
    scope.sources[:] = [
        Source(
            source.name,
            tuple(Field(field.name, f"{alias}.f{next(numbers)}", field.type) for field in source.fields),
            source.owner,
        )
        for source in scope.sources
    ]
    scope.rownum = f"{alias}.rownum"
    return f"({sql}) AS {alias}"


def _limit(condition: exp.Expr, scope: Scope) -> str:
    """How many rows a condition on ROWNUM lets through."""
    operator, limit = type(condition), condition.args.get("expression")
    if operator in (exp.GT, exp.GTE) and _is_rownum(limit):
        operator = {exp.GT: exp.LT, exp.GTE: exp.LTE}[operator]
        limit = condition.this
    elif not _is_rownum(condition.args.get("this")):
        operator = exp.Expr
    if limit is None or operator not in (exp.LT, exp.LTE, exp.EQ) or _has_rownum(limit):
        raise refused("run conditions on ROWNUM other than < and <= joined with AND")
    value = scope.value(limit)
    if operator is exp.EQ:
        if value.literal != "1":
            raise refused("run ROWNUM = but for 1")
        return "1"
    rounded = "ceil" if operator is exp.LT else "floor"
    less = " - 1" if operator is exp.LT else ""
    return f"greatest(CAST({rounded}({value.sql}) AS BIGINT){less}, 0)"


def _is_rownum(node: object) -> bool:
    return isinstance(node, exp.Column) and not node.args.get("table") and oracle_name(node.this) == "ROWNUM"


def _has_rownum(node: exp.Expr) -> bool:
    return any(_is_rownum(each) for each in node.walk(prune=lambda each: isinstance(each, exp.Query)))
