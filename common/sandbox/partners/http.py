"""An HTTP partner: one server, a JSON interface under a prefix of its own for every system."""

import asyncio
import json
import socket
import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.sandbox.partners.http_api import json_api
from common.sandbox.partners.http_guard import TokenIssuer
from common.sandbox.partners.http_problem import problem
from common.sandbox.partners.http_serving import serving
from common.sandbox.partners.http_system import HttpSystem
from common.sandbox.partners.partner import LOOPBACK, Partner

__all__ = ["HttpFault", "HttpPartner"]


@dataclass(slots=True)
class HttpFault:
    """What is to go wrong with the next ``times`` requests that begin like ``match`` (``PUT /engage-api/users/``).

    With a ``status`` that is answered and nothing done; without one the request is carried out.
    ``headers`` are added to the answer, which comes ``delay`` seconds late. With ``drop`` the connection
    is closed in the middle of it.
    """

    match: str
    status: int | None = None
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False


class HttpPartner(Partner):
    """The HTTP server of all ``systems``; a resource is kept as ``root/<system>/<collection>/<id>.json``.
    Each also takes imports as Canvas, ServiceNow and Salesforce do, and keeps their files.

    ``root/<system>/requests.jsonl`` has a line for every request: method, path and status, no bodies.
    Add to ``faults`` to see requests fail.
    """

    def __init__(
        self, root: Path, systems: Sequence[HttpSystem], *, port: int = 0, host: str = LOOPBACK
    ) -> None:
        super().__init__(root, [system.name for system in systems], port=port, host=host)
        self._issuers = {system.name: TokenIssuer(system) for system in systems}
        self._apis: dict[str, ASGIApp] = {
            system.name: json_api(system, self.folder(system.name), self._issuers[system.name])
            for system in systems
        }
        self.faults: list[HttpFault] = []

    def url(self, system: str) -> str:
        """The address of a system's interface on this machine."""
        return f"http://{LOOPBACK}:{self.port}/{self.folder(system).name}"

    def withdraw_tokens(self, system: str) -> None:
        """Makes every token that the system has issued worthless before its time."""
        self._issuers[system].withdraw()

    def _serving(self, listener: socket.socket) -> AbstractAsyncContextManager[None]:
        return serving(self._answer, listener)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Matched before percent-decoding, so that a slash in an id stays in the id.
        path = scope["raw_path"].decode("ascii", "backslashreplace")
        method = scope["method"]
        system = path.split("/")[1]
        fault = self._next_fault(f"{method} {path}")
        headers = [(b"x-request-id", uuid.uuid4().hex.encode())]
        if fault is not None:
            headers += [(name.lower().encode(), value.encode()) for name, value in fault.headers.items()]

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
                self._log(system, method, path, message["status"])
                await asyncio.sleep(fault.delay if fault is not None else 0)
            if fault is None or not fault.drop:
                await send(message)

        app: ASGIApp = self._apis.get(system) or problem(404, "No such interface")
        if fault is not None and fault.status is not None:
            app = problem(fault.status, "An induced fault")
        await app({**scope, "path": path, "root_path": f"/{system}"}, receive, reply)
        if fault is not None and fault.drop:
            # A body that is announced and never sent: the server closes the connection.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})

    def _next_fault(self, request: str) -> HttpFault | None:
        for fault in self.faults:
            if fault.times > 0 and request.startswith(fault.match):
                fault.times -= 1
                return fault
        return None

    def _log(self, system: str, method: str, path: str, status: int) -> None:
        if system in self._apis:
            line = json.dumps({"method": method, "path": path, "status": status})
            with (self.folder(system) / "requests.jsonl").open("a", encoding="utf-8") as log:
                log.write(f"{line}\n")
