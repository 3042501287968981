"""``campus keys``: keys are made, taken over and listed; what is none is refused, and none is shown."""

import re
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from common.blocks import SshKey
from common.credentials.key_documents import KeyDocument
from common.errors import ConfigError
from tests.common.cli.shared_key import KEY, public_line
from tests.common.cli.terminal import Terminal


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem", "pkcs1-pem"])
def test_a_key_that_partners_know_is_taken_over_from_any_clipboard(
    campus: Terminal, tmp_path: Path, form: str
) -> None:
    """Prevents the first day here from being a rotation at every partner."""
    key = asyncssh.generate_private_key("ssh-rsa")
    text = key.export_private_key(form, "zebra-4711").decode()
    (tmp_path / "id_rsa").write_bytes(text.replace("\n", "\r\n").encode())
    (tmp_path / "passphrase").write_text("zebra-4711\n", encoding="utf-8")
    options = ("--file", str(tmp_path / "id_rsa"), "--passphrase-file", str(tmp_path / "passphrase"))
    code, output, error = campus("keys", "add", KEY, *options)
    assert code == 0, error
    assert public_line(output).split()[:2] == key.export_public_key().decode().split()[:2]
    block = SshKey.load(f"{KEY}-drill")
    assert block.private_key.get_secret_value().startswith("-----BEGIN OPENSSH")
    assert block.passphrase is not None
    assert block.passphrase.get_secret_value() != "zebra-4711"
    assert "zebra-4711" not in campus.everything


def pem(kind: str = "ssh-ed25519", passphrase: str | None = None) -> str:
    return asyncssh.generate_private_key(kind).export_private_key("openssh", passphrase).decode()


@pytest.mark.parametrize(
    ("make", "passphrase", "message"),
    [
        (lambda: pem(passphrase="right-0815"), None, "the private key is encrypted"),
        (lambda: pem(passphrase="right-0815"), "wrong-4711", "its passphrase is wrong"),
        (pem, "needless-4711", "has no passphrase, but one is given"),
        (lambda: "ssh-ed25519 AAAA campus", None, "not the .pub file and not a path"),
        (lambda: pem()[:200] + "\n-----END OPENSSH PRIVATE KEY-----\n", None, "damaged"),
        (
            lambda: asyncssh.generate_private_key("ssh-dss").export_private_key("pkcs8-pem").decode(),
            None,
            "neither",
        ),
    ],
    ids=["locked", "wrong", "needless", "public", "cut", "dss"],
)
def test_what_is_no_usable_key_is_one_sentence_and_is_not_saved(
    campus: Terminal, tmp_path: Path, make: Callable[[], str], passphrase: str | None, message: str
) -> None:
    """Prevents a broken key from being found out at night, and its text from being in the complaint."""
    text = make()
    (tmp_path / "key").write_text(text, encoding="utf-8")
    options = ["--file", str(tmp_path / "key")]
    if passphrase:
        (tmp_path / "passphrase").write_text(passphrase, encoding="utf-8")
        options += ["--passphrase-file", str(tmp_path / "passphrase")]
    code, output, error = campus("keys", "add", KEY, *options)
    assert (code, output) == (1, "")
    assert message in error
    assert not [line for line in text.splitlines() if line in error and "-----" not in line]
    assert "-4711" not in error
    assert KEY not in campus("keys", "list").output


def test_the_list_tells_of_keys_that_do_not_open(campus: Terminal, shared: str) -> None:
    """Prevents a key that was pasted into the dashboard with a wrong passphrase from waiting for the night."""
    SshKey(private_key=pem(passphrase="right-0815"), passphrase="wrong-4711").save("pasted-drill")
    SshKey(private_key=pem().replace("\n", "\r\n")).save("windows-drill")
    campus("keys", "rotate", KEY)
    code, output, _ = campus("keys", "list")
    lines = {line.split()[0]: " ".join(line.split()) for line in output.splitlines() if line.strip()}
    assert code == 0
    assert re.fullmatch(
        rf"{KEY} \(in rotation\) ssh-ed25519 SHA256:\S+ \d{{4}}-\d\d-\d\d today system-1-drill, .*",
        lines[KEY],
    )
    assert lines["pasted"] == "pasted see below today no page"
    assert "✗ SSH key pasted-drill: the private key does not open: its passphrase is wrong" in output
    assert lines["windows"].startswith("windows ssh-ed25519 SHA256:")
    assert "-4711" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["rotate", "campus-delivry"],
            "There is no Campus SSH key campus-delivry-drill (did you mean campus-delivery?)",
        ),
        (["rotate", KEY, "--finish"], "The SSH key campus-delivery-drill is not being rotated"),
        (["rotate", KEY, "--finish", "--cancel"], "Either --finish or --cancel"),
        (
            ["add", KEY],
            "There is an SSH key campus-delivery-drill already; change it with: campus keys rotate",
        ),
        (["passphrase", "kept-elsewhere"], "is kept in a file or a variable"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(
    campus: Terminal, arguments: list[str], message: str
) -> None:
    """Prevents a traceback for a typing error."""
    campus("keys", "add", KEY)
    SshKey(private_key="file:/run/secrets/key").save("kept-elsewhere-drill")
    code, _, error = campus("keys", *arguments)
    assert code == 1
    assert message in error


def test_a_key_that_somebody_else_changed_meanwhile_is_not_overwritten(campus: Terminal, shared: str) -> None:
    """Prevents the second of two operators from taking away the key that the first has just mailed out."""
    read = KeyDocument(KEY)
    campus("keys", "rotate", KEY)
    with pytest.raises(ConfigError, match="changed by somebody else meanwhile, and nothing was saved"):
        read.save(read.block)
    assert KeyDocument(KEY).previous
