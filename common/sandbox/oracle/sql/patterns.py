"""Regular expressions: the part of Oracle's language that DuckDB's engine reads the same way."""

import re
from collections.abc import Sequence

from sqlglot import exp

from common.sandbox.oracle.errors import refused
from common.sandbox.oracle.sql.conversion import in_quotes, to_text
from common.sandbox.oracle.sql.scope import Scope, Typed
from common.sandbox.oracle.types import text

__all__ = ["regexp_like", "regexp_replace", "regexp_substr"]

# Backreferences, (?...) groups, other escapes than these and escapes inside brackets differ or do not exist.
_ESCAPE = re.compile(r"\\(?![.*+?()\[\]{}|^$\\/dwsDWS-])|\(\?")
_CLASS = re.compile(r"\[:(\w+):\]")
# Oracle's classes are of all scripts, those of the engine of ASCII only.
_CLASSES = {
    "alpha": r"\p{L}",
    "alnum": r"\p{L}\p{N}",
    "upper": r"\p{Lu}",
    "lower": r"\p{Ll}",
    "punct": r"\p{P}\p{S}",
    "digit": "0-9",
    "xdigit": "0-9A-Fa-f",
    "space": r"\s",
}
_WORDS = {"w": r"[\p{L}\p{N}_]", "W": r"[^\p{L}\p{N}_]"}
_WORD = re.compile(r"((?:^|[^\\])(?:\\\\)*)\\([wW])")
_BRACKET_ESCAPE = re.compile(r"\[(?:[^\]\\]|\[:\w+:\])*\\")


def regexp_like(arguments: Sequence[exp.Expr], scope: Scope) -> str:
    """REGEXP_LIKE(text, pattern [, 'i' or 'c'])."""
    if not 2 <= len(arguments) <= 3:
        raise refused("run REGEXP_LIKE with these arguments")
    subject = to_text(scope.value(arguments[0]))
    flags = _literal(arguments[2], scope) if len(arguments) == 3 else "c"
    if flags not in ("i", "c"):
        raise refused("run REGEXP_LIKE with flags other than i and c")
    return f"regexp_matches({subject.sql}, {_pattern(arguments[1], scope)}, '{flags}')"


def regexp_replace(arguments: Sequence[exp.Expr], scope: Scope) -> Typed:
    """REGEXP_REPLACE(text, pattern [, replacement]): all occurrences."""
    if not 2 <= len(arguments) <= 3:
        raise refused("run REGEXP_REPLACE with a position, an occurrence or flags")
    subject = to_text(scope.value(arguments[0]))
    pattern = _pattern(arguments[1], scope, alternatives=False)
    replacement = to_text(scope.value(arguments[2])).sql if len(arguments) == 3 else "NULL"
    sql = f"nullif(regexp_replace({subject.sql}, {pattern}, coalesce({replacement}, ''), 'g'), '')"
    return Typed(sql, text(4000))


def regexp_substr(arguments: Sequence[exp.Expr], scope: Scope) -> Typed:
    """REGEXP_SUBSTR(text, pattern [, 1, occurrence])."""
    if len(arguments) not in (2, 4) or (len(arguments) == 4 and _literal(arguments[2], scope) != "1"):
        raise refused("run REGEXP_SUBSTR with these arguments")
    subject = to_text(scope.value(arguments[0]))
    occurrence = _literal(arguments[3], scope) if len(arguments) == 4 else "1"
    if not occurrence.isdigit():
        raise refused("run REGEXP_SUBSTR with this occurrence")
    pattern = _pattern(arguments[1], scope, alternatives=False)
    return Typed(f"nullif(regexp_extract_all({subject.sql}, {pattern})[{occurrence}], '')", subject.type)


def _literal(node: exp.Expr, scope: Scope) -> str:
    value = scope.value(node).literal
    if value is None:
        raise refused(
            "take the pattern, position or flags of a regular expression from anything but a literal"
        )
    return value


def _pattern(node: exp.Expr, scope: Scope, *, alternatives: bool = True) -> str:
    """The pattern, if it means the same here; which of several alternatives matches may differ."""
    pattern = _literal(node, scope)
    classes = set(_CLASS.findall(pattern))
    if (
        _ESCAPE.search(pattern)
        or _BRACKET_ESCAPE.search(pattern)
        or not classes <= _CLASSES.keys()
        or (not alternatives and "|" in pattern)
    ):
        raise refused("run this regular expression: its meaning may differ")
    for name in classes:
        pattern = pattern.replace(f"[:{name}:]", _CLASSES[name])
    return in_quotes(_WORD.sub(lambda found: found[1] + _WORDS[found[2]], pattern))
