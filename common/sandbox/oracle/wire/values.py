"""Oracle's own encodings of values, both ways.

Numbers are encoded from their decimal text and moments from microseconds since 1970: that is what result
columns give cheaply.
"""

import struct
from datetime import datetime, timedelta
from decimal import Decimal

__all__ = [
    "decode_float",
    "decode_interval",
    "decode_moment",
    "decode_number",
    "encode_date",
    "encode_float",
    "encode_interval",
    "encode_number",
    "encode_timestamp",
    "encode_zoned",
]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - database values carry no zone
_MIDDLE = 0x80000000
_NO_OFFSET = bytes((20, 60))
_MOST_PAIRS = 20
# Two digits, read as if they were hexadecimal, to a base-100 digit as it is sent.
_POSITIVE = bytes(byte // 16 * 10 + byte % 16 + 1 for byte in range(256))
_NEGATIVE = bytes((101 - (byte // 16 * 10 + byte % 16)) % 256 for byte in range(256))


def encode_number(text: str) -> bytes:
    """NUMBER: an exponent byte, then base-100 digits; the digits of a negative are complemented."""
    plain = format(Decimal(text), "f") if "E" in text else text
    whole, _, fraction = plain.lstrip("-").partition(".")
    whole, fraction = whole.zfill(len(whole) + len(whole) % 2), fraction + "0" * (len(fraction) % 2)
    pairs = bytes.fromhex(whole + fraction)
    digits = pairs.lstrip(b"\0")
    point = len(whole) // 2 - (len(pairs) - len(digits))
    digits = digits.rstrip(b"\0")[:_MOST_PAIRS]
    if not digits:
        return b"\x80"
    if not plain.startswith("-"):
        return bytes((192 + point,)) + digits.translate(_POSITIVE)
    return (
        bytes((63 - point,)) + digits.translate(_NEGATIVE) + (b"\x66" if len(digits) < _MOST_PAIRS else b"")
    )


def decode_number(data: bytes) -> Decimal:
    """The value of a NUMBER."""
    if data[0] & 0x80:
        sign, point, pairs = 0, data[0] - 192, [byte - 1 for byte in data[1:]]
    else:
        body = data[1:-1] if data[-1] == 102 else data[1:]
        sign, point, pairs = 1, 63 - data[0], [101 - byte for byte in body]
    digits = tuple(digit for pair in pairs for digit in divmod(pair, 10))
    return Decimal((sign, digits, 2 * (point - len(pairs)))) if digits else Decimal(0)


def encode_date(microseconds: int) -> bytes:
    """DATE: seven bytes, to the second."""
    moment = _EPOCH + timedelta(microseconds=microseconds)
    century, year = divmod(moment.year, 100)
    return bytes(
        (
            century + 100,
            year + 100,
            moment.month,
            moment.day,
            moment.hour + 1,
            moment.minute + 1,
            moment.second + 1,
        )
    )


def encode_timestamp(microseconds: int) -> bytes:
    """TIMESTAMP: a DATE and four bytes of nanoseconds."""
    return encode_date(microseconds) + struct.pack(">I", microseconds % 1_000_000 * 1000)


def encode_zoned(microseconds: int) -> bytes:
    """TIMESTAMP WITH TIME ZONE at +00:00, the only zone that the stand-in keeps."""
    return encode_timestamp(microseconds) + _NO_OFFSET


def decode_moment(data: bytes) -> datetime:
    """The value of a DATE or TIMESTAMP; one with a zone is the moment at +00:00."""
    century, year, month, day, hour, minute, second = data[:7]
    nanoseconds: int = struct.unpack(">I", data[7:11])[0] if len(data) >= 11 else 0
    return datetime(  # noqa: DTZ001 - database values carry no zone
        (century - 100) * 100 + year - 100,
        month,
        day,
        hour - 1,
        minute - 1,
        second - 1,
        nanoseconds // 1000,
    )


def encode_float(value: float, layout: str) -> bytes:
    """BINARY_DOUBLE (layout ``>d``) or BINARY_FLOAT (``>f``), in an order that sorts as bytes."""
    data = struct.pack(layout, value)
    if data[0] & 0x80:
        return bytes(byte ^ 0xFF for byte in data)
    return bytes((data[0] | 0x80,)) + data[1:]


def decode_float(data: bytes, layout: str) -> float:
    """The value of a BINARY_DOUBLE or BINARY_FLOAT."""
    plain = bytes((data[0] & 0x7F,)) + data[1:] if data[0] & 0x80 else bytes(byte ^ 0xFF for byte in data)
    value: float = struct.unpack(layout, plain)[0]
    return value


def encode_interval(microseconds: int) -> bytes:
    """INTERVAL DAY TO SECOND."""
    sign = -1 if microseconds < 0 else 1
    size = timedelta(microseconds=abs(microseconds))
    hours, rest = divmod(size.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return (
        struct.pack(">I", _MIDDLE + sign * size.days)
        + bytes(60 + sign * part for part in (hours, minutes, seconds))
        + struct.pack(">I", _MIDDLE + sign * size.microseconds * 1000)
    )


def decode_interval(data: bytes) -> timedelta:
    """The value of an INTERVAL DAY TO SECOND."""
    days, hours, minutes, seconds, nanoseconds = struct.unpack(">IBBBI", data[:11])
    return timedelta(
        days=days - _MIDDLE,
        hours=hours - 60,
        minutes=minutes - 60,
        seconds=seconds - 60,
        microseconds=(nanoseconds - _MIDDLE) // 1000,
    )
