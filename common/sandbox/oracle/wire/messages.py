"""What the server says: the messages of the protocol between 12.2 and 19c.

Sources: the source text of python-oracledb (thin mode), which reads these messages.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from common.sandbox.oracle.errors import OracleError
from common.sandbox.oracle.sql.scope import Field
from common.sandbox.oracle.types import Family, OracleType
from common.sandbox.oracle.wire.encoding import byte_string, counted, integer, integers

__all__ = [
    "NO_DATA",
    "PROTOCOL_VERSION",
    "SDU",
    "SERVER_VERSION",
    "Function",
    "Message",
    "accept",
    "data_types",
    "description",
    "end_of_call",
    "io_vector",
    "parameters",
    "protocol",
    "refuse",
    "row_counts",
    "row_header",
    "status",
]

SDU = 8192
PROTOCOL_VERSION = 318
SERVER_VERSION = (19, 22, 0, 0)
NO_DATA = OracleError(1403, "no data found")
_FIELD_VERSION = 12  # 19.1: no tokens after function headers, no end-of-response messages
_AL32UTF8, _AL16UTF16 = 873, 2000
_TRANSACTION_OPEN = 2


class Message(IntEnum):
    """Message types."""

    PROTOCOL = 1
    DATA_TYPES = 2
    FUNCTION = 3
    ERROR = 4
    ROW_HEADER = 6
    ROW = 7
    PARAMETER = 8
    STATUS = 9
    IO_VECTOR = 11
    LOB_DATA = 14
    DESCRIBE = 16
    PIGGYBACK = 17


class Function(IntEnum):
    """What a request asks for."""

    REEXECUTE = 4
    FETCH = 5
    LOGOFF = 9
    COMMIT = 14
    ROLLBACK = 15
    REEXECUTE_AND_FETCH = 78
    EXECUTE = 94
    LOB = 96
    CLOSE_CURSORS = 105
    LOGIN_PASSWORD = 115
    LOGIN_USER = 118
    END_TO_END = 135
    PING = 147
    SET_SCHEMA = 152
    APPLICATION_CONTEXT = 154
    REQUEST_STATE = 176


def accept(version: int, sdu: int) -> bytes:
    """The body of ACCEPT: no out-of-band data, no fast authentication, no end-of-response messages."""
    body = struct.pack(">7H", version, 0, min(sdu, SDU), 32767, 1, 0, 45)
    body += b"\x05\x05" + bytes(8) + struct.pack(">II", SDU, 32767) + b"\0"
    return body + struct.pack(">I", 0) if version >= PROTOCOL_VERSION else body


def refuse(code: int) -> bytes:
    """The body of REFUSE: the listener does not know the service (12514) or the SID (12505)."""
    reason = f"(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR={code})(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4))))".encode()
    return b"\x22\0" + struct.pack(">H", len(reason)) + reason


def protocol() -> bytes:
    """The answer to the protocol message: character sets and capabilities."""
    capabilities = bytearray(45)
    for index, value in {
        0: 6,
        4: 0xEA,
        7: _FIELD_VERSION,
        8: 1,
        15: 0x29,
        16: 0x90,
        23: 0xCF,
        27: 1,
        37: 0xB8,
        40: 4,
        42: 5,
    }.items():
        capabilities[index] = value
    runtime = bytes((2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0))  # MAX_STRING_SIZE=STANDARD
    national = bytes(9) + struct.pack(">H", _AL16UTF16)
    return (
        bytes((Message.PROTOCOL, 6, 0))
        + b"Oracle stand-in\0"
        + struct.pack("<HBH", _AL32UTF8, 1, 0)
        + struct.pack(">H", len(national))
        + national
        + byte_string(bytes(capabilities))
        + byte_string(runtime)
    )


def data_types() -> bytes:
    """The answer to the data types message: the client's own are fine."""
    return bytes((Message.DATA_TYPES, 0, 0))


def status(sequence: int, *, transaction: bool) -> bytes:
    """The end of a call without rows."""
    return bytes((Message.STATUS,)) + integers((_TRANSACTION_OPEN if transaction else 0, sequence))


def parameters(pairs: Mapping[str, tuple[str, int]]) -> bytes:
    """Named values with flags, as in the answers of a login; a status follows."""
    body = b"".join(counted(key) + counted(value) + integer(flags) for key, (value, flags) in pairs.items())
    return bytes((Message.PARAMETER,)) + integer(len(pairs)) + body


def end_of_call(
    sequence: int,
    *,
    transaction: bool,
    error: OracleError | None = None,
    cursor: int = 0,
    rows: int = 0,
    batch: Sequence[tuple[int, OracleError]] = (),
) -> bytes:
    """The end of a call: without an error it says that all went well."""
    code, offset = (error.code, error.offset) if error else (0, 0)
    message = bytearray((Message.ERROR,))
    message += integers((_TRANSACTION_OPEN if transaction else 0, sequence, rows & 0x7FFFFFFF))
    message += integers((code & 0xFFFF, 0, 0, cursor, offset))
    message += bytes(6)  # SQL type, fatal, flags, cursor options, UPI parameter, warnings
    message += bytes(5)  # an empty row id
    message += bytes(6)  # operating system error, statement and call number, padding, iterations, no text
    message += integer(len(batch))
    if batch:
        message += b"\1" + integers(each.code for _, each in batch)
    message += integer(len(batch))
    if batch:
        message += b"\1" + integers(row for row, _ in batch)
    message += integer(len(batch))
    if batch:
        message += b"\0"
        for _, each in batch:
            text = str(each).encode()
            message += integer(len(text)) + byte_string(text) + b"\0\0"
    message += integers((code, rows))
    if error:
        message += byte_string(f"{error}\n".encode())
    return bytes(message)


def description(fields: Sequence[Field]) -> bytes:
    """The columns of a query."""
    message = bytearray((Message.DESCRIBE, 0))
    message += integers((1000, len(fields)))
    if fields:
        message += b"\0"
    for position, field in enumerate(fields, 1):
        message += _column(field.name, field.type, position)
    return bytes(message + bytes(6))


def _column(name: str, kind: OracleType, position: int) -> bytes:
    is_text = kind.family in (Family.TEXT, Family.NULL, Family.CLOB)
    form = (2 if kind.national else 1) if is_text else 0
    charset = (_AL16UTF16 if kind.national else _AL32UTF8) if is_text else 0
    return (
        bytes((kind.kind, 0, kind.precision & 0xFF, kind.scale & 0xFF))
        + integers((kind.buffer_size, 0, 0, 0, 0, charset))
        + bytes((form,))
        + integers((kind.size if is_text else 0, 0))
        + bytes((1, 0))
        + counted(name)
        + bytes(2)
        + integers((position, 0))
    )


def row_header(columns: int, row: int, wanted: int) -> bytes:
    """What stands before the rows of one answer."""
    return bytes((Message.ROW_HEADER, 0)) + integers((columns, row, wanted, 0, 0, 0))


def row_counts(counts: Iterable[int]) -> bytes:
    """How many rows each execution of an array changed."""
    known = list(counts)
    return bytes((Message.PARAMETER,)) + integers((0, 0, 0, 0, len(known), *known))


def io_vector(directions: bytes) -> bytes:
    """Which binds of a PL/SQL block go in (32) and which come out (16)."""
    head = integers((len(directions), 0, 0, 0, 0, 0))
    return bytes((Message.IO_VECTOR, 0)) + head + directions
