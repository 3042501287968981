"""Texts as a receiver or a partner writes them: lines of text in, typed Arrow columns out."""

from collections.abc import Callable
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from common.contract import Column
from common.literals import text_array

__all__ = ["from_text"]

MISFIT = "\x1a"  # Unicode's old substitute: no type takes it, so that the contract counts it in its row


def from_text(column: Column, texts: pa.Array) -> pa.Array:
    """``texts`` in the column's format as ISO 8601 and ``true`` or ``false``, for the contract to cast and check.

    A text that has another form becomes one that nothing can be cast from. Blanks around a value are no part of it.
    """
    if column.type == "text":
        return texts
    trimmed = pc.utf8_trim_whitespace(texts)
    if column.format is None:
        return trimmed
    if column.type == "boolean":
        yes, _, no = column.format.partition("/")
        return _distinct(trimmed, {yes: "true", no: "false", "": ""}.get)
    if column.type in {"date", "timestamp"}:
        return _distinct(trimmed, _moment(column.format, whole_days=column.type == "date"))
    return trimmed


def _distinct(texts: pa.Array, read: Callable[[str], str | None]) -> pa.Array:
    """Each distinct text read once: files hold few different days, and Python reads them one at a time."""
    found = texts.dictionary_encode()
    values = text_array(
        [MISFIT if (value := read(text)) is None else value for text in _plain(found.dictionary)]
    )
    return pc.take(values, found.indices)


def _plain(texts: pa.Array) -> list[str]:
    return [str(text) for text in texts.to_pylist()]


def _moment(form: str, *, whole_days: bool) -> Callable[[str], str | None]:
    """Arrow's own strptime takes 31 February for 3 March."""

    def read(text: str) -> str | None:
        if not text:
            return ""
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - a contract's times are campus time
        except ValueError:
            return None
        return date.isoformat(moment) if whole_days else moment.replace(tzinfo=None).isoformat()

    return read
