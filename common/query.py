"""A query: a ``.sql`` file in Oracle's dialect with ``:name`` binds, checked before anything connects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import sqlglot
from sqlglot import exp

from common.errors import ConfigError

__all__ = ["Bind", "Query"]

Bind: TypeAlias = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True)
class Query:
    """SQL text with the values of its binds.

    Binds are shown by name only: their values may be personal and appear in no log or error.
    """

    name: str
    text: str
    binds: Mapping[str, Bind] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path, **binds: Bind) -> "Query":
        """Reads and parses ``path``.

        Raises ConfigError with file, line and column where the SQL does not parse, and with the names where
        a bind has no value or a value has no bind.
        """
        try:
            text = path.read_text(encoding="utf-8").strip().rstrip(";")
        except FileNotFoundError:
            raise ConfigError(f"{path.name}: no such query beside its flow, in {path.parent}.") from None
        query = cls(path.name, text, binds)
        query._check_binds()
        return query

    @property
    def tree(self) -> exp.Query:
        """The parsed statement. Raises ConfigError where it does not parse, or is no SELECT."""
        try:
            found = sqlglot.parse(self.text, read="oracle")
        except sqlglot.ParseError as error:
            at = error.errors[0]
            raise ConfigError(
                f"{self.name}: the SQL does not parse at line {at['line']}, column {at['col']}, "
                f"near {at['highlight']!r}: {at['description']}."
            ) from None
        except sqlglot.errors.TokenError as error:
            raise ConfigError(f"{self.name}: the SQL does not parse: {error}.") from None
        match found:
            case [exp.Query() as tree]:
                return tree
            case _:
                raise ConfigError(f"{self.name}: a flow's query is one SELECT; this is something else.")

    @property
    def bind_names(self) -> frozenset[str]:
        """The names that the text mentions as ``:name``."""
        return frozenset(p.name.lower() for p in self.tree.find_all(exp.Placeholder))

    @property
    def tables(self) -> frozenset[str]:
        """The tables and views it reads, upper case, without those that its own WITH clause names."""
        tree = self.tree
        own = {cte.alias.upper() for cte in tree.find_all(exp.CTE)}
        return frozenset(t.name.upper() for t in tree.find_all(exp.Table)) - own

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it answers with, lower case, in order."""
        return tuple(name.lower() for name in self.tree.named_selects)

    def _check_binds(self) -> None:
        wanted, given = self.bind_names, frozenset(self.binds)
        if missing := sorted(wanted - given):
            raise ConfigError(
                f"{self.name}: no value for bind {', '.join(':' + m for m in missing)}; pass it to extract()."
            )
        if unused := sorted(given - wanted):
            raise ConfigError(
                f"{self.name}: extract() passes {', '.join(unused)}, which the SQL does not mention."
            )
