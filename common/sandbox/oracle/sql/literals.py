"""Literals, binds and pseudo-columns: the leaves of an expression."""

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.conversion import in_quotes
from common.sandbox.oracle.sql.numbers import literal_number
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of, oracle_name
from common.sandbox.oracle.types import (
    DATE,
    INTERVAL,
    NULL,
    TIMESTAMP,
    TIMESTAMP_TZ,
    Family,
    Kind,
    OracleType,
    number,
    text,
)

__all__ = ["LEAVES"]

_MOMENT = re.compile(r"\d{4}-\d\d?-\d\d?(?: \d\d?:\d\d?:\d\d?(?:\.\d{1,6})?(?P<zone> ?\+00:00)?)?")
_OTHER_ZONE = re.compile(r"[+-]\d\d?:\d\d$| [A-Za-z]")
_INTERVAL_UNITS = ("DAY", "HOUR", "MINUTE", "SECOND")
_UNKNOWN_HERE = ("LEVEL", "ROWID", "ORA_ROWSCN")


def _literal(node: exp.Expr, _scope: Scope) -> Typed:
    written = str(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return literal_number(written)
    if not written:
        return Typed("NULL", NULL)
    kind = OracleType(Kind.CHAR, len(written), national=isinstance(node, exp.National))
    return Typed(in_quotes(written), kind, written)


def _null(_node: exp.Null, _scope: Scope) -> Typed:
    return Typed("NULL", NULL)


def _moment(node: exp.DateStrToDate | exp.StrToTime, _scope: Scope) -> Typed:
    """DATE '...' and TIMESTAMP '...'."""
    written, is_date = str(node.this.this), isinstance(node, exp.DateStrToDate)
    found = _MOMENT.fullmatch(written)
    if not found or (is_date and ":" in written):
        if _OTHER_ZONE.search(written):
            raise refused("keep time zones other than +00:00")
        raise OracleError(1861, "literal does not match format string")
    kind = DATE if is_date else TIMESTAMP_TZ if found["zone"] else TIMESTAMP
    return Typed(f"CAST('{written.removesuffix('+00:00').strip()}' AS TIMESTAMP)", kind)


def _interval(node: exp.Interval, _scope: Scope) -> Typed:
    unit = str(node.args.get("unit") or "").upper()
    amount = str(node.this.name) if isinstance(node.this, exp.Literal) else ""
    if unit not in _INTERVAL_UNITS or not amount.lstrip("-").isdigit():
        raise refused("run this interval: it knows whole days, hours, minutes and seconds")
    return Typed(f"INTERVAL '{amount}' {unit}", INTERVAL)


def _bind(node: exp.Placeholder, scope: Scope) -> Typed:
    position = int(str(node.this).removeprefix("B"))
    facts = scope.facts
    kind = facts.binds[position - 1] if position <= len(facts.binds) else NULL
    if kind.family is Family.NULL:
        return Typed("NULL", NULL)
    return Typed(f"CAST({facts.bind(position)} AS {kind.duckdb})", kind)


def _column(node: exp.Column, scope: Scope) -> Typed:
    """A column of a source, else a pseudo-column."""
    if found := scope.column(node):
        return found
    name = oracle_name(node.this)
    if node.args.get("table") is None and not node.this.args.get("quoted"):
        if name in _PSEUDO_COLUMNS:
            return _PSEUDO_COLUMNS[name](scope)
        if name in _UNKNOWN_HERE:
            raise refused(f"know {name}", offset_of(node))
    if name in ("NEXTVAL", "CURRVAL"):
        raise refused("have sequences", offset_of(node))
    path = ".".join(f'"{oracle_name(part)}"' for part in node.parts)
    raise OracleError(904, f"{path}: invalid identifier", offset_of(node))


def _now(kind: OracleType) -> Callable[[Scope], Typed]:
    def rule(scope: Scope) -> Typed:
        now = scope.facts.now.replace(microsecond=0) if kind is DATE else scope.facts.now
        return Typed(f"CAST('{now:%Y-%m-%d %H:%M:%S.%f}' AS TIMESTAMP)", kind)

    return rule


def _user(scope: Scope) -> Typed:
    return Typed(in_quotes(scope.facts.user), text(128), scope.facts.user)


def _rownum(scope: Scope) -> Typed:
    if scope.rownum is None:
        raise refused("know ROWNUM here: select it in a subquery")
    return Typed(scope.rownum, number(18, 0))


_PSEUDO_COLUMNS: dict[str, Callable[[Scope], Typed]] = {
    "SYSDATE": _now(DATE),
    "CURRENT_DATE": _now(DATE),
    "SYSTIMESTAMP": _now(TIMESTAMP_TZ),
    "CURRENT_TIMESTAMP": _now(TIMESTAMP_TZ),
    "LOCALTIMESTAMP": _now(TIMESTAMP),
    "USER": _user,
    "ROWNUM": _rownum,
}

LEAVES: dict[type[exp.Expr], Callable[[Any, Scope], Typed]] = {
    exp.Literal: _literal,
    exp.National: _literal,
    exp.RawString: _literal,
    exp.Null: _null,
    exp.Column: _column,
    exp.Placeholder: _bind,
    exp.Interval: _interval,
    exp.DateStrToDate: _moment,
    exp.StrToTime: _moment,
}
