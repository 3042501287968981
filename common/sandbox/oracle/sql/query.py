"""Queries: SELECT, set operations and WITH.

Every query comes out with columns c1, c2 ... and every source with an alias of its own, so that no name of the
statement means anything to DuckDB.
"""

# ruff: noqa: S608 - translating SQL is writing SQL: names are quoted, values are binds

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.aggregates import ordering
from common.sandbox.oracle.sql.clauses import only
from common.sandbox.oracle.sql.conversion import common_type, converted
from common.sandbox.oracle.sql.rownum import counted_rows, uses_rownum
from common.sandbox.oracle.sql.scope import Field, Relation, Scope, Typed, offset_of, oracle_name
from common.sandbox.oracle.sql.sorting import limit, refuse_clobs, sort_key, sort_keys
from common.sandbox.oracle.sql.sources import from_clause
from common.sandbox.oracle.types import Family

__all__ = ["query"]

_SET_WORDS = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}
_SELECT_CLAUSES = (
    "expressions",
    "from_",
    "joins",
    "where",
    "group",
    "having",
    "distinct",
    "order",
    "limit",
    "offset",
    "with_",
    "hint",
)


def query(node: exp.Expr, outer: Scope, *, keep_order: bool = False) -> Relation:
    """Translates a query; ``keep_order`` adds the sort keys as columns, for a ROWNUM around it."""
    scope = outer.inner()
    named = _named_queries(node, scope)
    match node:
        case exp.Subquery():
            only(node, "this", "order", "limit", "offset", "with_")
            inner = query(node.this, scope, keep_order=keep_order)
            relation = (
                _sorted(node, inner, scope) if node.args.get("order") or node.args.get("limit") else inner
            )
        case exp.Select():
            relation = _select(node, scope, keep_order=keep_order)
        case exp.SetOperation():
            relation = _set_operation(node, scope)
        case _:
            raise refused("run this kind of query", offset_of(node))
    return Relation(named + relation.sql, relation.fields, relation.order) if named else relation


def _named_queries(node: exp.Expr, scope: Scope) -> str:
    """The WITH clause; adds its queries to the scope."""
    clause = node.args.get("with_")
    if clause is None:
        return ""
    only(clause, "expressions")
    parts = []
    for item in clause.expressions:
        only(item, "this", "alias")
        name, columns = oracle_name(item.args["alias"].this), item.args["alias"].args.get("columns") or ()
        if any(
            not table.args.get("db") and oracle_name(table.this) == name
            for table in item.this.find_all(exp.Table)
        ):
            raise refused("run recursive WITH", offset_of(item))
        relation = query(item.this, scope)
        fields = relation.fields
        if columns:
            if len(columns) != len(fields):
                raise OracleError(32038, "number of WITH clause column names does not match", offset_of(item))
            fields = tuple(
                Field(oracle_name(column), field.sql, field.type)
                for column, field in zip(columns, fields, strict=True)
            )
        alias = scope.facts.alias()
        parts.append(f"{alias} AS ({relation.sql})")
        scope.queries[name] = Relation(alias, fields)
    return f"WITH {', '.join(parts)} "


def _select(node: exp.Select, scope: Scope, *, keep_order: bool) -> Relation:
    only(node, *_SELECT_CLAUSES)
    counting = uses_rownum(node)
    rows = from_clause(node, scope, keep_order=counting)
    if counting:
        rows = counted_rows(node, rows, scope)
    elif where := node.args.get("where"):
        rows += f" WHERE {scope.condition(where.this)}"
    items, names = _items(node, scope)
    sql = f"FROM {rows}" + _grouping(node, scope)
    distinct = bool(node.args.get("distinct"))
    if distinct:
        only(node.args["distinct"])
        refuse_clobs(items)
    keys = sort_keys(node, scope, items, names, distinct=distinct)
    columns = [f"{item.sql} AS c{index}" for index, item in enumerate(items, 1)]
    fields = tuple(
        Field(name, f"c{index}", item.type)
        for index, (name, item) in enumerate(zip(names, items, strict=True), 1)
    )
    order: tuple[str, ...] = ()
    if keep_order and keys:
        columns += [f"{key} AS o{index}" for index, (key, _) in enumerate(keys, 1)]
        order = tuple(ordering(ordered, f"o{index}") for index, (_, ordered) in enumerate(keys, 1))
    sql = f"SELECT {'DISTINCT ' if distinct else ''}{', '.join(columns)} {sql}"
    if keys:
        sql += " ORDER BY " + ", ".join(ordering(ordered, key) for key, ordered in keys)
    return Relation(sql + limit(node, scope), fields, order)


