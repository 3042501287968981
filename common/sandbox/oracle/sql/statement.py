"""The text of a statement: its kind, its binds, its syntax tree and the names of its columns.

sqlglot reads Oracle's syntax. Its Oracle parser also rewrites functions into its own notions of them and
loses some of their meaning, so here every call stays a call by its Oracle name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.errors import SqlglotError
from sqlglot.parsers.oracle import OracleParser
from sqlglot.tokenizer_core import Token, TokenType

from common.sandbox.oracle.errors import OracleError, refused

__all__ = ["Statement", "StatementKind", "parse", "read_statement"]


class StatementKind(Enum):
    """What a client has to be answered with."""

    QUERY = auto()
    CHANGE = auto()
    DEFINITION = auto()
    CONTROL = auto()
    BLOCK = auto()


_KINDS = {
    "SELECT": StatementKind.QUERY,
    "WITH": StatementKind.QUERY,
    "INSERT": StatementKind.CHANGE,
    "UPDATE": StatementKind.CHANGE,
    "DELETE": StatementKind.CHANGE,
    "MERGE": StatementKind.CHANGE,
    "CREATE": StatementKind.DEFINITION,
    "DROP": StatementKind.DEFINITION,
    "TRUNCATE": StatementKind.DEFINITION,
    "ALTER": StatementKind.CONTROL,
    "LOCK": StatementKind.CONTROL,
    "COMMIT": StatementKind.CONTROL,
    "ROLLBACK": StatementKind.CONTROL,
    "SAVEPOINT": StatementKind.CONTROL,
    "SET": StatementKind.CONTROL,
    "BEGIN": StatementKind.BLOCK,
    "DECLARE": StatementKind.BLOCK,
    "CALL": StatementKind.BLOCK,
}

_PSEUDO_COLUMNS = {
    TokenType.CURRENT_DATE,
    TokenType.CURRENT_TIMESTAMP,
    TokenType.LOCALTIMESTAMP,
    TokenType.SYSTIMESTAMP,
}

# Type names that sqlglot takes for others.
_FOREIGN_TYPES = {"LONG", "FLOAT", "REAL", "DOUBLE"}


class _Parser(OracleParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: OracleParser.NO_PAREN_FUNCTION_PARSERS[name] for name in ("ANY", "CASE")
    }
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: OracleParser.FUNCTION_PARSERS[name] for name in ("CAST", "EXTRACT", "TRIM")
    }


class _Dialect(Oracle):
    Parser = _Parser


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as far as its words tell.

    Attributes:
        kind: None for what begins with no word of SQL.
        binds: name of each bind, in the order in which they stand in the text.
        returning: numbers (from 1) of the binds after ``RETURNING ... INTO``.
        names: what Oracle calls each item of the (first) select list that has no alias: its text.
    """

    text: str
    kind: StatementKind | None
    binds: tuple[str, ...] = ()
    returning: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    tokens: tuple[Token, ...] = ()

    @property
    def inserts_row(self) -> bool:
        """Whether it is an INSERT of one row of values, which can be made of many rows at once."""
        words = {token.token_type for token in self.tokens}
        is_insert = bool(self.tokens) and self.tokens[0].token_type is TokenType.INSERT
        return (
            is_insert and TokenType.VALUES in words and TokenType.SELECT not in words and not self.returning
        )


def read_statement(text: str) -> Statement:
    """Reads the words of a statement; never fails, so that the binds behind a wrong one can still be read."""
    text = text.rstrip("\0 \t\r\n")
    head = re.match(r"(?:--[^\n]*\n|/\*.*?\*/|[\s(])*([A-Za-z]+)", text, re.DOTALL)
    kind = _KINDS.get(head[1].upper()) if head else None
    try:
        tokens = tuple(_prepared(_Dialect().tokenize(text)))
    except SqlglotError:
        return Statement(text, kind)
    binds = [token for before, token in pairwise(tokens) if before.token_type is TokenType.COLON]
    into = max(
        (index for index, token in enumerate(tokens) if token.text.upper() == "RETURNING"),
        default=len(tokens),
    )
    late = {id(token) for token in tokens[into:]}
    return Statement(
        text,
        kind,
        tuple(_bind_name(text[token.start : token.end + 1]) for token in binds),
        tuple(number for number, token in enumerate(binds, 1) if id(token) in late),
        tuple(_item_texts(text, tokens)) if kind is StatementKind.QUERY else (),
        tokens,
    )


