"""Probes of file servers, interfaces and relays: each failure at its step, and nothing left at the partner."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from common.connectors.mail import Mail
from common.connectors.rest import Rest
from common.connectors.sftp import Sftp
from common.errors import ConfigError, DataFlowError, DeliveryError, TransientError
from common.sandbox.partners import HttpPartner, HttpSystem, MailPartner, MailSystem, SftpPartner
from tests.servers.openssh import OpenSsh, openssh_server
from tests.servers.partners import PASSWORD
from tests.servers.process import free_port

SFTP = ["resolves", "answers", "host key", "login", "readable", "writable"]


def steps(connector: Sftp | Rest | Mail) -> list[str]:
    """The steps of a probe that works and has nothing to add."""
    told: list[str] = []
    assert connector.probe(told.append) == ""
    return told


@contextmanager
def failing(step: str, kind: type[DataFlowError], message: str = "") -> Iterator[Callable[[str], None]]:
    """Expects a probe to fail at this step; its error is one of ours, without a secret."""
    told: list[str] = []
    with pytest.raises(kind, match=message) as caught:
        yield told.append
    assert told[-1] == step
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("system", ["plain", "no-renames", "collecting", "old-server"])
def test_a_partner_of_any_habit_is_probed_and_keeps_nothing(
    system: str, sftp_to: Callable[..., Sftp], sftp_partner: SftpPartner
) -> None:
    """One that takes files at once or forbids renames must neither fail the check nor get a file from it."""
    before = sorted(sftp_partner.folder(system).rglob("*"))
    assert steps(sftp_to(system)) == SFTP
    assert sorted(sftp_partner.folder(system).rglob("*")) == before
    assert not sftp_partner.collected(system).exists() or "campus" not in str(
        list(sftp_partner.collected(system).rglob("*"))
    )


def test_openssh_is_probed_by_key(
    sftp_to_openssh: Callable[..., Sftp], names: Callable[[], list[str]]
) -> None:
    """The servers of the sandbox are one program; partners mostly have this one."""
    assert steps(sftp_to_openssh()) == SFTP
    assert names() == []


def test_a_look_writes_nothing(sftp_to_openssh: Callable[..., Sftp], openssh: OpenSsh) -> None:
    """A key is tried out at partners where nobody expects a file."""
    told: list[str] = []
    before = openssh.root.stat().st_mtime_ns
    sftp_to_openssh().probe(told.append, write=False)
    assert told == SFTP[:-1]
    assert openssh.root.stat().st_mtime_ns == before


NOT_ITS_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"host": "sftp.partner.invalid"}, "resolves", TransientError, "does not resolve"),
        ({"port": free_port()}, "answers", TransientError, "no server listens there"),
        ({"host_key": NOT_ITS_KEY}, "host key", ConfigError, "shows another host key"),
        ({"password": "wrong"}, "login", ConfigError, "refused the login of user plain"),
        ({"path": "/incomming"}, "readable", DeliveryError, "/incomming does not exist"),
        ({"path": "/a-file"}, "readable", ConfigError, "/a-file is not a folder"),
    ],
    ids=["name", "port", "host key", "password", "folder", "file"],
)
def test_what_is_wrong_at_a_file_server_is_told_by_its_step(
    options: dict[str, Any], step: str, kind: type[DataFlowError], message: str, sftp_to: Callable[..., Sftp]
) -> None:
    """Name, network, trust, login and folder are in the hands of five different people."""
    with sftp_to("plain") as sftp:
        sftp.put_bytes(b"x", "a-file")
    with failing(step, kind, message) as tell:
        sftp_to("plain", **options).probe(tell)


def test_a_full_server_fails_at_writing_and_keeps_nothing(
    sftp_to: Callable[..., Sftp], sftp_partner: SftpPartner
) -> None:
    """The look at the folder works; the night's delivery would not."""
    folder = sftp_partner.folder("nearly-full")
    (folder / "filling").write_bytes(b"x" * 99_990)
    with failing("writable", DeliveryError, "ask the partner to make room") as tell:
        sftp_to("nearly-full").probe(tell)
    assert [file.name for file in folder.iterdir()] == ["filling"]
    (folder / "filling").unlink()


def test_a_folder_that_may_only_be_read_fails_at_writing(tmp_path: Path) -> None:
    """The partner's people gave the user the wrong rights: seen at the check, not at night."""
    with openssh_server(tmp_path, "ForceCommand internal-sftp -R") as server:
        sftp = Sftp(
            name="reading-sandbox",
            host=server.host,
            port=server.port,
            username=server.username,
            private_key=server.private_key,
            host_key=server.host_key,
            path=str(server.root),
        )
        with failing("writable", DeliveryError, "denies permission to write") as tell:
            sftp.probe(tell)


