"""FROM clauses: tables, named queries, inline views and joins."""

from sqlglot import exp

from common.sandbox.oracle.catalog import Table, quoted
from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.clauses import only
from common.sandbox.oracle.sql.scope import Field, Relation, Scope, Source, offset_of, oracle_name

__all__ = ["find_table", "from_clause", "table_source"]

_SYSTEM = "SYS"
_JOINS = {
    ("", ""): None,
    ("", "INNER"): "JOIN",
    ("LEFT", ""): "LEFT JOIN",
    ("LEFT", "OUTER"): "LEFT JOIN",
    ("RIGHT", ""): "RIGHT JOIN",
    ("RIGHT", "OUTER"): "RIGHT JOIN",
    ("FULL", ""): "FULL JOIN",
    ("FULL", "OUTER"): "FULL JOIN",
    ("", "CROSS"): "CROSS JOIN",
}


def find_table(node: exp.Table, scope: Scope) -> Table:
    """The table that a name means to this user.

    Raises:
        OracleError: ORA-00942 with the position of the name.
    """
    facts = scope.facts
    name, owner = oracle_name(node.this), node.args.get("db")
    if "@" in name:
        raise refused("have database links", offset_of(node))
    owners = [oracle_name(owner)] if owner else [facts.schema, _SYSTEM]
    for candidate in owners:
        if table := facts.catalog.find(candidate, name):
            return table
    raise OracleError(942, "table or view does not exist", offset_of(node))


def table_source(table: Table, name: str, alias: str, *, owner: str = "") -> Source:
    """A table as a source: its columns are asked for through the alias."""
    prefix = f"{alias}." if alias else ""
    fields = tuple(
        Field(column.name, f"{prefix}{quoted(column.name)}", column.type) for column in table.columns
    )
    return Source(name, fields, owner)


def from_clause(node: exp.Select, scope: Scope, *, keep_order: bool = False) -> str:
    """The FROM clause; adds its sources to the scope as it goes."""
    first = node.args.get("from_")
    if first is None:
        raise OracleError(923, "FROM keyword not found where expected")
    sql = _item(first.this, scope, keep_order=keep_order and not node.args.get("joins"))
    for join in node.args.get("joins") or ():
        sql += _join(join, scope)
    return sql


def _join(node: exp.Join, scope: Scope) -> str:
    only(node, "this", "side", "kind", "on")
    side, kind = (str(node.args.get(part) or "").upper() for part in ("side", "kind"))
    condition = node.args.get("on")
    if (side, kind) not in _JOINS:
        raise refused(f"run a {side} {kind} JOIN", offset_of(node))
    item = _item(node.this, scope)
    word = _JOINS[side, kind]
    if condition is None:
        if word not in (None, "CROSS JOIN"):
            raise OracleError(905, "missing keyword", offset_of(node))
        return f", {item}" if word is None else f" CROSS JOIN {item}"
    return f" {word or 'JOIN'} {item} ON {scope.condition(condition)}"


def _item(node: exp.Expr, scope: Scope, *, keep_order: bool = False) -> str:
    alias = scope.facts.alias()
    match node:
        case exp.Table():
            if not isinstance(node.this, exp.Identifier):
                raise refused("run table functions", offset_of(node))
            only(node, "this", "db", "alias")
            return _named(node, alias, scope)
        case exp.Subquery(this=exp.Query()):
            only(node, "this", "alias")
            alone = Scope(scope.translator, queries=scope.queries)  # an inline view sees no other source
            relation = alone.relation(node.this, keep_order=keep_order)
            scope.sources.append(_derived(relation, _alias_of(node), alias))
            return f"({relation.sql}) AS {alias}"
        case _:
            raise refused(
                "run this item of a FROM clause: it knows tables, inline views and joins", offset_of(node)
            )


def _named(node: exp.Table, alias: str, scope: Scope) -> str:
    name = oracle_name(node.this)
    given = _alias_of(node)
    if not node.args.get("db") and (query := scope.queries.get(name)):
        scope.sources.append(_derived(query, given or name, alias))
        return f"{query.sql} AS {alias}"
    table = find_table(node, scope)
    scope.sources.append(table_source(table, given or name, alias, owner="" if given else table.owner))
    return f"{table.sql} AS {alias}"


def _alias_of(node: exp.Expr) -> str:
    alias = node.args.get("alias")
    if alias is None:
        return ""
    only(alias, "this")
    return oracle_name(alias.this)


def _derived(relation: Relation, name: str, alias: str) -> Source:
    fields = tuple(Field(field.name, f"{alias}.{field.sql}", field.type) for field in relation.fields)
    return Source(name, fields, order=tuple(f"{alias}.{key}" for key in relation.order))
