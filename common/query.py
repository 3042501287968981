"""What a ``.sql`` file with ``:name`` binds asks a database for, checked before anything connects."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Self, TypeAlias

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.dialects.oracle import Oracle

from common.errors import ConfigError

__all__ = ["Bind", "Change", "Query"]

Bind: TypeAlias = str | int | float | Decimal | date | datetime | None

CHANGES = {"INSERT", "UPDATE", "DELETE", "MERGE", "CALL"}
BLOCKS = {"BEGIN", "DECLARE"}


class _Dialect(Oracle):
    class Tokenizer(Oracle.Tokenizer):
        COMMANDS: ClassVar[set[TokenType]] = set()  # after CALL it would take the rest for one word


@dataclass(frozen=True)
class Query:
    """One SELECT in Oracle's dialect, with the values of its binds.

    Binds are shown by name only: their values may be personal and appear in no log or error.
    """

    step: ClassVar[str] = "extract"
    """The step that takes it."""

    name: str
    text: str
    binds: Mapping[str, Bind] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path, **binds: Bind) -> Self:
        """Reads and parses ``path``.

        Raises ConfigError with file, line and column where the SQL does not parse, and with the names where
        a bind has no value or a value has no bind.
        """
        try:
            text = path.read_text(encoding="utf-8").rstrip().removesuffix(";")
        except FileNotFoundError:
            raise ConfigError(f"{path.name}: no such query beside its flow, in {path.parent}.") from None
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{path.name}: byte {error.start} is not UTF-8; save the query as UTF-8."
            ) from None
        query = cls(path.name, text, binds)
        query._check_binds()
        return query

    @cached_property
    def tree(self) -> exp.Query:
        """The parsed statement. Raises ConfigError where it does not parse, or is no SELECT."""
        try:
            found = sqlglot.parse(self.text, read="oracle")
        except sqlglot.ParseError as error:
            raise ConfigError(f"{self.name}: the SQL does not parse{_place(error)}.") from None
        except sqlglot.errors.TokenError:
            raise self._unclosed() from None
        match found:
            case [exp.Query() as tree]:
                return tree
            case _:
                raise ConfigError(f"{self.name}: a flow's query is one SELECT; this is something else.")

    @cached_property
    def bind_names(self) -> frozenset[str]:
        """The names that the text mentions as ``:name``, lower case."""
        return frozenset(p.name.lower() for p in self.tree.find_all(exp.Placeholder))

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables and views it reads, upper case, without those that its own WITH clause names."""
        own = {cte.alias.upper() for cte in self.tree.find_all(exp.CTE)}
        return frozenset(t.name.upper() for t in self.tree.find_all(exp.Table)) - own

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it answers with, lower case, in order."""
        return tuple(name.lower() for name in self.tree.named_selects)

    def rendered(self, bind: Callable[[str], str], rest: Callable[[str], str] = str) -> str:
        """The SQL with ``bind`` of its name in each bind's place, and ``rest`` of all between them.

        What only looks like a bind, in a string, a name or a comment, is none.
        """
        parts, done = [], 0
        for colon, name in pairwise(sqlglot.tokenize(self.text, read=_Dialect)):
            if colon.token_type is TokenType.COLON and name.text.lower() in self.bind_names:
                parts += [rest(self.text[done : colon.start]), bind(name.text.lower())]
                done = name.end + 1
        return "".join([*parts, rest(self.text[done:])])

    def _unclosed(self) -> ConfigError:
        return ConfigError(
            f"{self.name}: the SQL does not parse: a quote or comment that begins at line "
            f"{self._unclosed_line()} or earlier is never closed."
        )

    def _unclosed_line(self) -> int:
        lines = self.text.splitlines(keepends=True)
        for line in range(len(lines), 0, -1):
            try:
                sqlglot.tokenize("".join(lines[: line - 1]), read=_Dialect)
            except sqlglot.errors.TokenError:
                continue
            return line
        return 1

    def _check_binds(self) -> None:
        wanted, given = self.bind_names, frozenset(self.binds)
        if missing := sorted(wanted - given):
            raise ConfigError(
                f"{self.name}: no value for bind {', '.join(':' + m for m in missing)}; pass it to {self.step}()."
            )
        if unused := sorted(given - wanted):
            raise ConfigError(
                f"{self.name}: {self.step}() passes {', '.join(unused)}, which the SQL does not mention."
            )


@dataclass(frozen=True)
class Change(Query):
    """One statement that changes rows, or a procedure to be called, in the SQL of the database that it is for.

    Raises ConfigError where its words are read and it is anything else, such as a DROP, which no transaction holds.
    """

    step: ClassVar[str] = "execute"

    @property
    def is_block(self) -> bool:
        """Whether it is PL/SQL, which ends in a semicolon."""
        return self._words[0].text.upper() in BLOCKS

    @cached_property
    def bind_names(self) -> frozenset[str]:
        """The names that the text mentions as ``:name``, lower case."""
        return frozenset(
            name.text.lower()
            for colon, name in pairwise(self._words)
            if colon.token_type is TokenType.COLON and colon.end + 1 == name.start
        )

    @cached_property
    def _words(self) -> list[sqlglot.Token]:
        try:
            words = sqlglot.tokenize(self.text, read=_Dialect)
        except sqlglot.errors.TokenError:
            raise self._unclosed() from None
        first = words[0].text.upper() if words else ""
        several = first not in BLOCKS and any(word.token_type is TokenType.SEMICOLON for word in words)
        if first not in CHANGES | BLOCKS or several:
            raise ConfigError(
                f"{self.name}: what is executed is one INSERT, UPDATE, DELETE, MERGE, CALL or BEGIN ... END; this is "
                "something else."
            )
        return words


def _place(error: sqlglot.ParseError) -> str:
    if not error.errors:
        return ""
    at = error.errors[0]
    word, column = at["highlight"], at["col"] - len(at["highlight"]) + 1  # sqlglot's is the word's last
    why = re.sub(r" but got <.*|<class '[\w.]*\.(\w+)'>", r"\1", at["description"])
    return f" at line {at['line']}, column {max(1, column)}, near {word!r}: {why}"
