"""Documents that an older version of a type has saved, or a newer one will not load."""

import pytest
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from pydantic import Field, SecretStr

from common.blocks import SftpServer, SshKey
from common.errors import ConfigError
from common.pages import find_page
from tests.common.pages.conftest import VALUE, Environment


def _first_form() -> tuple[type[Block], type[Block]]:
    """The page of a file server and its key as they were once: the key under another name, secrets on the page."""
    key = type(
        "SshKey",
        (Block,),
        {
            "_block_type_name": "Campus SSH key",
            "__annotations__": {"private_key": SecretStr, "passphrase": SecretStr | None},
            "passphrase": None,
            "__module__": __name__,
            "__doc__": "A private key.",
        },
    )
    fields = {
        "host": str,
        "port": int,
        "username": str,
        "password": SecretStr | None,
        "key": key | None,
        "host_key": str,
        "owner": str,
    }
    page = type(
        "SftpServer",
        (Block,),
        {
            "_block_type_name": "Campus SFTP server",
            "__annotations__": fields,
            "port": Field(default=22),
            "password": None,
            "key": None,
            "owner": "",
            "__module__": __name__,
            "__doc__": "A partner's SFTP server.",
        },
    )
    return key, page


@pytest.fixture
def old(environment: Environment) -> Environment:
    """An environment with a page ``alma`` that the first form of the type has saved."""
    key_type, page_type = _first_form()
    key = key_type(private_key="first-key")
    key.save(f"delivery-{environment.env}", overwrite=True)
    page = page_type(
        host="alma.example", username="campus", password=VALUE, key=key, host_key="ssh-ed25519 AAAA"
    )
    page.save(f"alma-{environment.env}")
    return environment


def test_a_page_of_the_first_form_still_loads(old: Environment) -> None:
    """Prevents every delivery from failing on the night after an update."""
    page = find_page("alma", SftpServer)
    assert page.password is not None
    assert page.password.get_secret_value() == VALUE
    assert page.private_key is not None
    assert page.private_key.private_key.get_secret_value() == "first-key"
    assert page.private_key._block_document_name == f"delivery-{old.env}"
    assert VALUE not in repr(page)


def test_an_edit_of_the_key_is_seen_by_a_page_of_the_first_form(old: Environment) -> None:
    """Prevents a rotation that does not reach the oldest pages."""
    SshKey(private_key="rotated").save(f"delivery-{old.env}", overwrite=True)
    key = find_page("alma", SftpServer).private_key
    assert key is not None
    assert key.private_key.get_secret_value() == "rotated"


def test_apply_brings_a_page_to_todays_form_once_its_secret_has_a_name(old: Environment) -> None:
    """Prevents a form in the dashboard that loses what it does not know, and a copy of the secret left behind."""
    from prefect.blocks.system import Secret

    text = "type: sftp\nhost: alma.example\nusername: campus\nhost_key: ssh-ed25519 AAAA\nprivate_key: key:delivery\n"
    old.write("alma", f"{text}password: secret:alma\n")
    Secret(value=VALUE).save(f"alma-{old.env}")
    before = old.document("alma").block_schema_id
    assert old.apply() == {"alma": "left"}
    assert old.apply(overwrite=True) == {"alma": "updated"}
    assert old.document("alma").block_schema_id != before
    with get_client(sync_client=True) as client:
        document = client.read_block_document(old.document("alma").id, include_secrets=True)
    assert document.data.keys() == SftpServer.model_fields.keys()
    assert set(document.block_document_references) == {"password", "private_key"}
    assert not old.plan().differs


def test_a_page_that_says_the_same_gets_todays_form(environment: Environment) -> None:
    """Prevents a dashboard that shows yesterday's form for ever."""
    key_type, page_type = _first_form()
    key = key_type(private_key=VALUE)
    key.save(f"delivery-{environment.env}", overwrite=True)
    page = page_type(host="alma.example", username="campus", key=key, host_key="ssh-ed25519 AAAA")
    page.save(f"alma-{environment.env}")
    environment.write("alma")
    assert environment.outcomes() == {"alma": "update"}
    assert environment.apply() == {"alma": "updated"}
    assert environment.apply() == {}


def test_a_page_that_does_not_load_says_which_field_and_how_to_mend_it(environment: Environment) -> None:
    """Prevents a traceback of pydantic, which would quote the page with its password."""
    environment.write("alma")
    environment.apply()
    environment.edit("alma", password=VALUE, host=None, port=f"no port {VALUE}")
    with pytest.raises(ConfigError) as caught:
        find_page("alma", SftpServer)
    message = str(caught.value)
    assert f"The page alma-{environment.env} was saved by another version" in message
    assert "host: input should be a valid string" in message
    assert "port: input should be a valid integer" in message
    assert "campus pages apply --overwrite" in message
    assert VALUE not in message
    assert caught.value.__suppress_context__
    assert environment.apply(overwrite=True) == {"alma": "updated"}
    assert find_page("alma", SftpServer).host == "alma.example"
