"""The pages of file stores open what they describe."""

from common.blocks import FileStorePage, FtpsServer, SmbShare, WebDavServer
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
