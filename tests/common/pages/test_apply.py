"""Applying page files to a real Prefect server: what is written, and what is left as an operator made it."""

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client

from common.blocks import MailRelay, SftpServer, SshKey
from common.errors import ConfigError
from common.pages import find_page
from common.pages.apply import apply_pages
from common.pages.folder import read_folder
from tests.common.pages.conftest import SFTP, VALUE, Environment


def test_a_page_is_created_and_a_second_apply_changes_nothing(environment: Environment) -> None:
    """Prevents an apply that nobody dares to repeat."""
    environment.write("alma")
    assert environment.apply() == {"alma": "created"}
    page, saved = find_page("alma", SftpServer), environment.document("alma").updated
    assert (page.host, page.port, page.path) == ("alma.example", 22, "/")
    assert environment.apply() == {}
    assert environment.document("alma").updated == saved
    assert not environment.plan().differs


def test_a_page_points_at_its_secret_and_holds_no_copy(environment: Environment) -> None:
    """Prevents a rotated password from having to be typed into thirty pages."""
    Secret(value="first").save(f"relay-{environment.env}")
    environment.write("mail", "type: mail\nhost: smtp.example\nsender: a@b.example\npassword: secret:relay\n")
    environment.apply()
    references = environment.document("mail").block_document_references
    assert references["password"]["block_document"]["name"] == f"relay-{environment.env}"
    Secret(value="second").save(f"relay-{environment.env}", overwrite=True)
    password = find_page("mail", MailRelay).password
    assert isinstance(password, Secret)
    assert password.get() == "second"


def test_one_edit_of_a_key_reaches_eight_systems(environment: Environment) -> None:
    """Prevents a rotation that is forgotten at one of the partners."""
    systems = [f"partner-{number}" for number in range(8)]
    for system in systems:
        environment.write(system)
    environment.apply()
    SshKey(private_key="rotated").save(f"delivery-{environment.env}", overwrite=True)
    keys = [find_page(system, SftpServer).private_key for system in systems]
    assert {key.private_key.get_secret_value() for key in keys if key} == {"rotated"}
    assert len(keys) == 8


def test_one_edit_of_a_file_changes_one_field(environment: Environment) -> None:
    """Prevents a change of a destination from being more than one edit, or from changing more than that."""
    environment.write("alma")
    environment.apply()
    environment.change("alma", "alma.example", "new.example")
    assert [(d.field, d.server, d.file) for d in environment.plan().pages["alma"].differences] == [
        ("host", "alma.example", "new.example")
    ]
    assert environment.apply() == {"alma": "updated"}
    assert find_page("alma", SftpServer).host == "new.example"


def test_an_edit_in_the_dashboard_is_used_and_stays(environment: Environment) -> None:
    """Prevents an operator's repair at night from being undone by the next deploy."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", host="repaired.example")
    assert find_page("alma", SftpServer).host == "repaired.example"
    assert environment.outcomes() == {"alma": "edited"}
    environment.change("alma", "username: campus", "username: other")
    assert environment.apply() == {"alma": "updated"}
    page = find_page("alma", SftpServer)
    assert (page.host, page.username) == ("repaired.example", "other")
    assert [(d.field, d.side) for d in environment.plan().pages["alma"].differences] == [
        ("host", "dashboard")
    ]


def test_a_save_without_a_change_in_the_dashboard_is_no_drift(environment: Environment) -> None:
    """Prevents an alarm for a form that was only looked at: it saves without defaults, and {} for no password."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma")
    assert "port" not in environment.document("alma").data
    assert find_page("alma", SftpServer).password is None
    assert not environment.plan().differs


