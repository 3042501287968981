"""CREATE TABLE, DROP TABLE and TRUNCATE TABLE."""

from dataclasses import dataclass
from enum import Enum, auto

from sqlglot import exp

from common.sandbox.oracle.catalog import Column, Table, quoted
from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.clauses import only
from common.sandbox.oracle.sql.scope import Scope, offset_of, oracle_name
from common.sandbox.oracle.sql.sources import find_table, table_source
from common.sandbox.oracle.types import Family, OracleType, parse_type

__all__ = ["Definition", "Effect", "definition"]


class Effect(Enum):
    """What a definition does to the catalog."""

    ADDS = auto()
    REMOVES = auto()
    KEEPS = auto()


@dataclass(frozen=True, slots=True)
class Definition:
    """A translated definition and the table it is about."""

    sql: str
    table: Table
    effect: Effect


def definition(node: exp.Expr, scope: Scope) -> Definition:
    """Translates a definition."""
    match node:
        case exp.Create(kind="TABLE", this=exp.Schema()):
            return _create(node, scope)
        case exp.Drop(kind="TABLE"):
            only(node, "tables", "kind", "purge")
            return _of_table(node.args["tables"], "DROP TABLE", Effect.REMOVES, scope)
        case exp.TruncateTable():
            only(node, "expressions")
            return _of_table(node.expressions, "TRUNCATE", Effect.KEEPS, scope)
        case _:
            raise refused("run this definition: it knows CREATE, DROP and TRUNCATE TABLE", offset_of(node))


def _of_table(nodes: list[exp.Table], words: str, effect: Effect, scope: Scope) -> Definition:
    if len(nodes) != 1:
        raise OracleError(933, "SQL command not properly ended")
    table = find_table(nodes[0], scope)
    return Definition(f"{words} {table.sql}", table, effect)


def _create(node: exp.Create, scope: Scope) -> Definition:
    only(node, "this", "kind")
    target = node.this.this
    owner = target.args.get("db")
    items = node.this.expressions
    columns = tuple(_column(item) for item in items if isinstance(item, exp.ColumnDef))
    table = Table(oracle_name(owner) if owner else scope.facts.schema, oracle_name(target.this), columns)
    if scope.facts.catalog.find(table.owner, table.name):
        raise OracleError(955, "name is already used by an existing object", offset_of(target))
    if len({column.name for column in columns}) != len(columns):
        raise OracleError(957, "duplicate column name", offset_of(target))
    inner = scope.inner([table_source(table, table.name, "")])
    parts = []
    for item in items:
        if isinstance(item, exp.ColumnDef):
            kind = parse_type(item.args["kind"].sql("oracle"))
            rules = (_rule(each.args["kind"], inner) for each in item.args.get("constraints") or ())
            parts.append(" ".join([quoted(oracle_name(item.this)), kind.duckdb, *rules, _limit(item, kind)]))
        else:
            parts.append(_table_rule(item, inner))
    return Definition(f"CREATE TABLE {table.sql} ({', '.join(parts)})", table, Effect.ADDS)


def _column(item: exp.ColumnDef) -> Column:
    kinds = (each.args["kind"] for each in item.args.get("constraints") or ())
    default = next((kind.this for kind in kinds if isinstance(kind, exp.DefaultColumnConstraint)), None)
    if item.args.get("kind") is None:
        raise OracleError(2263, "need to specify the datatype for this column", offset_of(item))
    return Column(oracle_name(item.this), parse_type(item.args["kind"].sql("oracle")), default)


def _rule(kind: exp.Expr, scope: Scope) -> str:
    """A constraint behind a column. A default is evaluated by each INSERT, so DuckDB is told none."""
    match kind:
        case exp.NotNullColumnConstraint():
            return "" if kind.args.get("allow_null") else "NOT NULL"
        case exp.DefaultColumnConstraint():
            return ""
        case exp.PrimaryKeyColumnConstraint():
            return "PRIMARY KEY"
        case exp.UniqueColumnConstraint():
            return "UNIQUE"
        case exp.CheckColumnConstraint():
            return f"CHECK ({scope.condition(kind.this)})"
        case _:
            raise refused(
                "keep this constraint: it knows NOT NULL, PRIMARY KEY, UNIQUE and CHECK", offset_of(kind)
            )


def _table_rule(item: exp.Expr, scope: Scope) -> str:
    match item:
        case exp.Constraint():
            return ", ".join(_table_rule(each, scope) for each in item.expressions)
        case exp.PrimaryKey():
            return f"PRIMARY KEY ({_names(item.expressions)})"
        case exp.UniqueColumnConstraint(this=exp.Schema() as columns):
            return f"UNIQUE ({_names(columns.expressions)})"
        case exp.CheckColumnConstraint():
            return f"CHECK ({scope.condition(item.this)})"
        case _:
            raise refused("keep this constraint: it knows PRIMARY KEY, UNIQUE and CHECK", offset_of(item))


def _names(nodes: list[exp.Expr]) -> str:
    return ", ".join(quoted(oracle_name(node)) for node in nodes)


def _limit(item: exp.ColumnDef, kind: OracleType) -> str:
    """The length of a text, which DuckDB does not check by itself."""
    if kind.family is not Family.TEXT:
        return ""
    function = "strlen" if kind.in_bytes else "length"
    return f"CHECK ({function}({quoted(oracle_name(item.this))}) <= {kind.size})"
