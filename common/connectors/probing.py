"""What a probe of a system tells while it looks: one step after the other, so that a failure has its place."""

import socket
from collections.abc import Callable
from typing import Literal, TypeAlias

from common.errors import TransientError

__all__ = ["Step", "Tell", "connect", "reach", "resolve", "unreachable", "untold"]

Step: TypeAlias = Literal[
    "page",
    "resolves",
    "answers",
    "certificate",
    "host key",
    "login",
    "readable",
    "writable",
    "sender",
    "query",
]
Tell: TypeAlias = Callable[[Step], None]
"""Hears of each step before it is taken: the last one heard is the one that failed."""


def untold(_: Step) -> None:
    """For a probe that nobody watches."""


def resolve(where: str, host: str, port: int) -> None:
    """Looks the host name up; raises TransientError where nobody knows it."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise unreachable(where, error, 0) from error


def connect(where: str, host: str, port: int, timeout: float) -> socket.socket:
    """A connection to the port; raises TransientError where there is none within ``timeout`` seconds."""
    try:
        return socket.create_connection((host, port), timeout=timeout)
    except (OSError, UnicodeError) as error:
        raise unreachable(where, error, timeout) from error


def reach(where: str, host: str, port: int, *, timeout: float, tell: Tell) -> None:
    """The first two steps of a system whose driver takes them in one with the login."""
    tell("resolves")
    resolve(where, host, port)
    tell("answers")
    connect(where, host, port, timeout).close()


def unreachable(where: str, error: BaseException | None, timeout: float) -> TransientError:
    """What it means that there is no connection within ``timeout`` seconds, as an error to be raised."""
    return TransientError(f"{where} {_reason(error, timeout)}")


def _reason(error: BaseException | None, timeout: float) -> str:
    match error:
        case socket.gaierror() | UnicodeError():
            return "cannot be reached: the host name does not resolve. Check it on the page, or wait for DNS."
        case ConnectionRefusedError():
            return "refused the connection: no server listens there. Check the port, or wait for the server."
        case TimeoutError():
            return f"did not answer within {timeout:g} s. Wait, or ask whether a firewall is in the way."
        case _:
            return f"cannot be reached ({type(error).__name__}). Wait, or ask the network's people."