def test_what_file_and_dashboard_both_changed_is_left_until_somebody_decides(
    environment: Environment,
) -> None:
    """Prevents one of two people's work from vanishing without a word."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", host="dashboard.example")
    environment.change("alma", "alma.example", "file.example")
    assert environment.apply() == {"alma": "left"}
    files = read_folder(environment.env, environment.root)
    assert [applied.complete for applied in apply_pages(environment.env, files)] == [False]
    assert find_page("alma", SftpServer).host == "dashboard.example"
    assert environment.apply(overwrite=True) == {"alma": "updated"}
    assert find_page("alma", SftpServer).host == "file.example"
    assert not environment.plan().differs


def test_a_page_that_was_never_applied_is_left(environment: Environment) -> None:
    """Prevents the first apply from flattening pages that were made by hand."""
    key = SshKey.load(f"delivery-{environment.env}")
    page = SftpServer(
        host="by.hand", username="campus", private_key=key, host_key="ssh-ed25519 AAAA", path="/x"
    )
    page.save(f"alma-{environment.env}")
    environment.write("alma")
    assert environment.apply() == {"alma": "left"}
    assert environment.apply() == {"alma": "left"}
    assert find_page("alma", SftpServer).host == "by.hand"


def test_a_page_that_says_the_same_is_taken_over(environment: Environment) -> None:
    """Prevents a server that was filled before from having to be overwritten."""
    key = SshKey.load(f"delivery-{environment.env}")
    page = SftpServer(host="alma.example", username="campus", private_key=key, host_key="ssh-ed25519 AAAA")
    page.save(f"alma-{environment.env}")
    environment.write("alma")
    assert environment.apply() == {}
    environment.change("alma", "alma.example", "new.example")
    assert environment.apply() == {"alma": "updated"}


def test_a_page_deleted_in_the_dashboard_is_not_made_again(environment: Environment) -> None:
    """Prevents deliveries to a system that an operator has taken out."""
    environment.write("alma")
    environment.apply()
    environment.delete("alma")
    assert environment.outcomes() == {"alma": "deleted"}
    assert environment.apply() == {"alma": "left"}
    assert environment.apply(overwrite=True) == {"alma": "created"}


def test_only_pages_that_came_from_a_file_are_ever_deleted(environment: Environment) -> None:
    """Prevents a page that was made in the dashboard from being swept away with the others."""
    path = environment.write("alma")
    environment.apply()
    environment.write("other")
    MailRelay(host="smtp.example", sender="a@b.example").save(f"mail-{environment.env}")
    path.unlink()
    assert environment.apply() == {"alma": "left", "mail": "left", "other": "created"}
    assert environment.outcomes() == {"alma": "without file", "mail": "only here", "other": "unchanged"}
    assert environment.apply(overwrite=True) == {"alma": "deleted", "mail": "left"}
    assert environment.outcomes() == {"mail": "only here", "other": "unchanged"}


def test_another_kind_of_page_replaces_the_old_one_only_when_asked(environment: Environment) -> None:
    """Prevents two pages of one name, of which the flow finds the wrong one."""
    environment.write("alma")
    environment.apply()
    environment.write("alma", "type: mail\nhost: smtp.example\nsender: a@b.example\n")
    assert environment.apply() == {"alma": "left"}
    assert find_page("alma", SftpServer)
    assert environment.apply(overwrite=True) == {"alma": "updated"}
    assert find_page("alma", MailRelay).host == "smtp.example"
    with pytest.raises(ConfigError, match="is of kind mail"):
        find_page("alma", SftpServer)


def test_a_secret_that_is_not_there_stops_everything_before_it_begins(environment: Environment) -> None:
    """Prevents half an apply, and a page that fails at night for want of its password."""
    environment.write("first")
    environment.write("second", SFTP.replace("private_key: key:delivery", "password: secret:nowhere"))
    environment.write("third", SFTP.replace("key:delivery", "key:gone"))
    with pytest.raises(ConfigError) as caught:
        environment.apply()
    env = environment.env
    assert str(caught.value).splitlines() == [
        "Nothing was changed.",
        f"{env}/second.yaml names secret:nowhere, and there is no Secret nowhere-{env}; "
        "set it with: campus secrets set nowhere",
        f"{env}/third.yaml names key:gone, and there is no Campus SSH key gone-{env}; "
        "make it with: campus keys add gone",
    ]
    assert set(environment.outcomes().values()) == {"create"}


def test_an_edit_that_is_made_while_pages_are_applied_stays(environment: Environment) -> None:
    """Prevents a save in the dashboard from being lost to an apply that was planned a moment before."""
    for system in ("alma", "beta"):
        environment.write(system)
    environment.apply()
    for system in ("alma", "beta"):
        environment.change(system, "username: campus", "username: other")
    steps = apply_pages(environment.env, read_folder(environment.env, environment.root))
    assert next(steps).done == "updated"
    environment.edit("beta", host="meanwhile.example")
    assert [(step.page.system, step.done, step.complete) for step in steps] == [("beta", "left", False)]
    assert find_page("beta", SftpServer).host == "meanwhile.example"
    assert environment.apply() == {"beta": "updated"}


def test_a_secret_typed_into_a_page_is_neither_lost_nor_copied(environment: Environment) -> None:
    """Prevents a password that an operator typed in a hurry from being replaced by asterisks."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", password=VALUE)
    environment.change("alma", "username: campus", "username: other")
    assert environment.apply() == {"alma": "left"}
    password = find_page("alma", SftpServer).password
    assert password is not None
    assert not isinstance(password, Secret)
    assert password.get_secret_value() == VALUE
    assert environment.apply(overwrite=True) == {"alma": "updated"}
    with get_client(sync_client=True) as client:
        data = client.read_block_document(environment.document("alma").id, include_secrets=True).data
    assert data["password"] is None


def test_a_key_of_another_environment_is_drift(environment: Environment) -> None:
    """Prevents a page of prod that logs in with the key of dev because of one click."""
    environment.write("alma")
    environment.apply()
    name = f"delivery-x{environment.env}"
    other = SshKey(private_key="x").save(name)
    try:
        environment.edit("alma", private_key={"$ref": {"block_document_id": str(other)}})
        (difference,) = environment.plan().pages["alma"].differences
        assert difference.server == f"{name}, which is not of {environment.env}"
        assert environment.apply() == {"alma": "left"}
        assert environment.apply(overwrite=True) == {"alma": "updated"}
    finally:
        SshKey.delete(name)


@pytest.mark.parametrize("where", ["file:/run/secrets/alma", "env:ALMA_PASSWORD"])
def test_a_page_may_say_that_its_secret_is_elsewhere(environment: Environment, where: str) -> None:
    """Prevents a second system for secrets that come from files or variables."""
    environment.write("alma", SFTP.replace("private_key: key:delivery", f"password: {where}"))
    assert environment.apply() == {"alma": "created"}
    assert environment.apply() == {}
    password = find_page("alma", SftpServer).password
    assert password is not None
    assert not isinstance(password, Secret)
    assert password.get_secret_value() == where
