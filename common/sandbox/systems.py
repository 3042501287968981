"""Which systems a folder of page files asks for, and what only a running sandbox knows of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import yaml
from prefect.blocks.system import Secret

from common.blocks import MailRelay, OracleDatabase, Page, RestApi, SftpServer
from common.errors import ConfigError
from common.pages import read_page_file
from common.sandbox.partners import HttpSystem, MailSystem, SftpSystem

if TYPE_CHECKING:
    from common.sandbox.oracle import Database, User

__all__ = ["Endpoint", "Endpoints", "Systems"]

PageType = TypeVar("PageType", bound=Page)


class Endpoint(NamedTuple):
    """Where a server answers, as those who call it have to write it."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``host:port``; raises ConfigError for anything else."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal():
            raise ConfigError(f"{text!r} is not host:port, such as partner-sftp:22.")
        return cls(host, int(port))


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the sandbox's servers answer, and what lets a client in.

    host_key: the SFTP server's public key. password: the one of every login, and the token of every interface.
    service_name: the database's, where it is not the page's.
    """

    warehouse: Endpoint
    sftp: Endpoint
    rest: Endpoint
    mail: Endpoint
    host_key: str
    password: str = field(repr=False)
    service_name: str | None = None


_UNKNOWN = Endpoint("", 0)
_NOT_RUNNING = Endpoints(_UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN, host_key="", password="")


class Systems:
    """The systems of a folder of page files.

    A page's type decides what is there for it: ``oracle`` a login to the campus database, ``sftp`` a login with
    a folder of its own, ``rest`` a prefix of the HTTP interface, ``mail`` a mailbox. What the page says of its
    partner, such as a folder or that renames are forbidden, the sandbox's partner does. Raises ConfigError for a
    wrong page.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
        if not self._files:
            raise ConfigError(f"There is no page file in {folder}: one <system>.yaml for each system.")
        self._pages = self.pages(_NOT_RUNNING)

    def pages(self, endpoints: Endpoints) -> dict[str, Page]:
        """The page of every system, complete. All of them have the same secret, as a document that is not saved yet."""
        secret: Secret[str] = Secret(value=endpoints.password)
        return {
            system: read_page_file(path, _filled(_content_of(path), system, endpoints, secret))
            for system, path in self._files.items()
        }

    def services(self, database: "Database") -> dict[str, "Database"]:
        """``database`` under every service name that a page asks for."""
        return {page.service_name: database for _, page in self._of(OracleDatabase)}

    def readers(self, password: str) -> "dict[str, User]":
        """The database's users, who find the campus's tables by their bare names."""
        from common.sandbox.campus import OWNER
        from common.sandbox.oracle import User

        return {page.username: User(password, schema=OWNER) for _, page in self._of(OracleDatabase)}

    def sftp(self, password: str) -> list[SftpSystem]:
        return [
            SftpSystem(
                system,
                page.username,
                password,
                folders=(page.path,),
                forbid_rename=not page.rename,
                moves_on_arrival=page.moved_on_arrival,
            )
            for system, page in self._of(SftpServer)
        ]

    def rest(self, token: str) -> list[HttpSystem]:
        """Interfaces with any collection, which let in whoever logs in as the page says, with ``token`` as the secret."""
        return [_interface(system, page, token) for system, page in self._of(RestApi)]

    def mail(self) -> list[MailSystem]:
        return [MailSystem(system) for system, _ in self._of(MailRelay)]

    def _of(self, kind: type[PageType]) -> Iterator[tuple[str, PageType]]:
        for system, page in self._pages.items():
            if isinstance(page, kind):
                yield system, page


def _interface(system: str, page: RestApi, secret: str) -> HttpSystem:
    if page.client_id:
        return HttpSystem(system, client_id=page.client_id, client_secret=secret, collections=None)
    if page.username:
        return HttpSystem(system, username=page.username, password=secret, collections=None)
    if page.api_key:
        return HttpSystem(system, api_key=secret, api_key_name=page.api_key_name, collections=None)
    return HttpSystem(system, token=secret, collections=None)


def _content_of(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError):
        return {}  # whoever reads the page says what is wrong with it
    return content if isinstance(content, dict) else {}


def _filled(content: Mapping[str, Any], system: str, at: Endpoints, secret: "Secret[str]") -> dict[str, Any]:
    """What a page file leaves open, and the secret that it names."""
    match content.get("type"):
        case "oracle":
            service = {"service_name": at.service_name} if at.service_name else {}
            return at.warehouse._asdict() | {"password": secret} | service
        case "sftp":
            return at.sftp._asdict() | {"password": secret, "host_key": at.host_key}
        case "rest":
            url = f"http://{at.rest.host}:{at.rest.port}/{system}"
            login = next(
                (name for name in ("client_secret", "password", "api_key") if name in content), "token"
            )
            return {"url": url, login: secret} | (
                {"token_url": f"{url}/oauth/token"} if login == "client_secret" else {}
            )
        case "mail":
            return at.mail._asdict()
        case _:
            return {}
