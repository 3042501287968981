"""ORDER BY, OFFSET and FETCH FIRST."""

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.clauses import only
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of, oracle_name
from common.sandbox.oracle.types import Family

__all__ = ["limit", "refuse_clobs", "sort_key", "sort_keys"]


def sort_keys(
    node: exp.Select, scope: Scope, items: list[Typed], names: list[str], *, distinct: bool
) -> list[tuple[str, exp.Ordered]]:
    """The ORDER BY as SQL of each key: a position or an alias stands for its item."""
    order = node.args.get("order")
    if order is None:
        return []
    only(order, "expressions")
    keys = []
    for ordered in order.expressions:
        only(ordered, "this", "desc", "nulls_first")
        key = sort_key(ordered.this, scope, items, names)
        refuse_clobs([key])
        if distinct and key.sql not in {item.sql for item in items}:
            raise OracleError(1791, "not a SELECTed expression", offset_of(ordered))
        keys.append((f"({key.sql})", ordered))
    return keys


def sort_key(node: exp.Expr, scope: Scope, items: list[Typed], names: list[str]) -> Typed:
    """What an item of an ORDER BY sorts by."""
    if isinstance(node, exp.Literal) and not node.is_string:
        position = int(str(node.this)) if str(node.this).isdigit() else 0
        if not 1 <= position <= len(items):
            raise OracleError(1785, "ORDER BY item must be the number of a SELECT-list expression")
        return items[position - 1]
    if isinstance(node, exp.Column) and not node.args.get("table") and oracle_name(node.this) in names:
        return items[names.index(oracle_name(node.this))]
    return scope.value(node)


def limit(node: exp.Expr, scope: Scope) -> str:
    """OFFSET and FETCH FIRST."""
    sql = ""
    if fetch := node.args.get("limit"):
        options = fetch.args.get("limit_options")
        if not isinstance(fetch, exp.Fetch):
            raise OracleError(933, "SQL command not properly ended")
        if options and (options.args.get("percent") or options.args.get("with_ties")):
            raise refused("run FETCH with PERCENT or WITH TIES")
        count = scope.value(fetch.args["count"]).sql if fetch.args.get("count") else "1"
        sql += f" LIMIT greatest(CAST({count} AS BIGINT), 0)"
    if offset := node.args.get("offset"):
        sql += f" OFFSET greatest(CAST({scope.value(offset.expression).sql} AS BIGINT), 0)"
    return sql


def refuse_clobs(items: list[Typed]) -> None:
    """Oracle does not compare, sort or group by CLOBs."""
    if any(item.type.family is Family.CLOB for item in items):
        raise OracleError(932, "inconsistent datatypes: expected - got CLOB")
