"""The formats of TO_CHAR, TO_DATE and TO_TIMESTAMP, element by element.

An element that is not listed here is refused. English names (NLS_LANGUAGE AMERICAN) are the only ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.conversion import in_quotes

__all__ = ["formatted_moment", "formatted_number", "parsed_moment"]

_ELEMENTS = re.compile(
    r'"(?P<quoted>[^"]*)"|(?P<element>FM|FX|YYYY|YYY|YY|Y|RRRR|RR|Q|MONTH|MON|MM|MI|DDD|DD|DAY|DY|D|HH24|HH12|HH'
    r"|SSSSS|SS|FF[1-9]?|AM|PM|A\.M\.|P\.M\.|IW|WW|W|J|TZH|TZM|TZR|[A-Z])|(?P<other>[^A-Za-z\"])",
    re.IGNORECASE,
)
_YEARS = {"YYYY": "%Y", "RRRR": "%Y"}
_FILLED_ONLY = {"YY": "%y", "RR": "%y", "IW": "%V"}  # no telling what FM would take from them
_NUMERIC = {
    "MM": "m",
    "DD": "d",
    "DDD": "j",
    "HH24": "H",
    "HH12": "I",
    "HH": "I",
    "MI": "M",
    "SS": "S",
}
_NAMES = {
    "MON": ("%b", 0),
    "MONTH": ("%B", 9),
    "DY": ("%a", 0),
    "DAY": ("%A", 9),
    "AM": ("%p", 0),
    "PM": ("%p", 0),
}
_NUMBER_FORMAT = re.compile(r"(?P<fill>FM)?(?P<whole>[09]+)(?:\.(?P<decimals>[09]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Element:
    """One element as written, or literal text (name empty)."""

    name: str
    written: str


def _elements(pattern: str) -> Iterator[_Element]:
    position = 0
    while position < len(pattern):
        found = _ELEMENTS.match(pattern, position)
        if not found:
            raise OracleError(1821, "date format not recognized")
        position = found.end()
        if found["element"]:
            yield _Element(found["element"].upper(), found["element"])
        else:
            yield _Element("", found["quoted"] if found["quoted"] is not None else found["other"])


def formatted_moment(sql: str, pattern: str, second_decimals: int) -> str:
    """TO_CHAR of a date (``second_decimals`` 0) or timestamp."""
    parts: list[str] = []
    plain, filled = "", True
    for element in _elements(pattern):
        if element.name == "FM":
            filled = not filled
        elif element.name != "FX":
            code = _code(element, filled=filled)
            if code is not None:
                plain += code
                continue
            if plain:
                parts.append(f"strftime({sql}, {in_quotes(plain)})")
                plain = ""
            parts.append(_computed(sql, element, second_decimals, filled=filled))
    if plain:
        parts.append(f"strftime({sql}, {in_quotes(plain)})")
    return "(" + " || ".join(parts) + ")" if parts else "NULL"


def _code(element: _Element, *, filled: bool) -> str | None:
    """What strftime calls an element, if it has it."""
    name = element.name
    if not name:
        return element.written.replace("%", "%%")
    if name in _NUMERIC:
        return f"%{_NUMERIC[name]}" if filled else f"%-{_NUMERIC[name]}"
    return _YEARS.get(name) or (_FILLED_ONLY.get(name) if filled else None)


def _computed(sql: str, element: _Element, second_decimals: int, *, filled: bool) -> str:
    name = element.name
    if name in _NAMES:
        return _name(sql, element, filled=filled)
    if name == "Q":
        return f"CAST(quarter({sql}) AS VARCHAR)"
    if name.startswith("FF"):
        decimals = int(name[2:] or second_decimals)
        if not second_decimals:
            raise OracleError(1821, "date format not recognized")
        if decimals > 6:
            raise refused("write more than 6 decimals of a second")
        return f"left(strftime({sql}, '%f'), {decimals})"
    raise refused(f"write the format element {name} of TO_CHAR")


def _name(sql: str, element: _Element, *, filled: bool) -> str:
    code, width = _NAMES[element.name]
    name = f"strftime({sql}, '{code}')"
    if element.written.isupper():
        name = f"upper({name})"
    elif element.written.islower():
        name = f"lower({name})"
    elif code == "%p":
        raise refused("write AM and PM in mixed case")
    return f"rpad({name}, {width}, ' ')" if width and filled else name


def parsed_moment(sql: str, pattern: str, *, fraction: bool) -> str:
    """TO_DATE, or TO_TIMESTAMP (``fraction``); the text has to follow the format to the letter."""
    elements = [element for element in _elements(pattern) if element.name not in ("FM", "FX")]
    names = {element.name for element in elements}
    if not names & {"YYYY", "YY", "RR"} or not names & {"MM", "MON", "MONTH", "DDD"}:
        raise refused("read dates without a year and a month")
    if names & {"HH", "HH12"} and not names & {"AM", "PM"}:
        raise refused("read hours of 12 without AM or PM")
    codes = "".join(_read_code(element, fraction=fraction) for element in elements)
    moment = f"strptime({sql}, {in_quotes(codes)})"
    if "RR" in names:
        return f'"SYS".century_near({moment})'
    return f'"SYS".century_now({moment})' if "YY" in names else moment


def _read_code(element: _Element, *, fraction: bool) -> str:
    name = element.name
    if name in ("YYYY", "YY", "RR", "") or name in _NUMERIC:
        return _code(element, filled=True) or ""
    if name in ("MON", "MONTH", "AM", "PM"):
        return _NAMES[name][0]
    if name.startswith("FF") and fraction:
        return "%f"
    raise refused(f"read the format element {name} of TO_DATE")


def formatted_number(sql: str, pattern: str) -> str:
    """TO_CHAR of a number with 0, 9, a point and FM."""
    found = _NUMBER_FORMAT.fullmatch(pattern)
    if not found:
        raise refused("write numbers in this format: TO_CHAR knows 0, 9, the point and FM")
    whole, decimals = found["whole"], found["decimals"] or ""
    places = len(decimals)
    zeros = len(whole) - whole.find("0") if "0" in whole else 0
    width = len(whole) + 1 + (places + 1 if places else 0)
    rounded = f"CAST(CAST(round(abs({sql}), {places}) AS DECIMAL(38,{places})) AS VARCHAR)"
    digits = f"split_part({rounded}, '.', 1)"
    shown = f"CASE WHEN {digits} = '0' THEN '{'' if places else '0'}' ELSE {digits} END"
    shown = f"lpad({shown}, CAST(greatest(length({shown}), {zeros}) AS INTEGER), '0')"
    if places:
        fraction = f"split_part({rounded}, '.', 2)"
        if found["fill"]:
            kept = decimals.rfind("0") + 1
            fraction = f"(left({fraction}, {kept}) || rtrim(substring({fraction}, {kept + 1}), '0'))"
        shown = f"({shown} || '.' || {fraction})"
    sign = f"CASE WHEN {sql} < 0 AND round({sql}, {places}) <> 0 THEN '-' ELSE '' END"
    result = f"({sign} || {shown})"
    if not found["fill"]:
        result = f"lpad({result}, {width}, ' ')"
    overflow = f"length({digits}) > {len(whole)} AND {digits} <> '0'"
    return f"CASE WHEN {overflow} THEN '{'#' * width}' ELSE {result} END"
