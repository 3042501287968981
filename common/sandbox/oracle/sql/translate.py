"""From Oracle's SQL to DuckDB's: one statement at a time, refusing what it does not know."""

from dataclasses import dataclass

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.changes import change
from common.sandbox.oracle.sql.conditions import CONDITIONS
from common.sandbox.oracle.sql.expressions import EXPRESSIONS
from common.sandbox.oracle.sql.query import query
from common.sandbox.oracle.sql.scope import Facts, Field, Relation, Scope, Typed, offset_of
from common.sandbox.oracle.sql.statement import Statement, StatementKind, parse

__all__ = ["Plan", "Translation", "translate"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement ready to run.

    Attributes:
        sql: for DuckDB; the bind number n is its parameter ``bn``.
        used: numbers of the binds in it.
        fields: the columns of a query, or what RETURNING gives.
        table: owner and name of the table that a change is made to.
    """

    sql: str
    used: frozenset[int]
    fields: tuple[Field, ...] = ()
    table: str = ""


class Translation:
    """The rules for all constructs, brought together."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def value(self, node: exp.Expr, scope: Scope) -> Typed:
        """Translates an expression by the rule for its kind."""
        rule = EXPRESSIONS.get(type(node))
        if rule is None:
            if type(node) in CONDITIONS:
                raise OracleError(923, "FROM keyword not found where expected", offset_of(node))
            raise refused(f"run {type(node).__name__.upper()}", offset_of(node))
        return rule(node, scope)

    def condition(self, node: exp.Expr, scope: Scope) -> str:
        """Translates a condition by the rule for its kind."""
        rule = CONDITIONS.get(type(node))
        if rule is None:
            if type(node) in EXPRESSIONS:
                raise OracleError(920, "invalid relational operator", offset_of(node))
            raise refused(f"run the condition {type(node).__name__.upper()}", offset_of(node))
        return rule(node, scope)

    def relation(self, node: exp.Expr, scope: Scope, *, keep_order: bool = False) -> Relation:
        """Translates a query inside a statement."""
        return query(node, scope, keep_order=keep_order)


def translate(statement: Statement, facts: Facts) -> Plan:
    """The plan of a query or a change.

    Raises:
        OracleError: the statement is wrong, or the stand-in does not run it.
    """
    tree = parse(statement)
    scope = Scope(Translation(facts))
    if statement.kind is StatementKind.QUERY:
        relation = query(tree, scope)
        return Plan(relation.sql, frozenset(facts.used), _named(tree, relation, statement))
    changed = change(tree, scope)
    return Plan(changed.sql, frozenset(facts.used), changed.returning, changed.table)


def _named(tree: exp.Expr, relation: Relation, statement: Statement) -> tuple[Field, ...]:
    """The columns by the names that Oracle gives them: an item without an alias is called by its text."""
    select = tree
    while not isinstance(select, exp.Select):
        select = select.this
    if len(statement.names) != len(select.expressions) or len(relation.fields) != len(select.expressions):
        return relation.fields
    return tuple(
        field if isinstance(item, exp.Alias | exp.Column | exp.Star) else Field(name, field.sql, field.type)
        for field, item, name in zip(relation.fields, select.expressions, statement.names, strict=True)
    )
