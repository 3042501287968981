"""Arrow columns as a contract's types: what a driver gives, in any of Arrow's spellings, or not at all.

Arrow itself would also turn numbers into days, times into numbers and 5 into true; none of that is meant.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.literals import boolean_array, integer_scalar
from common.settings import settings

__all__ = ["casted", "iso_text", "misfits"]

EXACT = 2**53  # a float beyond has lost digits on its way, as Oracle's NUMBER without a precision does

# what each family of types may become
BECOMES: dict[str, set[str]] = {
    "text": {"text", "number", "time", "boolean"},
    "number": {"text", "number", "boolean"},
    "time": {"text", "time"},
    "boolean": {"text", "boolean"},
    "null": {"text", "number", "time", "boolean"},
    "other": set(),
}


def casted(array: pa.Array, target: pa.DataType) -> pa.Array | None:
    """``array`` as ``target``, blank texts as null; None if a value does not fit.

    A number becomes text only if it is whole: an identifier, without ".0". A float becomes any other type only
    up to 2**53, where it is exact. A time with a zone becomes campus
    time, a timestamp loses what is finer than a microsecond and, as a date, its time of day.
    """
    return _cast(_plain(array), target)


def iso_text(array: pa.Array) -> pa.Array:
    """Timestamps as 2026-09-01T13:05:00, whole seconds (ISO 8601)."""
    seconds = pc.floor_temporal(array, unit="second").cast(pa.timestamp("s"))
    return pc.replace_substring(seconds.cast(pa.string()), " ", "T")


def misfits(array: pa.Array, target: pa.DataType) -> pa.Array:
    """Which values of a column that could not be cast are at fault."""
    wrong = np.zeros(len(array), bool)
    plain = _plain(array)
    parts = [(0, len(plain))]
    while parts:  # halves that can be cast hold no fault
        start, stop = parts.pop()
        if _cast(plain[start:stop], target) is not None:
            continue
        if stop - start == 1:
            wrong[start] = True
        else:
            middle = (start + stop) // 2
            parts += [(start, middle), (middle, stop)]
    return boolean_array(wrong)


def _plain(array: pa.Array) -> pa.Array:
    """Without what only the driver knows of: extension types, dictionaries, wide offsets, blanks, zones."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        array = array.cast(pa.string())
    elif pa.types.is_timestamp(kind) and kind.tz:
        array = pc.local_timestamp(array.cast(pa.timestamp(kind.unit, settings().timezone)))
    if pa.types.is_string(array.type):
        blank = pc.or_(pc.equal(pc.binary_length(array), integer_scalar(0)), pc.utf8_is_space(array))
        if pc.any(blank).as_py():
            array = pc.if_else(blank, pa.NA, array)
    return array


def _cast(array: pa.Array, target: pa.DataType) -> pa.Array | None:
    if array.type == target:
        return array
    try:
        return _prepared(array, target).cast(target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _prepared(array: pa.Array, target: pa.DataType) -> pa.Array:
    """The type from which Arrow's own cast goes on rightly. Raises ArrowInvalid for what is not meant."""
    source, wanted = _family(array.type), _family(target)
    if array.null_count == len(array):
        return pa.nulls(len(array))
    if wanted not in BECOMES[source]:
        raise pa.ArrowInvalid(f"{source} as {wanted}")
    is_float = pa.types.is_floating(array.type)
    if is_float and not pa.types.is_floating(target) and (pc.max(pc.abs(array)).as_py() or 0) > EXACT:
        raise pa.ArrowInvalid("digits are lost already")
    match source, wanted:
        case "number", "text" if is_float:
            array = array.cast(pa.int64())
        case "number", "text" if pa.types.is_decimal(array.type):
            array = array.cast(pa.decimal128(38, 0))
        case "number", "number" if pa.types.is_integer(array.type) and pa.types.is_decimal(target):
            array = array.cast(pa.string())  # or Arrow would ask for a precision of at least 19
        case "number", "boolean":
            array = array.cast(pa.int64())
            if not pc.all(pc.equal(array, array.cast(pa.bool_()).cast(pa.int64()))).as_py():
                raise pa.ArrowInvalid("neither 0 nor 1")
        case "time", "text" if pa.types.is_timestamp(array.type):
            array = iso_text(array)
        case "time", "time" if pa.types.is_timestamp(array.type):
            array = pc.floor_temporal(array, unit="microsecond")
    return array


def _family(kind: pa.DataType) -> str:
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "text"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "time"
    if pa.types.is_boolean(kind):
        return "boolean"
    return "null" if pa.types.is_null(kind) else "other"
