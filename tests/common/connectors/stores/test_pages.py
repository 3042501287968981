"""The pages of file stores open what they describe."""

import pytest
from pydantic import SecretStr

from common.blocks import FileStorePage, FtpsServer, S3Bucket, SharePointDrive, SmbShare, WebDavServer
from common.errors import ConfigError
from tests.servers.ftps import FtpServer
from tests.servers.samba import Samba
from tests.servers.webdav import DavServer


def steps(page: FileStorePage) -> list[str]:
    """The steps of a probe that works."""
    told: list[str] = []
    assert page.open("page-sandbox").probe(told.append) == ""
    return told


def test_a_page_of_a_share_opens_it(samba: Samba) -> None:
    """A field that the connector is never told of would look set and do nothing."""
    page = {"host": samba.host, "port": samba.port, "username": samba.username, "password": samba.password}
    assert steps(SmbShare(**page, share="campus"))[-1] == "writable"
    assert SmbShare(**page, share="campus").atomic


def test_a_page_of_an_ftp_server_opens_it(ftps: FtpServer) -> None:
    """The fingerprint on the page is all that the server's certificate has for it."""
    page = {"host": ftps.host, "port": ftps.port, "username": ftps.username, "password": ftps.password}
    assert "certificate" in steps(FtpsServer(**page, certificate=ftps.fingerprint))


def test_a_page_of_a_webdav_server_opens_it(webdav: DavServer) -> None:
    """A rehearsal's receipt says beforehand whether the file will have its name in one step."""
    page = {"url": webdav.url(), "username": webdav.username, "password": webdav.password}
    assert steps(WebDavServer(**page))[-1] == "writable"
    assert not WebDavServer(**page, rename=False).atomic
    assert steps(WebDavServer(**page, rename=False))[-1] == "writable"


@pytest.mark.parametrize(
    "page",
    [
        FtpsServer(host="x", username="u", password=SecretStr("")),
        SmbShare(host="x", share="s", username="u", password=SecretStr("")),
        WebDavServer(url="https://x", username="u", password=SecretStr("")),
        S3Bucket(bucket="b", access_key_id="i", secret_access_key=SecretStr("")),
        SharePointDrive(tenant="t", client_id="c", client_secret=SecretStr(""), drive="d"),
    ],
    ids=lambda page: page.kind,
)
def test_a_secret_that_was_emptied_is_missed_before_anybody_is_asked(page: FileStorePage) -> None:
    """A login without a password is refused by the server, or counts as one more that failed."""
    with pytest.raises(
        ConfigError, match=r"Page page-sandbox, (password|secret_access_key|client_secret): it is empty"
    ):
        page.open("page-sandbox")
