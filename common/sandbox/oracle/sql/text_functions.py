"""Functions on text. A result without characters is NULL."""

from dataclasses import replace

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.calls import Call, Rule
from common.sandbox.oracle.sql.conversion import in_quotes, to_text
from common.sandbox.oracle.sql.patterns import regexp_replace, regexp_substr
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of
from common.sandbox.oracle.types import TEXT, Family, Kind, OracleType, number, text

__all__ = ["TEXT_FUNCTIONS", "trimmed"]

_LENGTH = number(10, 0)


def _varying(kind: OracleType) -> OracleType:
    """The type of a function of a text: VARCHAR2, or the CLOB that it was."""
    return kind if kind.family is Family.CLOB else replace(kind, kind=Kind.VARCHAR2, in_bytes=False)


def _mapped(function: str) -> Rule:
    def rule(call: Call) -> Typed:
        call.takes(1)
        value = call.text(0)
        return Typed(f"{function}({value.sql})", _varying(value.type))

    return rule


def _length(call: Call) -> Typed:
    call.takes(1)
    function = "strlen" if call.name == "LENGTHB" else "length"
    return Typed(f"CAST({function}({call.text(0).sql}) AS {_LENGTH.duckdb})", _LENGTH)


def _substr(call: Call) -> Typed:
    call.takes(2, 3)
    value, start = call.text(0), call.number(1)
    if not call.has(2):
        return Typed(f'"SYS".part({value.sql}, trunc({start.sql}))', _varying(value.type))
    length = call.number(2)
    sql = f'"SYS".part_of({value.sql}, trunc({start.sql}), trunc({length.sql}))'
    kind = _varying(value.type)
    if length.literal and length.literal.isdigit() and kind.family is Family.TEXT:
        kind = replace(kind, size=max(1, min(kind.size, int(length.literal))))
    return Typed(sql, kind)


def _instr(call: Call) -> Typed:
    call.takes(2, 4)
    value, sought = call.text(0), call.text(1)
    start = call.whole_literal(2) if call.has(2) else 1
    if call.has(3) and call.whole_literal(3) != 1:
        raise refused("run INSTR for another occurrence than the first", call.offset)
    if start > 0:
        sql = f'"SYS".position_from({value.sql}, {sought.sql}, {start})'
    elif start == -1 and len(sought.literal or "") == 1:
        sql = f'"SYS".last_position({value.sql}, {sought.sql})'
    else:
        raise refused("run INSTR backwards but for one character from the end", call.offset)
    return Typed(f"CAST({sql} AS {_LENGTH.duckdb})", _LENGTH)


def _pad(call: Call) -> Typed:
    call.takes(2, 3)
    value, width = call.text(0), call.number(1)
    filler = call.text(2).sql if call.has(2) else "' '"
    sql = f"nullif({call.name.lower()}({value.sql}, CAST(greatest(trunc({width.sql}), 0) AS INTEGER), {filler}), '')"
    size = int(width.literal) if width.literal and width.literal.isdigit() else 4000
    return Typed(f"CASE WHEN {width.sql} IS NULL THEN NULL ELSE {sql} END", text(size))


def _trim(call: Call) -> Typed:
    call.takes(1, 2)
    value = call.text(0)
    characters = call.text(1).sql if call.has(1) else "' '"
    return Typed(f"nullif({call.name.lower()}({value.sql}, {characters}), '')", _varying(value.type))


def trimmed(node: exp.Trim, scope: Scope) -> Typed:
    """TRIM([side] [character] FROM text), which has a syntax of its own."""
    value = to_text(scope.value(node.this))
    side = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    character = "' '"
    if node.expression:
        sought = to_text(scope.value(node.expression))
        if sought.literal is None or len(sought.literal) != 1:
            raise OracleError(30001, "trim set should have only one character", offset_of(node))
        character = sought.sql
    return Typed(f"nullif({side}({value.sql}, {character}), '')", _varying(value.type))


def _replace(call: Call) -> Typed:
    call.takes(2, 3)
    replacement = call.text(2).sql if call.has(2) else "NULL"
    value = call.text(0)
    kind = TEXT if value.type.family is Family.TEXT else value.type
    return Typed(f'"SYS".substituted({value.sql}, {call.text(1).sql}, {replacement})', kind)


def _translate(call: Call) -> Typed:
    call.takes(3)
    value = call.text(0)
    sql = f"nullif(translate({value.sql}, {call.text(1).sql}, {call.text(2).sql}), '')"
    return Typed(sql, _varying(value.type))


def _concat(call: Call) -> Typed:
    call.takes(2)
    left, right = call.text(0), call.text(1)
    if Family.CLOB in (left.type.family, right.type.family):
        return Typed(f'"SYS".joined({left.sql}, {right.sql})', OracleType(Kind.CLOB))
    return Typed(
        f'"SYS".fitting("SYS".joined({left.sql}, {right.sql}))', text(left.type.size + right.type.size)
    )


def _chr(call: Call) -> Typed:
    call.takes(1)
    code = call.whole_literal(0)
    if not 1 <= code <= 127:
        raise refused("run CHR outside ASCII", call.offset)
    return Typed(in_quotes(chr(code)), text(1), chr(code))


def _regexp_replace(call: Call) -> Typed:
    return regexp_replace(call.arguments, call.scope)


def _regexp_substr(call: Call) -> Typed:
    return regexp_substr(call.arguments, call.scope)


def _sys_context(call: Call) -> Typed:
    call.takes(2)
    facts = call.scope.facts
    if call.literal(0).upper() != "USERENV":
        raise OracleError(2003, "invalid USERENV parameter", call.offset)
    known = {
        "CURRENT_SCHEMA": facts.schema,
        "CURRENT_USER": facts.user,
        "SESSION_USER": facts.user,
        "DB_NAME": facts.service,
        "SERVICE_NAME": facts.service,
    }
    name = call.literal(1).upper()
    if name not in known:
        raise refused(f"know the USERENV parameter {name}", call.offset)
    return Typed(in_quotes(known[name]), text(128), known[name])


TEXT_FUNCTIONS: dict[str, Rule] = {
    "UPPER": _mapped('"SYS".capitals'),
    "LOWER": _mapped("lower"),
    "INITCAP": _mapped('"SYS".initials'),
    "LENGTH": _length,
    "LENGTHB": _length,
    "SUBSTR": _substr,
    "INSTR": _instr,
    "LPAD": _pad,
    "RPAD": _pad,
    "LTRIM": _trim,
    "RTRIM": _trim,
    "REPLACE": _replace,
    "TRANSLATE": _translate,
    "CONCAT": _concat,
    "CHR": _chr,
    "REGEXP_REPLACE": _regexp_replace,
    "REGEXP_SUBSTR": _regexp_substr,
    "SYS_CONTEXT": _sys_context,
}
