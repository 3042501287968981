"""Where a page's secret comes from: a document, a file, a variable; told by name, never by value."""

from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from pydantic import SecretStr

from common.blocks import MailRelay, OracleDatabase, RestApi, SftpServer, SshKey
from common.blocks.secrets import resolve
from common.errors import ConfigError

VALUE = "hunter2-and-more"


def secret(reference: object) -> str | None:
    return resolve(reference, page="alma-prod", field="password")  # type: ignore[arg-type]


def refused(reference: object) -> str:
    with pytest.raises(ConfigError) as caught:
        secret(reference)
    assert VALUE not in str(caught.value)
    return str(caught.value)


def test_a_secret_is_taken_from_its_document_as_it_is() -> None:
    """Prevents a password of digits, or one that looks like JSON, from being turned into something else."""
    assert secret(Secret(value=VALUE)) == VALUE
    assert secret(Secret(value="0815")) == "0815"
    assert secret(Secret(value='{"a": 1}')) == '{"a": 1}'


@pytest.mark.parametrize(("value", "text"), [(4711, "4711"), (0.5, "0.5")])
def test_a_number_that_the_dashboard_has_made_of_a_password_is_a_text_again(value: object, text: str) -> None:
    """Prevents a login that fails because the form has a switch between text and JSON."""
    assert secret(Secret(value=value)) == text


def test_a_secret_that_is_json_is_refused() -> None:
    """Prevents a dictionary from being sent to a server as a password."""
    assert "holds JSON and no text" in refused(Secret(value={"user": "campus", "password": VALUE}))
    assert "holds JSON and no text" in refused(Secret(value=True))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_gives_its_text_without_the_last_line_end(tmp_path: Path, end: str) -> None:
    """Prevents a login that fails because an editor ends every file with a line end."""
    path = tmp_path / "secret"
    path.write_bytes(f"{VALUE}{end}".encode())
    assert secret(SecretStr(f"file:{path}")) == VALUE


def test_a_file_is_read_at_each_use(tmp_path: Path) -> None:
    """Prevents a worker that has to be started anew for a rotated password."""
    path = tmp_path / "secret"
    for value in ("first", "second"):
        path.write_text(value, encoding="utf-8")
        assert secret(SecretStr(f"file:{path}")) == value


def test_a_variable_gives_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a second way for secrets that a container gets from its environment."""
    monkeypatch.setenv("ALMA_PASSWORD", VALUE)
    assert secret(SecretStr("env:ALMA_PASSWORD")) == VALUE


def test_what_is_typed_into_the_page_is_used() -> None:
    """Prevents pages that were saved before secrets had documents of their own from failing."""
    assert secret(SecretStr(VALUE)) == VALUE


def test_no_secret_is_none() -> None:
    """Prevents an empty password from being sent where the page has none."""
    assert secret(None) is None
    assert secret(SecretStr("")) is None


def test_a_secret_that_is_not_there_is_told_with_page_field_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents a search for which of thirty systems a failed login was about."""
    monkeypatch.delenv("ALMA_PASSWORD", raising=False)
    empty, latin = tmp_path / "empty", tmp_path / "latin"
    empty.write_text("\n", encoding="utf-8")
    latin.write_bytes(b"caf\xe9")
    assert refused(SecretStr("env:ALMA_PASSWORD")) == (
        "Page alma-prod, password: the variable ALMA_PASSWORD is not set where this run is."
    )
    assert refused(SecretStr(f"file:{tmp_path}/none")) == (
        f"Page alma-prod, password: the file {tmp_path}/none cannot be read: No such file or directory."
    )
    assert f"file:{empty} is empty" in refused(SecretStr(f"file:{empty}"))
    assert f"the file {latin} is not UTF-8" in refused(SecretStr(f"file:{latin}"))
    assert "has to be the whole path" in refused(SecretStr("file:secrets/alma"))
    assert "the Secret of the page itself is empty" in refused(Secret(value=""))


def test_every_kind_of_page_asks_at_the_one_place(tmp_path: Path) -> None:
    """Prevents a kind of page that sends file:/run/secrets/alma as its password."""
    gone = SecretStr(f"file:{tmp_path}/gone")
    pages = (
        OracleDatabase(host="h", service_name="S", username="u", password=gone),
        SftpServer(host="h", username="u", password=gone, host_key="ssh-ed25519 AAAA"),
        SftpServer(host="h", username="u", private_key=SshKey(private_key=gone), host_key="ssh-ed25519 AAAA"),
        RestApi(url="https://api.example", token=gone),
        RestApi(url="https://api.example", username="u", password=gone),
        MailRelay(host="h", sender="a@b.example", username="u", password=gone),
    )
    for page in pages:
        with pytest.raises(ConfigError, match=rf"Page x-prod, \w+: the file {tmp_path}/gone cannot be read"):
            page.open("x-prod")
