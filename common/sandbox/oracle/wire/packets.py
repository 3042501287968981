"""TNS packets: how the bytes of a connection are cut into packets."""

import socket
import struct
from enum import IntEnum

__all__ = ["Channel", "Disconnected", "Marker", "MarkerReceived", "Packet"]

_HEADER = 8
_END_OF_FILE = 0x40


class Packet(IntEnum):
    """Packet types."""

    CONNECT = 1
    ACCEPT = 2
    REFUSE = 4
    DATA = 6
    MARKER = 12


class Marker(IntEnum):
    """What a marker packet asks for."""

    BREAK = 1
    RESET = 2
    INTERRUPT = 3


class Disconnected(Exception):  # noqa: N818 - the end of a conversation, not an error
    """The peer is gone, or said something that ends the connection."""


class MarkerReceived(Exception):  # noqa: N818 - an event that interrupts reading
    """A marker came where data was expected."""

    def __init__(self, marker: Marker) -> None:
        super().__init__(marker.name)
        self.marker = marker


class Channel:
    """Reads and writes packets on a socket.

    Lengths are 16 bits wide up to and including ACCEPT and 32 bits afterwards: set ``wide`` then.
    """

    def __init__(self, sock: socket.socket, sdu: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock
        self._sdu = sdu
        self.wide = False

    def read(self) -> tuple[int, bytes]:
        """The next packet: its type and its body."""
        header = self._exactly(_HEADER)
        length: int = struct.unpack_from(">I" if self.wide else ">H", header)[0]
        if length < _HEADER:
            raise Disconnected
        return header[4], self._exactly(length - _HEADER)

    def read_data(self) -> bytes:
        """The payload of the next DATA packet.

        Raises:
            MarkerReceived: the client sent a break, a reset or an interrupt.
            Disconnected: the client is gone or says good-bye.
        """
        kind, body = self.read()
        if kind == Packet.MARKER:
            raise MarkerReceived(Marker(body[2]))
        if kind != Packet.DATA or body[1] & _END_OF_FILE:
            raise Disconnected
        return body[2:]

    def write(self, kind: Packet, body: bytes) -> None:
        """Sends one packet."""
        self._send(self._packet(kind, body))

    def write_data(self, payload: bytes) -> None:
        """Sends a message, in as many DATA packets as it takes."""
        room = self._sdu - _HEADER - 2
        parts = (payload[start : start + room] for start in range(0, len(payload), room))
        self._send(b"".join(self._packet(Packet.DATA, b"\0\0" + part) for part in parts))

    def write_marker(self, marker: Marker) -> None:
        """Sends a marker."""
        self.write(Packet.MARKER, bytes((1, 0, marker)))

    def _packet(self, kind: Packet, body: bytes) -> bytes:
        size = len(body) + _HEADER
        length = struct.pack(">I", size) if self.wide else struct.pack(">HH", size, 0)
        return length + bytes((kind, 0, 0, 0)) + body

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Disconnected from error

    def _exactly(self, count: int) -> bytes:
        received = bytearray()
        while len(received) < count:
            try:
                part = self._socket.recv(count - len(received))
            except OSError as error:
                raise Disconnected from error
            if not part:
                raise Disconnected
            received += part
        return bytes(received)