def parse(statement: Statement) -> exp.Expr:
    """The syntax tree; the bind number n stands in it as a placeholder ``Bn``.

    Raises:
        OracleError: ORA-00900, ORA-00933, ORA-00936 or ORA-01756, with the position.
    """
    if statement.kind is None:
        raise OracleError(900, "invalid SQL statement")
    if not statement.tokens:
        raise OracleError(1756, "quoted string not properly terminated")
    _check_tokens(statement.tokens)
    try:
        trees = _Dialect().parser().parse(_without_into(statement), statement.text)
    except SqlglotError as error:
        raise _syntax_error(error, statement.text) from None
    tree = trees[0]
    if len(trees) != 1 or not isinstance(tree, exp.Expr):
        raise OracleError(933, "SQL command not properly ended")
    after_as = {
        token.start for before, token in pairwise(statement.tokens) if before.token_type is TokenType.ALIAS
    }
    for alias in tree.find_all(exp.TableAlias):
        if alias.this is not None and alias.this.meta.get("start") in after_as:
            raise OracleError(933, "SQL command not properly ended", alias.this.meta["start"])
    for select in tree.find_all(exp.Select):
        if not select.expressions:
            raise OracleError(936, "missing expression", statement.text.upper().find("SELECT") + 7)
    return tree


def _without_into(statement: Statement) -> list[Token]:
    """RETURNING without its INTO, which says where the client wants the values."""
    tokens = list(statement.tokens)
    if not statement.returning:
        return tokens
    returning = max(index for index, token in enumerate(tokens) if token.text.upper() == "RETURNING")
    return tokens[: next(i for i in range(returning, len(tokens)) if tokens[i].text.upper() == "INTO")]


def _prepared(tokens: list[Token]) -> Iterator[Token]:
    """The tokens with binds numbered, and with pseudo-columns such as SYSTIMESTAMP as plain names."""
    number, after_colon = 0, False
    for token in tokens:
        if after_colon:
            number += 1
            yield Token(TokenType.VAR, f"B{number}", token.line, token.col, token.start, token.end)
        elif token.token_type in _PSEUDO_COLUMNS:
            yield Token(TokenType.VAR, token.text, token.line, token.col, token.start, token.end)
        else:
            yield token
        after_colon = token.token_type is TokenType.COLON


def _bind_name(written: str) -> str:
    return written.strip('"') if written.startswith('"') else written.upper()


def _item_texts(text: str, tokens: tuple[Token, ...]) -> Iterator[str]:
    """The items of the outermost select list, as text in capitals without blanks."""
    depth, item, reading = 0, "", False
    lowest = min((d for d, token in _depths(tokens) if token.token_type is TokenType.SELECT), default=0)
    for depth, token in _depths(tokens):
        if depth == lowest and token.token_type is TokenType.SELECT:
            reading = True
        elif reading and depth == lowest and token.token_type is TokenType.DISTINCT and not item:
            continue
        elif reading and depth == lowest and token.token_type is TokenType.FROM:
            yield item
            return
        elif reading and depth == lowest and token.token_type is TokenType.COMMA:
            yield item
            item = ""
        elif reading and token.token_type is not TokenType.HINT:
            item += "".join(text[token.start : token.end + 1].upper().split())


def _depths(tokens: tuple[Token, ...]) -> Iterator[tuple[int, Token]]:
    depth = 0
    for token in tokens:
        if token.token_type is TokenType.R_PAREN:
            depth -= 1
        yield depth, token
        if token.token_type is TokenType.L_PAREN:
            depth += 1


def _check_tokens(tokens: tuple[Token, ...]) -> None:
    """Refuses what sqlglot lets pass and Oracle does not."""
    for before, token in pairwise(tokens):
        adjacent = before.end + 1 == token.start
        if token.token_type is TokenType.DCOLON:
            raise OracleError(911, "invalid character", token.start)
        if before.token_type is TokenType.COMMA and token.token_type in (TokenType.COMMA, TokenType.FROM):
            raise OracleError(936, "missing expression", token.start)
        if token.text.upper() in _FOREIGN_TYPES and token.token_type is not TokenType.VAR:
            raise refused(f"have the type {token.text.upper()}", token.start)
        if before.token_type is TokenType.NUMBER and adjacent and token.text.upper() in ("D", "F"):
            raise refused("read binary float literals", token.start)
    if tokens[-1].token_type is TokenType.SEMICOLON:
        raise OracleError(933, "SQL command not properly ended", tokens[-1].start)


def _syntax_error(error: SqlglotError, text: str) -> OracleError:
    for fault in getattr(error, "errors", ()):
        lines = text.split("\n")
        line, column, marked = fault.get("line") or 1, fault.get("col") or 1, fault.get("highlight") or ""
        offset = sum(len(part) + 1 for part in lines[: line - 1]) + max(column - len(marked), 0)
        if "Required keyword" in fault.get("description", ""):
            return OracleError(936, "missing expression", offset)
        if "Expecting )" in fault.get("description", ""):
            return OracleError(907, "missing right parenthesis", offset)
        return OracleError(933, "SQL command not properly ended", offset)
    return OracleError(933, "SQL command not properly ended")
