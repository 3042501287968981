"""What MySQL's and MariaDB's types become in Arrow.

TINYINT(1), which MySQL calls boolean, holds up to 127 and stays an integer, as BIT does; a contract's boolean
takes both where they are 0 or 1. DECIMAL keeps its digits. DATETIME is a timestamp without a zone,
TIMESTAMP one in UTC. TIME, of up to 838 hours, ENUM, SET and JSON are text.
https://dev.mysql.com/doc/refman/8.4/en/data-types.html
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
from pymysql.constants import FIELD_TYPE, FLAG
from pymysql.converters import decoders

from common.errors import SourceError

__all__ = ["arrow_type", "decoders_for"]

BINARY = 63  # the character set of what is no text
TEXT_FAMILY = {
    *(FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING),
    *(
        FIELD_TYPE.TINY_BLOB,
        FIELD_TYPE.BLOB,
        FIELD_TYPE.MEDIUM_BLOB,
        FIELD_TYPE.LONG_BLOB,
        FIELD_TYPE.GEOMETRY,
    ),
}
INTEGERS = {
    FIELD_TYPE.TINY: (pa.int8(), pa.uint8()),
    FIELD_TYPE.SHORT: (pa.int16(), pa.uint16()),
    FIELD_TYPE.YEAR: (pa.int16(), pa.uint16()),
    FIELD_TYPE.INT24: (pa.int32(), pa.uint32()),
    FIELD_TYPE.LONG: (pa.int32(), pa.uint32()),
    FIELD_TYPE.LONGLONG: (pa.int64(), pa.uint64()),
}
OTHERS = {
    FIELD_TYPE.BIT: pa.uint64(),
    FIELD_TYPE.FLOAT: pa.float64(),
    FIELD_TYPE.DOUBLE: pa.float64(),
    FIELD_TYPE.DATE: pa.date32(),
    FIELD_TYPE.NEWDATE: pa.date32(),
    FIELD_TYPE.DATETIME: pa.timestamp("us"),
    FIELD_TYPE.TIMESTAMP: pa.timestamp("us", "UTC"),
    FIELD_TYPE.NULL: pa.null(),
}
NARROW = 38  # digits that a decimal of 128 bits holds


def arrow_type(field: Any) -> pa.DataType:
    """The type of one column of a result, from the server's description of it."""
    code, unsigned = field.type_code, bool(field.flags & FLAG.UNSIGNED)
    if code in INTEGERS:
        return INTEGERS[code][unsigned]
    if code in {FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL}:
        # the length is that of the text: digits, a point if there are decimals, a sign
        digits = field.length - (field.scale > 0) - (not unsigned)
        return pa.decimal128(digits, field.scale) if digits <= NARROW else pa.decimal256(digits, field.scale)
    if code in TEXT_FAMILY and field.charsetnr == BINARY:
        return pa.binary()
    return OTHERS.get(code, pa.string())


def decoders_for(where: str) -> Mapping[int, Callable[[Any], Any]]:
    """The driver's, but for TIME as the server writes it, BIT as a number, and zero dates, which it lets through.

    where: page and query, for messages.
    """

    def checked(decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def decoded(value: Any) -> Any:
            if isinstance(found := decode(value), str):
                raise SourceError(
                    f"{where} gives a date whose year, month or day is zero, such as 0000-00-00, which is no day. "
                    "Make it null in the query, by NULLIF(column, '0000-00-00'), or ask the database's owner."
                )
            return found

        return decoded

    dates = (FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP)
    own = {code: checked(decoders[code]) for code in dates if code in decoders}
    own[FIELD_TYPE.BIT] = partial(int.from_bytes, byteorder="big")
    return {code: decode for code, decode in decoders.items() if code != FIELD_TYPE.TIME} | own
