"""The role that fills the sandbox's pages in and registers them on the Prefect server."""

import socket
from collections.abc import Iterator
from typing import Any

import paramiko
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL

from common.blocks import Page
from common.errors import ConfigError
from common.sandbox.containers.waiting import awaited
from common.sandbox.control import answers
from common.sandbox.pages import save_page
from common.sandbox.systems import Endpoint, Endpoints, Systems

__all__ = ["register_pages", "scan_host_key", "wait_for_prefect"]

HOST_KEY_KIND = "ssh-ed25519"  # what the partner's host key is
CALL_SECONDS = 5


def wait_for_prefect(patience: float) -> None:
    """Returns once the Prefect server of ``PREFECT_API_URL`` answers.

    Raises ConfigError where the variable is unset, TransientError after ``patience`` seconds.
    """
    url = PREFECT_API_URL.value()
    if not url:
        raise ConfigError("PREFECT_API_URL is unset: say which Prefect server gets the pages.")
    awaited(lambda: answers(url) or None, f"The Prefect server at {url}", patience)


def scan_host_key(at: Endpoint, patience: float) -> str:
    """The public host key of an SSH server, as a page gives it.

    It is believed: whoever answers is on the sandbox's own network. Raises TransientError after ``patience``
    seconds.
    """
    return awaited(lambda: _host_key(at), f"The SSH server at {at.host}:{at.port}", patience)


def register_pages(systems: Systems, endpoints: Endpoints) -> Iterator[str]:
    """Saves the page of every system as ``<system>-sandbox``, also over an older one; a line about each.

    Raises ConfigError if the Prefect server refuses the login.
    """
    for system, page in systems.pages(endpoints).items():
        try:
            name = save_page(system, page)
        except PrefectHTTPStatusError as error:
            if error.response.status_code not in (401, 403):
                raise
            raise ConfigError(
                "The Prefect server refuses the login: correct PREFECT_API_AUTH_STRING, user:password."
            ) from None
        yield f"{name:<24} {page.kind:<8} {_address(page)}"


def _host_key(at: Endpoint) -> str | None:
    try:
        with (
            socket.create_connection(at, timeout=CALL_SECONDS) as connection,
            paramiko.Transport(connection) as transport,
        ):
            transport.get_security_options().key_types = [HOST_KEY_KIND]
            transport.start_client(timeout=CALL_SECONDS)
            key = transport.get_remote_server_key()
            return f"{key.get_name()} {key.get_base64()}"
    except (OSError, EOFError, paramiko.SSHException):
        return None


def _address(page: Page) -> str:
    shown: dict[str, Any] = page.model_dump()
    if url := shown.get("url"):
        return str(url)
    user = f"{shown['username']}@" if shown.get("username") else ""
    place = shown.get("path") or (f"/{shown['service_name']}" if "service_name" in shown else "")
    return f"{user}{shown['host']}:{shown['port']}{place}"
