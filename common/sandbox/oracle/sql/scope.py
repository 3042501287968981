"""Names and types: what a column name means at the place where it stands.

Every name is resolved here, against the catalog and the enclosing queries, before DuckDB sees the statement:
DuckDB's own rules (aliases visible in WHERE, GROUP BY by position) are not Oracle's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Protocol

from sqlglot import exp

from common.sandbox.oracle.catalog import Catalog
from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.types import OracleType

__all__ = [
    "BINDS",
    "Facts",
    "Field",
    "Relation",
    "Scope",
    "Source",
    "Translator",
    "Typed",
    "offset_of",
    "oracle_name",
]

BINDS = "binds"


@dataclass(frozen=True, slots=True)
class Typed:
    """A translated expression: DuckDB's SQL, Oracle's type, and the text if it is a literal."""

    sql: str
    type: OracleType
    literal: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a source: its Oracle name and how DuckDB is asked for it."""

    name: str
    sql: str
    type: OracleType


@dataclass(frozen=True, slots=True)
class Source:
    """One item of a FROM clause; ``owner`` is empty unless the table is named without an alias."""

    name: str
    fields: tuple[Field, ...]
    owner: str = ""
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A translated query: its columns are called c1, c2 ... in DuckDB.

    ``order`` says how its rows are sorted, in terms of its columns; empty if they are not.
    """

    sql: str
    fields: tuple[Field, ...]
    order: tuple[str, ...] = ()


@dataclass(slots=True)
class Facts:
    """What a statement's translation depends on besides its text.

    Attributes:
        now: what SYSDATE and SYSTIMESTAMP are.
        binds: the type of each bind, by its number less one.
        array: an INSERT takes its rows from the relation ``binds``, with a column bn for each bind.
        used: numbers of the binds that the translation contains.
    """

    catalog: Catalog
    schema: str
    user: str
    service: str
    now: datetime
    binds: Sequence[OracleType] = ()
    array: bool = False
    used: set[int] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def bind(self, number: int) -> str:
        """SQL of a bind's value."""
        self.used.add(number)
        return f"{BINDS}.b{number}" if self.array else f"$b{number}"

    def alias(self) -> str:
        """A table alias that the statement has not yet."""
        return f"s{next(self._numbers)}"


class Translator(Protocol):
    """What the rules for single constructs need of the translation as a whole."""

    facts: Facts

    def value(self, node: exp.Expr, scope: "Scope") -> Typed:
        """Translates an expression."""

    def condition(self, node: exp.Expr, scope: "Scope") -> str:
        """Translates a condition."""

    def relation(self, node: exp.Expr, scope: "Scope", *, keep_order: bool = False) -> Relation:
        """Translates a query inside a statement."""


@dataclass(slots=True)
class Scope:
    """The sources that an expression can see, innermost first.

    Attributes:
        queries: named queries (WITH) by name.
        rownum: SQL of ROWNUM where it has a meaning.
        owner_named: whether ``owner.table.column`` is looked up.
    """

    translator: Translator
    sources: list[Source] = field(default_factory=list)
    parent: "Scope | None" = None
    queries: dict[str, Relation] = field(default_factory=dict)
    rownum: str | None = None

    def inner(self, sources: list[Source] | None = None) -> "Scope":
        """A scope inside this one."""
        return Scope(self.translator, sources or [], self, dict(self.queries))

    @property
    def facts(self) -> Facts:
        """What the whole statement depends on."""
        return self.translator.facts

    def value(self, node: exp.Expr) -> Typed:
        """Translates an expression that stands here."""
        return self.translator.value(node, self)

    def condition(self, node: exp.Expr) -> str:
        """Translates a condition that stands here."""
        return self.translator.condition(node, self)

    def relation(self, node: exp.Expr, *, keep_order: bool = False) -> Relation:
        """Translates a query that stands here."""
        return self.translator.relation(node, self, keep_order=keep_order)

    def fields(self, table: exp.Expr | None = None) -> list[Field]:
        """The columns that ``*`` or ``table.*`` stands for."""
        if table is None:
            return [field for source in self.sources for field in source.fields]
        for source in self.sources:
            if source.name == oracle_name(table):
                return list(source.fields)
        raise OracleError(904, f'"{oracle_name(table)}": invalid identifier', offset_of(table))

    def column(self, node: exp.Column) -> Typed | None:
        """What a column name stands for; None if no source here or outside has it.

        Raises:
            OracleError: ORA-00918 if several sources of one level have it.
        """
        if node.args.get("join_mark"):
            raise refused("run outer joins written with (+): write LEFT JOIN", offset_of(node))
        name = oracle_name(node.this)
        table, owner = node.args.get("table"), node.args.get("db")
        found = [
            field
            for source in self.sources
            if (table is None or source.name == oracle_name(table))
            and (owner is None or source.owner == oracle_name(owner))
            for field in source.fields
            if field.name == name
        ]
        if len(found) > 1:
            raise OracleError(918, f"{name}: column ambiguously defined", offset_of(node))
        if found:
            return Typed(found[0].sql, found[0].type)
        return self.parent.column(node) if self.parent else None


def oracle_name(node: exp.Expr) -> str:
    """The name that an identifier means: as written in quotes, else in capitals."""
    identifier = node if isinstance(node, exp.Identifier) else node.find(exp.Identifier)
    if identifier is None:
        return str(node.name).upper()
    return str(identifier.this) if identifier.args.get("quoted") else str(identifier.this).upper()


def offset_of(node: exp.Expr) -> int:
    """Where in the SQL text an expression begins, as far as its names tell."""
    starts = [found.meta["start"] for found in node.find_all(exp.Identifier) if "start" in found.meta]
    return min(starts, default=0)
