"""The sandbox's systems in one process: the campus in its database, and a partner for every page."""

import logging
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from common.blocks import Page
from common.sandbox.campus import OWNER, Campus, build_campus, next_day
from common.sandbox.oracle import Database, Server
from common.sandbox.partners import HttpPartner, MailPartner, SftpPartner
from common.sandbox.systems import Endpoint, Endpoints, Systems
from common.sandbox.warehouse import load_campus

__all__ = ["Services"]

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"


class Services:
    """Starts what the systems of a folder of page files need, on free ports of this machine; fills the pages in.

    ``campus``: the people as they are on ``today``. ``partners``: what each partner received, below its
    system's name. Raises ConfigError for a wrong page.
    """

    def __init__(
        self, pages: Path, partners: Path, *, people: int, seed: int, today: date | None = None
    ) -> None:
        self._systems = Systems(pages)
        self.partners = partners
        self._running = ExitStack()
        self._password = secrets.token_urlsafe(16)
        options = {"today": today} if today else {}
        self.campus: Campus = build_campus(seed=seed, people=people, **options)
        self.database = Database()
        self.pages: dict[str, Page] = {}

    def __enter__(self) -> Self:
        self._running.callback(self.database.close)
        try:
            load_campus(self.database, self.campus)
            self.oracle, self.sftp, self.http, self.mail = map(self._running.enter_context, self._servers())
            self.pages = self._systems.pages(self._endpoints())
        except BaseException:
            self._running.close()
            raise
        logger.info(
            "sandbox up people=%d systems=%d", self.campus.tables["PS_PERSON"].num_rows, len(self.pages)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def next_day(self) -> Counter[str]:
        """Lets a day pass on campus; tells how many changes of each kind it brought."""
        self.campus, changes = next_day(self.campus)
        self.database.replace_all(OWNER, self.campus.tables)
        return Counter(change.kind for change in changes)

    def _servers(self) -> Iterator[Any]:
        shutil.rmtree(self.partners, ignore_errors=True)
        systems, password = self._systems, self._password
        yield Server(systems.services(self.database), systems.readers(password))
        yield SftpPartner(self.partners, systems.sftp(password))
        yield HttpPartner(self.partners, systems.rest(password))
        yield MailPartner(self.partners, systems.mail())

    def _endpoints(self) -> Endpoints:
        return Endpoints(
            warehouse=Endpoint(HOST, self.oracle.port),
            sftp=Endpoint(HOST, self.sftp.port),
            rest=Endpoint(HOST, self.http.port),
            mail=Endpoint(HOST, self.mail.port),
            host_key=self.sftp.host_key,
            password=self._password,
        )
