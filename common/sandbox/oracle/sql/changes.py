"""INSERT, UPDATE, DELETE and MERGE."""

# ruff: noqa: S608 - translating SQL is writing SQL: names are quoted, values are binds

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from common.sandbox.oracle.catalog import Column, Table, quoted
from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.clauses import only
from common.sandbox.oracle.sql.conversion import assigned
from common.sandbox.oracle.sql.query import query
from common.sandbox.oracle.sql.scope import BINDS, Field, Scope, Typed, offset_of, oracle_name
from common.sandbox.oracle.sql.sources import find_table, table_source

__all__ = ["Change", "change"]


@dataclass(frozen=True, slots=True)
class Change:
    """A translated change, the table it is made to and the columns that RETURNING gives."""

    sql: str
    table: str
    returning: tuple[Field, ...] = ()


def change(node: exp.Expr, scope: Scope) -> Change:
    """Translates a statement that changes rows."""
    match node:
        case exp.Insert():
            return _insert(node, scope)
        case exp.Update():
            return _update(node, scope)
        case exp.Delete():
            return _delete(node, scope)
        case exp.Merge():
            return _merge(node, scope)
        case _:
            raise refused("run this statement", offset_of(node))


def _insert(node: exp.Insert, scope: Scope) -> Change:
    only(node, "this", "expression", "returning")
    target = node.this.this if isinstance(node.this, exp.Schema) else node.this
    table = _table(target, scope)
    columns = _listed(table, node.this.expressions if isinstance(node.this, exp.Schema) else ())
    head = (
        f"INSERT INTO {table.sql} ({', '.join(quoted(column.name) for column in _filled(table, columns))}) "
    )
    source = node.expression
    if isinstance(source, exp.Values):
        if len(source.expressions) != 1:
            raise OracleError(933, "SQL command not properly ended", offset_of(source))
        row = source.expressions[0]
        values = [scope.value(each) for each in (row.expressions if isinstance(row, exp.Tuple) else [row])]
        shown = ", ".join(_row(table, columns, values, scope))
        fields, returning = _returning(node, table)
        rows = f"SELECT {shown} FROM {BINDS}" if scope.facts.array else f"VALUES ({shown})"
        return Change(f"{head}{rows}{returning}", _name(table), fields)
    relation = query(source, scope)
    alias = scope.facts.alias()
    values = [Typed(f"{alias}.{field.sql}", field.type) for field in relation.fields]
    shown = ", ".join(_row(table, columns, values, scope))
    fields, returning = _returning(node, table)
    return Change(f"{head}SELECT {shown} FROM ({relation.sql}) AS {alias}{returning}", _name(table), fields)


def _update(node: exp.Update, scope: Scope) -> Change:
    only(node, "this", "expressions", "where", "returning")
    table, alias, inner = _target(node.this, scope)
    sql = f"UPDATE {table.sql} AS {alias} SET {_settings(node.expressions, table, inner)}"
    fields, returning = _returning(node, table)
    return Change(sql + _where(node, inner) + returning, _name(table), fields)


def _delete(node: exp.Delete, scope: Scope) -> Change:
    only(node, "this", "tables", "where", "returning")
    table, alias, inner = _target(node.this or node.args["tables"][0], scope)
    fields, returning = _returning(node, table)
    return Change(f"DELETE FROM {table.sql} AS {alias}{_where(node, inner)}{returning}", _name(table), fields)


def _merge(node: exp.Merge, scope: Scope) -> Change:
    only(node, "this", "using", "on", "whens")
    table, alias, inner = _target(node.this, scope)
    source = _merge_source(node.args["using"], inner)
    sql = f"MERGE INTO {table.sql} AS {alias} USING {source} ON {inner.condition(node.args['on'])}"
    for when in node.args["whens"].expressions:
        only(when, "matched", "then")
        match when.args["then"]:
            case exp.Update() as update:
                only(update, "expressions", "where")
                condition = (
                    f" AND {inner.condition(update.args['where'].this)}" if update.args.get("where") else ""
                )
                sql += (
                    f" WHEN MATCHED{condition} THEN UPDATE SET {_settings(update.expressions, table, inner)}"
                )
            case exp.Insert() as insert:
                only(insert, "this", "expression", "where")
                columns = _listed(table, insert.this.expressions if insert.this else ())
                names = ", ".join(quoted(column.name) for column in _filled(table, columns))
                values = [inner.value(each) for each in insert.expression.expressions]
                condition = (
                    f" AND {inner.condition(insert.args['where'].this)}" if insert.args.get("where") else ""
                )
                shown = ", ".join(_row(table, columns, values, inner))
                sql += f" WHEN NOT MATCHED{condition} THEN INSERT ({names}) VALUES ({shown})"
            case _:
                raise refused("run this branch of a MERGE", offset_of(when))
    return Change(sql, _name(table))


