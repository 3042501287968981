"""Writing dashboard edits back into page files: what a person wrote there stays."""

import pytest

from common.pages.yaml_edit import edited, written
from tests.common.pages.conftest import SFTP, VALUE, Environment

COMMENTED = """# yaml-language-server: $schema=../page.schema.json
type: sftp  # the partner's own server
host: alma.example   # since 2024
username: 'campus'
private_key: key:delivery
# asked for on the phone
host_key: >-
  ssh-ed25519
  AAAA
owner: someone@campus.example
"""


def test_an_edit_in_the_dashboard_is_written_into_its_line(environment: Environment) -> None:
    """Prevents a review in which a changed host hides among forty reordered lines."""
    environment.write("alma", COMMENTED)
    environment.apply()
    environment.edit("alma", host="new.example", path="/in", owner="")
    assert environment.pull() == {"alma": "updated"}
    assert environment.text("alma").splitlines() == [
        "# yaml-language-server: $schema=../page.schema.json",
        "type: sftp  # the partner's own server",
        "host: new.example   # since 2024",
        "username: 'campus'",
        "private_key: key:delivery",
        "# asked for on the phone",
        "host_key: >-",
        "  ssh-ed25519",
        "  AAAA",
        "path: /in",
    ]
    assert not environment.plan().differs
    assert environment.pull() == {}
    assert environment.apply() == {}


def test_a_page_made_in_the_dashboard_gets_a_file(environment: Environment) -> None:
    """Prevents pages that only the server knows, and loses with its database."""
    from common.blocks import SftpServer, SshKey

    key = SshKey.load(f"delivery-{environment.env}")
    page = SftpServer(host="h.example", port=2222, username="u", private_key=key, host_key="ssh-ed25519 AAAA")
    page.save(f"alma-{environment.env}")
    assert environment.pull() == {"alma": "created"}
    assert environment.text("alma") == (
        "# yaml-language-server: $schema=../page.schema.json\ntype: sftp\nhost: h.example\nport: 2222\n"
        "username: u\nprivate_key: key:delivery\nhost_key: ssh-ed25519 AAAA\n"
    )
    assert not environment.plan().differs


def test_another_secret_chosen_in_the_dashboard_is_written_by_its_name(environment: Environment) -> None:
    """Prevents a file that still names the key that is no longer used."""
    environment.key("other")
    environment.write("alma")
    environment.apply()
    other = environment.document("other").id
    environment.edit("alma", private_key={"$ref": {"block_document_id": str(other)}})
    assert environment.pull() == {"alma": "updated"}
    assert environment.text("alma") == SFTP.format(system="alma").replace("key:delivery", "key:other")


def test_what_both_changed_is_left_until_somebody_decides(environment: Environment) -> None:
    """Prevents a reviewed change of a file from being taken back by a click."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", host="dashboard.example", username="operator")
    environment.change("alma", "alma.example", "file.example")
    assert environment.pull() == {"alma": "updated"}
    assert "host: file.example" in environment.text("alma")
    assert "username: operator" in environment.text("alma")
    assert environment.pull() == {"alma": "left"}
    assert environment.pull(overwrite=True) == {"alma": "updated"}
    assert "host: dashboard.example" in environment.text("alma")
    assert not environment.plan().differs


def test_a_secret_typed_into_a_page_is_never_written_into_a_file(environment: Environment) -> None:
    """Prevents a password in the repository's history."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", password=VALUE)
    assert environment.pull(overwrite=True) == {"alma": "left"}
    assert environment.text("alma") == SFTP.format(system="alma")


def test_a_value_that_no_file_may_have_is_left(environment: Environment) -> None:
    """Prevents a file that the next apply refuses."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", port="22 or so")
    assert environment.pull() == {"alma": "left"}
    assert environment.text("alma") == SFTP.format(system="alma")


def test_no_file_is_deleted_and_none_comes_back(environment: Environment) -> None:
    """Prevents a page that was taken out of the repository from being put there again, and the other way round."""
    environment.write("alma")
    path = environment.write("beta")
    environment.apply()
    environment.delete("alma")
    path.unlink()
    assert environment.pull() == {"alma": "left", "beta": "left"}
    assert environment.text("alma")
    assert not path.exists()
    assert environment.pull(overwrite=True) == {"alma": "left", "beta": "created"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_ends_of_a_file_stay(end: str) -> None:
    """Prevents a difference in every line of a file that was written on Windows."""
    text = COMMENTED.replace("\n", end)
    after = edited(text, {"host": "b: c", "owner": None, "path": "/in"})
    assert after == text.replace("alma.example", "'b: c'").replace(
        f"owner: someone@campus.example{end}", f"path: /in{end}"
    )


def test_a_value_of_several_lines_is_replaced_as_a_whole() -> None:
    """Prevents the end of an old host key from being read as the next field."""
    after = edited(COMMENTED, {"host_key": "ssh-rsa BBBB"})
    assert after == COMMENTED.replace(">-\n  ssh-ed25519\n  AAAA\n", "ssh-rsa BBBB\n")


@pytest.mark.parametrize("text", ["{type: sftp, host: a.example}\n", "type: sftp\nhost:\n  a.example"])
def test_a_page_in_another_style_is_still_right_afterwards(text: str) -> None:
    """Prevents a file that cannot be read any more, for a style that YAML allows."""
    import yaml

    after = edited(text, {"host": "b.example", "path": "/in"})
    assert yaml.safe_load(after) == {"type": "sftp", "host": "b.example", "path": "/in"}


def test_a_new_file_quotes_what_has_to_be_quoted() -> None:
    """Prevents a password-like user name, 0815 or no, from becoming a number or a truth value."""
    import yaml

    entries = {"type": "sftp", "username": "0815", "host": "no", "path": "/a: b"}
    assert yaml.safe_load(written(entries)) == entries
