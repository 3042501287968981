"""The data dictionary: which tables there are, and Oracle's types of their columns.

DuckDB does not know CHAR, CLOB, DATE with a time or NUMBER without a precision, so they are kept here.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from common.sandbox.oracle.types import OracleType

__all__ = ["Catalog", "Column", "Table", "quoted"]


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``default`` is the expression that an INSERT without a value evaluates."""

    name: str
    type: OracleType
    default: exp.Expr | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one owner."""

    owner: str
    name: str
    columns: tuple[Column, ...]

    @property
    def sql(self) -> str:
        """The table's name in DuckDB."""
        return f"{quoted(self.owner)}.{quoted(self.name)}"


@dataclass(slots=True)
class Catalog:
    """All tables of one service, by owner and name."""

    tables: dict[tuple[str, str], Table] = field(default_factory=dict)

    def find(self, owner: str, name: str) -> Table | None:
        """The table, or None."""
        return self.tables.get((owner, name))

    def add(self, table: Table) -> None:
        """Enters a table that was created."""
        self.tables[table.owner, table.name] = table

    def remove(self, table: Table) -> None:
        """Takes out a table that was dropped."""
        self.tables.pop((table.owner, table.name), None)
