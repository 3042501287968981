"""``campus pages check``: every system of an environment, what works and what does not."""

import re
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from prefect.blocks.system import Secret

from common.blocks import MailRelay, OracleDatabase, OtherDatabase, RestApi, SftpServer, SshKey
from common.sandbox.oracle import Database, Server, User
from common.sandbox.partners import HttpPartner, MailPartner, SftpPartner
from tests.common.cli.terminal import Terminal
from tests.servers.openssh import OpenSsh
from tests.servers.partners import PASSWORD, TOKEN
from tests.servers.process import free_port


@pytest.fixture(scope="module")
def oracle() -> Iterator[Server]:
    with Server({"CAMPUS": Database()}, {"SIS": User(PASSWORD, schema="SYSADM")}) as running:
        yield running


@pytest.fixture
def others(drill: str, oracle: Server, http_partner: HttpPartner, mail_partner: MailPartner) -> None:
    """Pages of a database, an interface and a relay that work."""
    Secret(value=PASSWORD).save("shared-password-drill")
    Secret(value=TOKEN).save("engage-token-drill")
    password = Secret.load("shared-password-drill")
    local = {"host": "127.0.0.1", "password": password}
    OracleDatabase(**local, port=oracle.port, service_name="CAMPUS", username="SIS").save("warehouse-drill")
    RestApi(
        url=http_partner.url("engage"), token=Secret.load("engage-token-drill"), check_path="/users"
    ).save("engage-api-drill")
    MailRelay(**local, port=mail_partner.port, sender="a@b.example", username="campus", tls="none").save(
        "relay-drill"
    )


@pytest.fixture
def systems(
    others: None, openssh: OpenSsh, tmp_path: Path, sftp_partner: SftpPartner
) -> dict[str, SftpServer]:
    """Pages of file servers that work, beside the others."""
    SshKey(private_key=openssh.private_key).save("delivery-drill")
    partner = {
        "host": "127.0.0.1",
        "password": Secret.load("shared-password-drill"),
        "port": sftp_partner.port,
        "host_key": sftp_partner.host_key,
    }
    pages = {
        "permits-sftp": SftpServer(**partner, username="collecting", moved_on_arrival=True),
        "engage-sftp": SftpServer(**partner, username="no-renames", rename=False),
        "alma-sftp": SftpServer(
            host=openssh.host,
            port=openssh.port,
            username=openssh.username,
            host_key=openssh.host_key,
            private_key=SshKey.load("delivery-drill"),
            path=str(tmp_path),
        ),
    }
    for system, page in pages.items():
        page.save(f"{system}-drill")
    return pages


def lines(output: str) -> dict[str, str]:
    """The line of each system, without times."""
    found = [" ".join(re.sub(r" +\d+\.\d s ", " ", line).split()) for line in output.splitlines()[:-1]]
    return {line.split()[1]: line for line in found}


FILES = "resolves · answers · host key · login · readable · writable"


def test_systems_that_work_are_a_line_each_and_a_success(
    campus: Terminal, systems: dict[str, SftpServer], tmp_path: Path
) -> None:
    """Prevents the question whether tonight will work from having to wait for the night."""
    code, output, _ = campus("pages", "check")
    assert code == 0, output
    assert lines(output) == {
        "warehouse": "✓ warehouse resolves · answers · login · query",
        "engage-api": "✓ engage-api resolves · answers · login",
        "relay": "✓ relay resolves · answers · login · sender",
        **{system: f"✓ {system} {FILES}" for system in systems},
    }
    assert re.search(r"^All 6 systems of drill can be used, found in \d+\.\d s$", output, re.M)
    assert list(tmp_path.iterdir()) == []


def test_each_system_that_fails_says_where_and_what_to_do(
    campus: Terminal, systems: dict[str, SftpServer]
) -> None:
    """Prevents one broken system from hiding the state of all others, and a script from taking it for well."""
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    for system, change in (
        ("permits-sftp", {"host_key": other}),
        ("engage-sftp", {"path": "/nowhere"}),
    ):
        SftpServer(**(dict(systems[system]) | change)).save(f"{system}-drill", overwrite=True)
    Secret(value="wrong-8462").save("engage-token-drill", overwrite=True)
    SshKey(private_key="pasted wrongly").save("delivery-drill", overwrite=True)
    code, output, _ = campus("pages", "check")
    told = lines(output)
    assert code == 1
    assert "✗ permits-sftp host key: Page permits-sftp-drill: 127.0.0.1:" in told["permits-sftp"]
    assert "Ask the partner; if the change is real" in told["permits-sftp"]
    assert "✗ engage-sftp readable: " in told["engage-sftp"]
    assert "✗ engage-api login: " in told["engage-api"]
    assert "✗ alma-sftp page: Page alma-sftp-drill: the private key is not one." in told["alma-sftp"]
    assert told["warehouse"].startswith("✓")
    assert "4 of 6 systems of drill fail" in output
    for secret in (PASSWORD, TOKEN, "wrong-8462", "pasted wrongly"):
        assert secret not in campus.everything


def test_named_systems_are_looked_at_and_no_others(campus: Terminal, systems: dict[str, SftpServer]) -> None:
    """Prevents a check after one edit from bothering thirty partners."""
    code, output, _ = campus("pages", "check", "alma-sftp", "warehouse-drill")
    assert code == 0
    assert lines(output).keys() == {"alma-sftp", "warehouse"}
    code, output, _ = campus("pages", "check", "almma-sftp")
    assert code == 1
    assert "did you mean alma-sftp?" in output


def test_a_look_leaves_the_writing_out(campus: Terminal, systems: dict[str, SftpServer]) -> None:
    """Prevents a probe file where nobody may see one."""
    _, output, _ = campus("pages", "check", "alma-sftp", "--no-write")
    assert lines(output)["alma-sftp"].endswith("login · readable")


def test_a_key_in_rotation_is_a_remark(campus: Terminal, systems: dict[str, SftpServer]) -> None:
    """Prevents a rotation from being finished by guess: the check says who has the new key."""
    campus("keys", "rotate", "delivery")
    code, output, _ = campus("pages", "check", "alma-sftp")
    assert code == 0
    assert lines(output)["alma-sftp"] == (
        f"! alma-sftp {FILES}; the previous key let it in, the new one is not known there"
    )


def test_a_secret_that_is_not_there_is_a_failure_of_the_page(campus: Terminal, tmp_path: Path) -> None:
    """Prevents a missing file of secrets from looking like a refused login."""
    SftpServer(host="127.0.0.1", username="x", host_key="x", password=f"file:{tmp_path}/nope").save("x-drill")
    code, output, _ = campus("pages", "check")
    assert code == 1
    assert re.search(r"page: Page x-drill, password: the file .*/nope cannot be read", output)


def test_an_environment_without_pages_says_so(campus: Terminal) -> None:
    """Prevents "everything works" where nothing is."""
    code, _, error = campus("pages", "check")
    assert code == 1
    assert "no pages of drill" in error


def test_a_system_that_is_down_does_not_hold_up_the_others(campus: Terminal, tmp_path: Path) -> None:
    """Prevents thirty time limits one after the other."""
    for number in range(6):
        MailRelay(host="127.0.0.1", port=free_port(), sender="a@b.example").save(f"relay-{number}-drill")
    OtherDatabase(url=f"duckdb:///{tmp_path}/campus.duckdb").save("extract-drill")
    code, output, _ = campus("pages", "check")
    assert code == 1
    assert "6 of 7 systems of drill fail" in output
    assert lines(output)["extract"] == "✓ extract login · query"