def test_what_a_server_withholds_without_harm_is_a_remark(tmp_path: Path) -> None:
    """A mailbox that takes files, shows none and lets none be removed gets its deliveries all the same."""
    with openssh_server(tmp_path, "ForceCommand internal-sftp -P opendir,remove") as server:
        sftp = Sftp(
            name="box-sandbox",
            host=server.host,
            port=server.port,
            username=server.username,
            private_key=server.private_key,
            host_key=server.host_key,
            path=str(server.root),
        )
        remark = sftp.probe()
    assert "may not be listed: files can be left there, not fetched" in remark
    assert f"{server.root}/campus-probe-box-sandbox.part stays" in remark


def test_an_interface_that_wants_the_credentials_is_shown_that_it_has_them(
    rest_to: Callable[..., Rest], requests: Callable[[], list[str]]
) -> None:
    """An answer alone says nothing of a token that the interface did not look at; and nothing is to be written."""
    assert steps(rest_to("engage", check_path="/users")) == ["resolves", "answers", "login"]
    assert requests() == ["GET 200", "GET 401"]
    assert steps(rest_to("parking", token=None, username="campus", password=PASSWORD))[-1] == "login"


def test_an_interface_that_answers_anybody_leaves_the_credentials_untried(
    rest_to: Callable[..., Rest], tmp_path: Path
) -> None:
    """A green line for a token that was revoked would be a promise nobody can keep."""
    with HttpPartner(tmp_path, [HttpSystem("open")]) as partner:
        rest = rest_to("engage", url=partner.url("open"), check_path="/users")
        assert "it answers 200 with the credentials and 200 without" in rest.probe()
        assert rest_to("engage", url=partner.url("open"), token=None).probe() == ""


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"url": "http://engage.partner.invalid"}, "resolves", TransientError, "does not resolve"),
        (
            {"url": f"http://127.0.0.1:{free_port()}"},
            "answers",
            TransientError,
            r"no whole answer \(ConnectError\)",
        ),
        ({"token": "wrong-5519"}, "login", ConfigError, "credentials on the page are refused"),
    ],
    ids=["name", "port", "token"],
)
def test_what_is_wrong_at_an_interface_is_told_by_its_step(
    options: dict[str, Any],
    step: str,
    kind: type[DataFlowError],
    message: str,
    rest_to: Callable[..., Rest],
) -> None:
    """It is tried once: somebody sits and waits for the answer."""
    with failing(step, kind, message) as tell:
        rest_to("engage", **options).probe(tell)


def test_an_interface_that_is_out_of_order_is_told_at_once(
    rest_to: Callable[..., Rest], fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """A delivery would wait and try again; a check says what is."""
    fail("GET", status=503, times=9, headers={"Retry-After": "60"})
    with failing("login", TransientError, "answered 503") as tell:
        rest_to("engage", check_path="/users").probe(tell)
    assert requests() == ["GET 503"]


def test_a_server_whose_certificate_nobody_knows_fails_at_its_certificate(
    certificate: Path, tmp_path: Path, rest_to: Callable[..., Rest]
) -> None:
    """The token must not go to whoever answers."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with MailPartner(tmp_path, [MailSystem("box")], tls=context, implicit_tls=True) as relay:
        with failing("certificate", ConfigError, "certificate is not trusted") as tell:
            rest_to("engage", url=f"https://127.0.0.1:{relay.port}").probe(tell)
        with failing("certificate", ConfigError, "certificate is not trusted") as tell:
            Mail(
                name="tls-sandbox", host="127.0.0.1", port=relay.port, sender="a@b.example", tls="implicit"
            ).probe(tell)


def test_a_relay_is_greeted_and_asked_for_the_sender_and_gets_no_message(
    mail_to: Callable[..., Mail], mail_partner: MailPartner
) -> None:
    """A relay that takes the login and then refuses the sender is out of order as well."""
    before = {system: len(list(mail_partner.folder(system).iterdir())) for system in ("relay", "submission")}
    assert steps(mail_to()) == ["resolves", "answers", "sender"]
    login = {"username": "campus", "password": PASSWORD}
    assert steps(mail_to(**login)) == ["resolves", "answers", "login", "sender"]
    assert before == {system: len(list(mail_partner.folder(system).iterdir())) for system in before}


def test_what_is_wrong_at_a_relay_is_told_by_its_step(mail_to: Callable[..., Mail], tmp_path: Path) -> None:
    """Relay, certificate, login and sender have different people to ask."""
    wrong = {"username": "campus", "password": "wrong-3318"}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cases: tuple[tuple[dict[str, Any], str, type[DataFlowError], str], ...] = (
            ({"host": "relay.partner.invalid"}, "resolves", TransientError, "does not resolve"),
            ({"port": silent.getsockname()[1], "timeout": 0.2}, "answers", TransientError, "broke off"),
            ({"tls": "starttls"}, "certificate", ConfigError, "STARTTLS"),
            (wrong, "login", ConfigError, "refuses the login"),
        )
        for options, step, kind, message in cases:
            with failing(step, kind, message) as tell:
                mail_to(**options).probe(tell)
    with (
        MailPartner(tmp_path, [MailSystem("box", username="campus", password=PASSWORD)]) as relay,
        failing("sender", ConfigError, "asks for a login") as tell,
    ):
        mail_to(port=relay.port).probe(tell)
