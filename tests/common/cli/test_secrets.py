"""``campus secrets``: what is set is used, and is seen by nobody."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.settings import PREFECT_API_URL

from common.blocks import SftpServer
from common.pages import find_page
from tests.common.cli.terminal import Terminal

VALUE = "zebra-4711-Þ"
SERVER = {"host": "127.0.0.1", "username": "campus", "host_key": "ssh-ed25519 AAAA"}


def stored(name: str) -> object:
    return Secret.load(f"{name}-drill").value.get_secret_value()


def test_a_secret_from_standard_input_is_used_by_every_page_that_names_it(campus: Terminal) -> None:
    """Prevents a rotated password from having to be typed into every page."""
    code, output, _ = campus("secrets", "set", "alma-password", stdin="first-0815\n")
    assert (code, output) == (
        0,
        "Created alma-password-drill; no page names it yet; a page does with: secret:alma-password\n",
    )
    for system in ("alma-sftp", "annex-sftp"):
        SftpServer(**SERVER, password=Secret.load("alma-password-drill")).save(f"{system}-drill")
    code, output, _ = campus("secrets", "set", "alma-password", stdin=f"{VALUE}\r\n")
    assert (code, output) == (0, "Changed alma-password-drill; used by alma-sftp-drill, annex-sftp-drill\n")
    for system in ("alma-sftp", "annex-sftp"):
        password = find_page(system, SftpServer).password
        assert password is not None
        assert password.value.get_secret_value() == VALUE
    assert VALUE not in campus.everything


def test_a_secret_from_a_file_is_its_text(campus: Terminal, tmp_path: Path) -> None:
    """Prevents the line end that editors add from being part of a password."""
    (tmp_path / "token").write_bytes(f"{VALUE}\n".encode())
    assert campus("secrets", "set", "engage-token", "--file", str(tmp_path / "token")).code == 0
    assert stored("engage-token") == VALUE


def test_digits_stay_a_text(campus: Terminal) -> None:
    """Prevents a password of digits from losing its leading zeros."""
    campus("secrets", "set", "pin", stdin="007")
    SftpServer(**SERVER, password=Secret.load("pin-drill")).save("pin-sftp-drill")
    assert stored("pin") == "007"
    find_page("pin-sftp", SftpServer)


def test_a_secret_is_no_argument_and_is_not_repeated(campus: Terminal) -> None:
    """Prevents the complaint about a secret in the command line from showing it once more."""
    code, output, error = campus("secrets", "set", "alma-password", VALUE)
    assert (code, output) == (1, "")
    assert "A secret is no argument" in error
    assert VALUE not in campus.everything
    assert "alma-password" not in campus("secrets", "list").output


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("alma-password-drill", "Give the bare name, alma-password: the environment is added"),
        ("secret:alma-password", "Give the bare name, alma-password: the environment is added"),
        ("Alma_Password", "small letters, digits and single hyphens"),
    ],
)
def test_a_name_that_no_page_could_use_is_refused(campus: Terminal, name: str, message: str) -> None:
    """Prevents a secret that is set and never found."""
    code, _, error = campus("secrets", "set", name, stdin=VALUE)
    assert code == 1
    assert message in error
    assert VALUE not in error


@pytest.mark.parametrize("text", ["", "\n", " \n", f" {VALUE}", f"{VALUE}\t", f"{VALUE}\x00"])
def test_what_was_hardly_meant_is_refused_and_leaves_the_old_secret(campus: Terminal, text: str) -> None:
    """Prevents a blank that came along in the clipboard from stopping every delivery of the night."""
    campus("secrets", "set", "alma-password", stdin="first-0815")
    code, _, error = campus("secrets", "set", "alma-password", stdin=text)
    assert code == 1
    assert "nothing was saved" in error
    assert VALUE not in error
    assert stored("alma-password") == "first-0815"


def test_a_file_that_is_not_there_is_one_sentence(campus: Terminal, tmp_path: Path) -> None:
    """Prevents a traceback for a typing error."""
    code, _, error = campus("secrets", "set", "alma-password", "--file", str(tmp_path / "nope"))
    assert code == 1
    assert error.startswith("ConfigError ")
    assert "cannot be read: No such file" in error


def test_the_list_has_names_ages_and_users_and_no_value(campus: Terminal) -> None:
    """Prevents the question who uses a password from needing anybody who knows it."""
    campus("secrets", "set", "alma-password", stdin=VALUE)
    campus("secrets", "set", "spare", stdin=VALUE)
    SftpServer(**SERVER, password=Secret.load("alma-password-drill")).save("alma-sftp-drill")
    SftpServer(**SERVER, password="file:/run/secrets/annex").save("annex-sftp-drill")
    code, output, _ = campus("secrets", "list")
    lines = {line.split()[0]: " ".join(line.split()) for line in output.splitlines() if line.strip()}
    assert code == 0
    assert lines["alma-password"] == "alma-password today alma-sftp-drill (password)"
    assert lines["spare"] == "spare today no page"
    assert "in a file or in a variable: annex-sftp-drill (password)" in output
    assert VALUE not in campus.everything


def test_at_a_terminal_a_secret_is_typed_twice_and_not_shown(drill: str) -> None:
    """Prevents a secret on a screen that others see, and in the list of processes."""
    terminal, end = pty.openpty()
    command = [str(Path(sys.executable).with_name("campus")), "secrets", "set", "typed"]
    with subprocess.Popen(
        command,
        stdin=end,
        stdout=end,
        stderr=end,
        env=os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())},
    ) as process:
        os.close(end)
        shown = b""
        for answers in range(2):
            while shown.count(b": ") <= answers:
                shown += os.read(terminal, 1000)
            os.write(terminal, f"{VALUE}\n".encode())
        processes = (
            Path(f"/proc/{process.pid}/cmdline").read_bytes()
            + Path(f"/proc/{process.pid}/environ").read_bytes()
        )
        while chunk := _read(terminal):
            shown += chunk
    os.close(terminal)
    assert process.returncode == 0
    assert "Created typed-drill" in shown.decode()
    assert VALUE not in shown.decode()
    assert VALUE.encode() not in processes
    assert stored("typed") == VALUE


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1000)
    except OSError:  # the program has ended
        return b""