def _merge_source(node: exp.Expr, scope: Scope) -> str:
    select = exp.Select(expressions=[exp.Star()], from_=exp.From(this=node.copy()))
    relation = query(select, scope.parent or scope)
    alias = scope.facts.alias()
    fields = tuple(Field(field.name, f"{alias}.{field.sql}", field.type) for field in relation.fields)
    source = table_source(Table("", "", ()), node.alias_or_name.upper(), alias)
    scope.sources.append(type(source)(source.name, fields))
    return f"({relation.sql}) AS {alias}"


def _table(node: exp.Expr, scope: Scope) -> Table:
    if not isinstance(node, exp.Table):
        raise refused("change anything but a table", offset_of(node))
    table = find_table(node, scope)
    if table.owner == "SYS":
        raise OracleError(1031, "insufficient privileges")
    return table


def _target(node: exp.Expr, scope: Scope) -> tuple[Table, str, Scope]:
    table = _table(node, scope)
    alias = scope.facts.alias()
    given = node.args.get("alias")
    name = oracle_name(given.this) if given else table.name
    return table, alias, scope.inner([table_source(table, name, alias, owner="" if given else table.owner)])


def _listed(table: Table, names: Sequence[exp.Expr]) -> list[Column]:
    """The columns that a statement names, or all."""
    known = {column.name: column for column in table.columns}
    return [_known(known, name) for name in names] if names else list(table.columns)


def _known(known: dict[str, Column], node: exp.Expr) -> Column:
    name = oracle_name(node.this if isinstance(node, exp.Column) else node)
    if name not in known:
        raise OracleError(904, f'"{name}": invalid identifier', offset_of(node))
    return known[name]


def _filled(table: Table, columns: Sequence[Column]) -> list[Column]:
    """The columns of an INSERT: those named, then those that have a default."""
    named = {column.name for column in columns}
    return [
        *columns,
        *(each for each in table.columns if each.default is not None and each.name not in named),
    ]


def _row(table: Table, columns: Sequence[Column], values: Sequence[Typed], scope: Scope) -> list[str]:
    if len(values) < len(columns):
        raise OracleError(947, "not enough values")
    if len(values) > len(columns):
        raise OracleError(913, "too many values")
    filled = _filled(table, columns)
    defaults = [
        scope.value(column.default) for column in filled[len(columns) :] if column.default is not None
    ]
    return [assigned(value, column.type) for column, value in zip(filled, [*values, *defaults], strict=True)]


def _settings(items: Sequence[exp.Expr], table: Table, scope: Scope) -> str:
    known = {column.name: column for column in table.columns}
    settings = []
    for item in items:
        if not isinstance(item, exp.EQ) or not isinstance(item.this, exp.Column):
            raise refused("set several columns from one subquery", offset_of(item))
        column = _known(known, item.this)
        settings.append(f"{quoted(column.name)} = {assigned(scope.value(item.expression), column.type)}")
    return ", ".join(settings)


def _where(node: exp.Expr, scope: Scope) -> str:
    where = node.args.get("where")
    return f" WHERE {scope.condition(where.this)}" if where else ""


def _returning(node: exp.Expr, table: Table) -> tuple[tuple[Field, ...], str]:
    """RETURNING: columns of the table only."""
    clause = node.args.get("returning")
    if clause is None:
        return (), ""
    known = {column.name: column for column in table.columns}
    fields = []
    for item in clause.expressions:
        if not isinstance(item, exp.Column):
            raise refused("return anything but columns from a change", offset_of(item))
        column = _known(known, item)
        fields.append(Field(column.name, quoted(column.name), column.type))
    return tuple(fields), " RETURNING " + ", ".join(field.sql for field in fields)


def _name(table: Table) -> str:
    return f"{table.owner}.{table.name}"
