"""The systems of a folder of page files, and what is filled in."""

import dataclasses
from pathlib import Path

import pytest

from common.blocks import MailRelay, OracleDatabase, RestApi, SftpServer
from common.errors import ConfigError
from common.sandbox.home import PAGES
from common.sandbox.partners import HttpPartner
from common.sandbox.systems import Endpoint, Endpoints, Systems

AT = Endpoints(
    warehouse=Endpoint("warehouse", 1521),
    sftp=Endpoint("partner-sftp", 22),
    rest=Endpoint("partner-rest", 8080),
    mail=Endpoint("partner-mail", 2525),
    host_key="ssh-ed25519 AAAA",
    password="pass-4711",
)
LOGINS = {"token", "password", "api_key", "client_secret"}
SFTP = "type: sftp\nusername: alma\npath: /patrons\n"


def folder_of(folder: Path, **pages: str) -> Path:
    """A folder of page files."""
    folder.mkdir(exist_ok=True)
    for system, text in pages.items():
        (folder / f"{system.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_pages_are_complete() -> None:
    """Prevents a page that lacks what only the sandbox knows, for any kind of system that it has."""
    pages = Systems(PAGES).pages(AT)
    assert set(pages) == {path.stem for path in PAGES.glob("*.yaml")}
    kinds = {type(page) for page in pages.values()}
    assert kinds == {OracleDatabase, SftpServer, RestApi, MailRelay}
    for system, page in pages.items():
        match page:
            case OracleDatabase():
                assert (page.host, page.port, page.service_name) == ("warehouse", 1521, "CAMPUS")
                assert page.password.value.get_secret_value() == "pass-4711"
            case SftpServer():
                assert (page.host, page.port, page.host_key) == ("partner-sftp", 22, "ssh-ed25519 AAAA")
                assert page.password is not None
            case RestApi():
                assert page.url == f"http://partner-rest:8080/{system}"
                assert page.token is not None
            case MailRelay():
                assert (page.host, page.port, page.tls) == ("partner-mail", 2525, "none")


def test_a_real_database_has_another_service(tmp_path: Path) -> None:
    """Prevents a page that asks an Oracle Free for the stand-in's service."""
    folder = folder_of(tmp_path, warehouse="type: oracle\nservice_name: CAMPUS\nusername: reader\n")
    endpoints = Endpoints(AT.warehouse, AT.sftp, AT.rest, AT.mail, "", "x", service_name="FREEPDB1")
    page = Systems(folder).pages(endpoints)["warehouse"]
    assert isinstance(page, OracleDatabase)
    assert page.service_name == "FREEPDB1"


def test_a_partner_does_what_its_page_says(tmp_path: Path) -> None:
    """Prevents a sandbox in which a peculiarity of a partner is never met."""
    folder = folder_of(
        tmp_path,
        plain=SFTP,
        strict=f"{SFTP}rename: false\n",
        hasty=f"{SFTP}moved_on_arrival: true\n",
    )
    found = {system.name: system for system in Systems(folder).sftp("x")}
    assert {name for name, system in found.items() if system.forbid_rename} == {"strict"}
    assert {name for name, system in found.items() if system.moves_on_arrival} == {"hasty"}
    assert found["plain"].folders == ("/patrons",)


@pytest.mark.parametrize(
    ("login", "secret"),
    [
        ("token: secret:sandbox-password\n", "token"),
        ("username: campus\npassword: secret:sandbox-password\n", "password"),
        ("api_key: secret:sandbox-password\napi_key_name: X-Key\n", "api_key"),
        ("client_id: campus\nclient_secret: secret:sandbox-password\n", "client_secret"),
    ],
)
def test_an_interface_lets_in_whoever_logs_in_as_its_page_says(
    login: str, secret: str, tmp_path: Path
) -> None:
    """Prevents a login that is tried for the first time in production."""
    pages = folder_of(tmp_path / "pages", canvas_api=f"type: rest\n{login}")
    with HttpPartner(tmp_path / "root", Systems(pages).rest("pass-4711")) as partner:
        at = dataclasses.replace(AT, rest=Endpoint("127.0.0.1", partner.port))
        page = Systems(pages).pages(at)["canvas-api"]
        assert isinstance(page, RestApi)
        assert page.model_dump(exclude_none=True).keys() & LOGINS == {secret}
        with page.open("canvas-api-sandbox") as api:
            assert api.request("POST", "/people", json={"name": "Þ"}).json() == {"id": "1", "name": "Þ"}
            assert list(api.pages("/people")) == [{"name": "Þ"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("type: sftp\npath: /patrons\n", "alma.yaml: username: field required"),
        ("type: sfpt\n", "did you mean sftp"),
        ("type: sftp\nusername: [\n", "alma.yaml, line 3: this is not YAML"),
        ("- type\n", "alma.yaml: a page is a list of"),
    ],
)
def test_a_wrong_page_is_told_before_anything_starts(text: str, said: str, tmp_path: Path) -> None:
    """Prevents a container that dies with a traceback, or late, for a slip in a page file."""
    with pytest.raises(ConfigError, match=said):
        Systems(folder_of(tmp_path, alma=text))


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    """Prevents a sandbox of nothing, after a folder was misspelt."""
    with pytest.raises(ConfigError, match="There is no page file in"):
        Systems(tmp_path / "pgaes")


def test_the_password_is_not_in_the_endpoints_text() -> None:
    """Prevents a log line with the password."""
    assert "pass-4711" not in repr(AT)


@pytest.mark.parametrize("text", ["partner-sftp", ":22", "partner-sftp:", "partner-sftp:ssh"])
def test_an_address_has_host_and_port(text: str) -> None:
    """Prevents a page with half an address."""
    with pytest.raises(ConfigError, match=r"is not host:port"):
        Endpoint.parse(text)
    assert Endpoint.parse("partner-sftp:22") == ("partner-sftp", 22)
