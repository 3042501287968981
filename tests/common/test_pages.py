"""Page files: a slip is found with the file's name, and a secret is never told."""

from pathlib import Path

import pytest

from common.blocks import SftpServer
from common.errors import ConfigError
from common.pages import read_page_file
from common.pages.files import parse_page_file

SECRET = "hunter2-and-more"
SFTP = "type: sftp\nusername: campus\n"
FILLED = {"host": "127.0.0.1", "port": 2222, "host_key": "ssh-ed25519 AAAA", "password": SECRET}


@pytest.fixture
def page(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "sandbox" / "alma-sftp.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def failure(path: Path, **filled) -> str:
    with pytest.raises(ConfigError) as caught:
        read_page_file(path, FILLED | filled)
    message = str(caught.value)
    assert message.startswith("sandbox/alma-sftp.yaml")
    assert SECRET not in message
    return message


def test_a_page_is_the_file_with_what_the_environment_fills_in(page) -> None:
    """The file names what is peculiar to the system; hosts and ports of a sandbox are new at each start."""
    found = read_page_file(page(f"{SFTP}moved_on_arrival: true\nport: 22\n"), FILLED)
    assert isinstance(found, SftpServer)
    assert (found.username, found.port, found.moved_on_arrival) == ("campus", 2222, True)
    assert SECRET not in repr(found)


def test_a_file_says_only_what_does_not_go_without_saying(page) -> None:
    """A value that is the default anyway would be drift once the dashboard has left it out."""
    file = parse_page_file(page(f"{SFTP}port: 22\npath: /in\npassword:\n"), FILLED)
    assert file.entries == {"type": "sftp", "username": "campus", "path": "/in"}


def test_an_unknown_key_is_named_with_the_nearest_spelling(page) -> None:
    """A misspelt option would be dropped, and the partner get files in the wrong way."""
    message = failure(page(f"{SFTP}moved_on_arival: true\n"))
    assert message == "sandbox/alma-sftp.yaml: unknown key moved_on_arival (did you mean moved_on_arrival?)."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "username: campus\n",
            "type is missing; it has to be one of oracle, postgres, database, sftp, rest, mail.",
        ),
        (
            "type: stfp\n",
            "type stfp has to be one of oracle, postgres, database, sftp, rest, mail (did you mean sftp?).",
        ),
        ("type: [sftp]\n", "type ['sftp'] has to be one of "),
        ("", "a page is a list of 'key: value' lines"),
        ("- sftp\n", "a page is a list of 'key: value' lines"),
        (f"{SFTP}username: other\n", "username is there more than once"),
    ],
)
def test_what_is_no_page_is_refused(page, text: str, words: str) -> None:
    """The type decides what all other keys mean; of a key that is there twice YAML takes the last."""
    assert words in failure(page(text))


@pytest.mark.parametrize("text", [SECRET, f"secrets:{SECRET}", "key:campus-delivery", "4711"])
def test_a_secret_in_a_page_file_is_refused(page, text: str) -> None:
    """A password in a file is in the repository's history for ever."""
    message = failure(page(f"{SFTP}password: {text}\n"))
    assert (
        "password: a page file holds no secret; write secret:<name>, file:/<path> or env:<variable>"
        in message
    )
    assert "campus secrets set" in message
    assert text not in message


def test_a_password_inside_an_address_is_refused(page) -> None:
    """It would be shown in every list of pages."""
    message = failure(page(f"type: rest\nurl: https://campus:{SECRET}@api.example/v1\n"))
    assert "url: a page file holds no secret" in message


@pytest.mark.parametrize("text", ["secret:alma-sftp-password", "file:/run/secrets/alma", "env:ALMA_PASSWORD"])
def test_a_page_file_says_where_its_secret_is(page, text: str) -> None:
    """One seam for the three places that secrets come from."""
    assert parse_page_file(page(f"{SFTP}password: {text}\n"), FILLED).entries["password"] == text


def test_what_is_not_yaml_is_placed_by_its_line(page) -> None:
    """A tab or an unquoted colon in a password; the line is told, the text is not."""
    assert failure(page(f"type: sftp\npassword: {SECRET}: x\n")).startswith(
        "sandbox/alma-sftp.yaml, line 2: this is not YAML: "
    )


def test_a_file_in_another_encoding_is_refused(page) -> None:
    """Saved by an editor in the machine's own code page."""
    path = page(SFTP)
    path.write_bytes(b"owner: Jos\xe9\n")
    assert failure(path) == "sandbox/alma-sftp.yaml: byte 10 is not UTF-8; save the page as UTF-8."


def test_a_missing_file_is_named(page) -> None:
    """A system without a page in this environment."""
    path = page(SFTP)
    path.unlink()
    assert failure(path) == "sandbox/alma-sftp.yaml: there is no such page file."


def test_missing_and_wrong_values_are_named_by_key(page) -> None:
    """Every one of them at once, without the value; a number in quotes is no number."""
    message = failure(page(f"type: sftp\nport: '22 {SECRET}'\nrename: 1\n"))
    assert "username: field required" in message
    assert "port: input should be a valid integer" in message
    assert "rename: input should be a valid boolean" in message


def test_a_wrong_value_that_the_environment_fills_in_is_named(page) -> None:
    """The sandbox's own slip, not the file's."""
    assert "port: input should be a valid integer" in failure(page(SFTP), port=f"no port {SECRET}")
