"""The first packets of a connection and the two rounds of a login."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from common.sandbox.oracle.database import Database
from common.sandbox.oracle.errors import OracleError
from common.sandbox.oracle.server.faults import Faults
from common.sandbox.oracle.wire.encoding import Reader
from common.sandbox.oracle.wire.login import Challenge, Verifier
from common.sandbox.oracle.wire.messages import (
    PROTOCOL_VERSION,
    SERVER_VERSION,
    accept,
    data_types,
    parameters,
    protocol,
    refuse,
)
from common.sandbox.oracle.wire.packets import Channel, Disconnected, Packet

__all__ = ["Account", "Login", "Settings", "accept_connection", "answer_data_types", "answer_protocol"]

_SERVICE = re.compile(rb"\((SERVICE_NAME|SID)\s*=\s*([^)\s]+)", re.IGNORECASE)
_HEADER = 8


@dataclass(frozen=True, slots=True)
class Account:
    """What a user logs in with, and where unqualified names are looked up."""

    password: str = field(repr=False)
    schema: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What all sessions of a server share."""

    services: Mapping[str, Database]
    accounts: Mapping[str, Account]
    verifier: Verifier
    faults: Faults


def accept_connection(channel: Channel, settings: Settings) -> str:
    """Reads the connect packet and accepts it; the name of the service that was asked for."""
    kind, body = channel.read()
    if kind != Packet.CONNECT:
        raise Disconnected
    version, _, _, sdu = struct.unpack_from(">4H", body)
    length, offset = struct.unpack_from(">HH", body, 16)
    text = body[offset - _HEADER : offset - _HEADER + length]
    if len(text) < length:  # a long connect string follows in a DATA packet
        text = channel.read()[1][2:]
    found = _SERVICE.search(text)
    service = found[2].decode().upper().partition(".")[0] if found else ""
    if service not in settings.services:
        is_sid = found is not None and found[1].upper() == b"SID"
        channel.write(Packet.REFUSE, refuse(12505 if is_sid else 12514))
        raise Disconnected
    channel.write(Packet.ACCEPT, accept(min(version, PROTOCOL_VERSION), sdu))
    channel.wide = True
    return service


def answer_protocol(reader: Reader) -> bytes:
    """Reads the client's protocol message and answers it."""
    reader.byte()
    reader.terminated()
    reader.terminated()
    return protocol()


def answer_data_types(reader: Reader) -> bytes:
    """Reads the client's list of data types and answers it."""
    reader.raw(5)
    reader.skip("ss")
    while reader.short():
        if reader.short():
            reader.raw(4)
    return data_types()


class Login:
    """A login in progress; ``user`` is set once it succeeded."""

    def __init__(self, settings: Settings, service: str, number: int) -> None:
        self._settings = settings
        self._service = service
        self._number = number
        self._claimed = ""
        self._challenge: Challenge | None = None
        self.user: str | None = None

    def answer_user(self, reader: Reader) -> bytes:
        """The first round: who it is; the answer lacks its status."""
        name, _ = _read(reader)
        self._claimed = name.strip('"') if name.startswith('"') else name.upper()
        account = self._settings.accounts.get(self._claimed)
        self._challenge = Challenge(account.password if account else None, self._settings.verifier)
        return parameters(self._challenge.parameters())

    def answer_password(self, reader: Reader) -> bytes:
        """The second round: the password; the answer lacks its status.

        Raises:
            OracleError: ORA-01017, whether the user or the password is wrong.
        """
        _, values = _read(reader)
        challenge = self._challenge
        if challenge is None or not challenge.accepts(
            values.get("AUTH_SESSKEY", ""), values.get("AUTH_PASSWORD", "")
        ):
            raise OracleError(1017, "invalid username/password; logon denied")
        self.user = self._claimed
        return parameters({name: (value, 0) for name, value in self._facts(challenge.proof()).items()})

    def _facts(self, proof: str) -> dict[str, str]:
        major, minor, patch, port = SERVER_VERSION
        return {
            "AUTH_VERSION_STRING": "- Production",
            "AUTH_VERSION_NO": str(major << 24 | minor << 16 | patch << 12 | port << 4),
            "AUTH_SESSION_ID": str(self._number),
            "AUTH_SERIAL_NUM": str(1 + self._number % 60_000),
            "AUTH_MAX_OPEN_CURSORS": "300",
            "AUTH_MAX_IDEN_LENGTH": "128",
            "AUTH_SC_SERVICE_NAME": self._service,
            "AUTH_SC_DBUNIQUE_NAME": self._service,
            "AUTH_SC_REAL_DBUNIQUE_NAME": self._service,
            "AUTH_INSTANCENAME": self._service,
            "AUTH_SC_DB_DOMAIN": "",
            "AUTH_SVR_RESPONSE": proof,
        }


def _read(reader: Reader) -> tuple[str, dict[str, str]]:
    """A login message: the user's name, and named values."""
    has_user = reader.byte()
    reader.skip("iib")
    count = reader.integer()
    reader.skip("bb")
    user = (reader.byte_string() or b"").decode() if has_user else ""
    values = {}
    for _ in range(count):
        key, value = reader.counted().decode(), reader.counted().decode()
        reader.integer()
        values[key] = value
    return user, values
