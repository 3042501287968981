"""The page types, held to the standard that Prefect's integrations hold their blocks to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.testing.standard_test_suites import BlockStandardTestSuite

from common.blocks import KINDS, OracleDatabase, SftpServer, SshKey
from common.errors import ConfigError
from common.pages import find_page, list_pages
from common.pages.register import PageRegister
from tests.conftest import Sandbox, changed


class TestBlocks(BlockStandardTestSuite):
    """Description, documentation and example of each: what the dashboard's form is made from."""

    @pytest.fixture(params=[*KINDS.values(), SshKey, PageRegister], ids=lambda block: block.__name__)
    def block(self, request: pytest.FixtureRequest) -> type[Block]:
        return request.param

    def test_every_field_has_a_title(self, block: type[Block]) -> None:
        """The form would show a nested document under the name that code has for it."""
        properties = block.model_json_schema()["properties"]
        assert [name for name, field in properties.items() if not field.get("title")] == []

    def test_prefect_finds_it_by_the_word_that_it_would_choose_itself(self, block: type[Block]) -> None:
        """A document of a type that is registered under another word loads as no type at all."""
        assert block.__dispatch_key__() == Block.__dispatch_key__.__func__(block)

    def test_has_a_valid_image(self, block: type[Block]) -> None:
        """The suite would fetch the image; without a network its address has to do."""
        assert str(block._logo_url).startswith("https://cdn.sanity.io/")


def test_every_page_of_the_sandbox_loads_as_it_was_registered(sandbox: Sandbox) -> None:
    """Prevents a field that is lost on the server."""
    loaded = list_pages()
    assert loaded.keys() == {f"{system}-sandbox" for system in sandbox.services.pages}
    for system, page in sandbox.services.pages.items():
        assert loaded[f"{system}-sandbox"].model_dump() == page.model_dump()


@pytest.mark.slow
def test_a_page_is_found_among_more_documents_than_the_server_hands_out_at_once(sandbox: Sandbox) -> None:
    """Prevents the last pages of a large campus from being missing."""
    names = [f"many-{number}" for number in range(100)]
    for name in names:
        SshKey(private_key="x").save(name, overwrite=True)
    try:
        assert find_page("warehouse", OracleDatabase).username == "campus_reader"
        assert len(list_pages()) == len(sandbox.services.pages)
    finally:
        for name in names:
            SshKey.delete(name)


def test_the_sandboxs_pages_point_at_one_secret(sandbox: Sandbox) -> None:
    """Prevents a sandbox in which a secret is kept otherwise than in production."""
    pages = [find_page(system, SftpServer) for system in ("alma-sftp", "permits-sftp")]
    names = [page.password._block_document_name for page in pages if isinstance(page.password, Secret)]
    assert names == ["sandbox-password-sandbox"] * 2


def test_an_edit_of_a_key_is_seen_by_every_page_that_names_it(sandbox: Sandbox) -> None:
    """Prevents a rotated key from having to be typed into thirty pages."""
    key = SshKey(private_key="old")
    key.save("campus-delivery", overwrite=True)
    for system in ("alma-sftp", "permits-sftp"):
        page = changed(sandbox.services.pages[system], private_key=SshKey.load("campus-delivery"))
        page.save(f"{system}-sandbox", overwrite=True)
    SshKey(private_key="new").save("campus-delivery", overwrite=True)
    try:
        keys = [find_page(system, SftpServer).private_key for system in ("alma-sftp", "permits-sftp")]
        assert [k.private_key.get_secret_value() for k in keys if k] == ["new", "new"]
    finally:
        for system in ("alma-sftp", "permits-sftp"):
            sandbox.services.pages[system].save(f"{system}-sandbox", overwrite=True)


def test_a_page_of_another_environment_is_not_taken(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents a test from delivering to production, and the other way round."""
    from common.settings import settings

    monkeypatch.setenv("CAMPUS_ENV", "prod")
    settings.cache_clear()
    with pytest.raises(ConfigError, match="No page alma-sftp-prod"):
        find_page("alma-sftp", SftpServer)


THICK = """
from common.blocks import OracleDatabase
from common.query import Query

login = {"host": "127.0.0.1", "port": 1, "service_name": "CAMPUS", "username": "SIS", "password": "tiger"}
list(OracleDatabase(**login, thick=True).open("warehouse-prod").stream(Query("q", "SELECT 1 FROM DUAL"), 1))
"""


def test_a_page_with_thick_loads_oracles_client_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    """Prevents a field that the connector is never told of: the run would go on without encryption."""
    environment = os.environ | {"CAMPUS_ORACLE_CLIENT": str(tmp_path / "instantclient")}
    program = [sys.executable, "-c", THICK]  # the driver has one mode a process
    done = subprocess.run(program, check=False, capture_output=True, text=True, env=environment)
    assert f"Oracle Instant Client cannot be loaded from {tmp_path}/instantclient: DPI-1047" in done.stderr


def test_no_secret_is_shown_by_a_page(sandbox: Sandbox) -> None:
    """Prevents a password in a log line that shows a page."""
    page = sandbox.services.pages["alma-sftp"]
    secret = page.password.value.get_secret_value()
    assert secret not in repr(page) + str(page) + str(page.model_dump())
