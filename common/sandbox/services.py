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

import yaml

from common.blocks import Page
from common.pages import read_page_file
from common.sandbox.campus import OWNER, TABLES, Campus, build_campus, next_day
from common.sandbox.oracle import Database, Server, User
from common.sandbox.partners import (
    HttpPartner,
    HttpSystem,
    MailPartner,
    MailSystem,
    SftpPartner,
    SftpSystem,
)

__all__ = ["Services"]

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"


class Services:
    """Reads the page files, starts what they ask for on free ports of this machine, and fills the pages in.

    A page's type decides what is started for it: ``oracle`` a login to the campus database, ``sftp`` a login
    with a folder of its own, ``rest`` a prefix of the HTTP interface, ``mail`` a mailbox. ``campus``: the
    people as they are on ``today``.
    """

    def __init__(
        self, pages: Path, partners: Path, *, people: int, seed: int, today: date | None = None
    ) -> None:
        self._files = {path.stem: path for path in sorted(pages.glob("*.yaml"))}
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
            self._load()
            self.oracle, self.sftp, self.http, self.mail = map(self._running.enter_context, self._servers())
            self.pages = {
                system: read_page_file(path, self._filled(system)) for system, path in self._files.items()
            }
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

    def _load(self) -> None:
        for name, table in self.campus.tables.items():
            self.database.create_table(OWNER, TABLES[name].ddl)
            self.database.load(OWNER, name, table)

    def _of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for system, path in self._files.items():
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            if isinstance(content, dict) and content.get("type") == kind:
                yield system, content

    def _servers(self) -> Iterator[Any]:
        shutil.rmtree(self.partners, ignore_errors=True)
        services = {page["service_name"]: self.database for _, page in self._of_type("oracle")}
        users = {page["username"]: User(self._password, schema=OWNER) for _, page in self._of_type("oracle")}
        yield Server(services, users)
        yield SftpPartner(
            self.partners,
            [
                SftpSystem(system, page["username"], self._password, folders=(page.get("path", "/"),))
                for system, page in self._of_type("sftp")
            ],
        )
        yield HttpPartner(
            self.partners, [HttpSystem(system, token=self._password) for system, _ in self._of_type("rest")]
        )
        yield MailPartner(self.partners, [MailSystem(system) for system, _ in self._of_type("mail")])

    def _filled(self, system: str) -> dict[str, Any]:
        """What only the running sandbox knows of a page."""
        match yaml.safe_load(self._files[system].read_text(encoding="utf-8")):
            case {"type": "oracle"}:
                return {"host": HOST, "port": self.oracle.port, "password": self._password}
            case {"type": "sftp"}:
                return {
                    "host": HOST,
                    "port": self.sftp.port,
                    "password": self._password,
                    "host_key": self.sftp.host_key,
                }
            case {"type": "rest"}:
                return {"url": self.http.url(system), "token": self._password}
            case {"type": "mail"}:
                return {"host": HOST, "port": self.mail.port}
            case _:
                return {}