def _items(node: exp.Select, scope: Scope) -> tuple[list[Typed], list[str]]:
    """The select list, its stars written out, and the columns' names."""
    items: list[Typed] = []
    names: list[str] = []
    for item in node.expressions:
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            if isinstance(item, exp.Star) and len(node.expressions) > 1:
                raise OracleError(923, "FROM keyword not found where expected")
            fields = scope.fields(item.args.get("table"))
            items += [Typed(field.sql, field.type) for field in fields]
            names += [field.name for field in fields]
            continue
        items.append(scope.value(item.this if isinstance(item, exp.Alias) else item))
        match item:
            case exp.Alias():
                names.append(oracle_name(item.args["alias"]))
            case exp.Column():
                names.append(oracle_name(item.this))
            case _:
                names.append("".join(item.sql("oracle").split()).upper())
    return items, names


def _grouping(node: exp.Select, scope: Scope) -> str:
    sql = ""
    if group := node.args.get("group"):
        only(group, "expressions")
        keys = []
        for each in group.expressions:
            if isinstance(each, exp.Literal):
                raise refused("group by a constant (in Oracle a number here is no column position)")
            keys.append(scope.value(each))
        refuse_clobs(keys)
        sql += " GROUP BY " + ", ".join(key.sql for key in keys)
    if having := node.args.get("having"):
        sql += f" HAVING {scope.condition(having.this)}"
    return sql


def _set_operation(node: exp.SetOperation, scope: Scope) -> Relation:
    only(node, "this", "expression", "distinct", "order", "limit", "offset", "with_")
    sides = [query(side, scope) for side in (node.this, node.expression)]
    left, right = sides
    if len(left.fields) != len(right.fields):
        raise OracleError(1789, "query block has incorrect number of result columns")
    word = _SET_WORDS[type(node)]
    if not node.args.get("distinct"):
        if word != "UNION":
            raise refused(f"run {word} ALL")
        word += " ALL"
    pairs = list(zip(left.fields, right.fields, strict=True))
    for a, b in pairs:
        families = {a.type.family, b.type.family} - {Family.NULL}
        if len(families) > 1 and families != {Family.NUMBER, Family.FLOAT}:
            raise OracleError(1790, "expression must have same datatype as corresponding expression")
    kinds = [common_type([a.type, b.type]) for a, b in pairs]
    parts = []
    for side in sides:
        columns = ", ".join(
            f"{converted(Typed(field.sql, field.type), kind)} AS c{index}"
            for index, (field, kind) in enumerate(zip(side.fields, kinds, strict=True), 1)
        )
        parts.append(f"(SELECT {columns} FROM ({side.sql}) AS {scope.facts.alias()})")
    fields = tuple(
        Field(field.name, f"c{index}", kind)
        for index, (field, kind) in enumerate(zip(left.fields, kinds, strict=True), 1)
    )
    relation = Relation(f" {word} ".join(parts), fields)
    return _sorted(node, relation, scope) if node.args.get("order") or node.args.get("limit") else relation


def _sorted(node: exp.Expr, relation: Relation, scope: Scope) -> Relation:
    """An ORDER BY and a FETCH of a set operation: by position or name only."""
    alias = scope.facts.alias()
    items = [Typed(f"{alias}.{field.sql}", field.type) for field in relation.fields]
    names = [field.name for field in relation.fields]
    columns = ", ".join(f"{item.sql} AS c{index}" for index, item in enumerate(items, 1))
    sql = f"SELECT {columns} FROM ({relation.sql}) AS {alias}"
    if order := node.args.get("order"):
        keys = [
            (sort_key(each.this, Scope(scope.translator), items, names), each) for each in order.expressions
        ]
        sql += " ORDER BY " + ", ".join(ordering(each, key.sql) for key, each in keys)
    return Relation(sql + limit(node, scope), relation.fields)
