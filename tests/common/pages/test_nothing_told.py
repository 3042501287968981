"""Whatever is done with page files and pages: no value of a secret is in an output, a log, an error or an answer."""

import json
import logging
import traceback

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client

from common.blocks import SftpServer, SshKey
from common.cli.pages_tables import page_table, plan_table
from common.cli.progress import console
from common.errors import DataFlowError
from common.pages import find_page, list_pages
from common.pages.files import parse_page_file
from common.pages.server import read_documents
from tests.common.pages.conftest import SFTP, Environment

VALUES = {name: f"zebra-{name}-4711" for name in ("document", "key", "passphrase", "typed", "file")}


def test_no_value_of_a_secret_is_told_by_what_is_done_with_pages(
    environment: Environment, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prevents one curious line of a log, kept for years, from being everybody's password."""
    caplog.set_level(logging.DEBUG)
    env, told = environment.env, []

    def attempt(what, *arguments: object, **options: object) -> None:
        try:
            told.append(repr(what(*arguments, **options)))
        except DataFlowError:
            told.append(traceback.format_exc())

    def shown() -> None:
        plan = environment.plan()
        console.print(plan_table(plan), page_table(plan, {}, drift=True))

    Secret(value=VALUES["document"]).save(f"alma-{env}")
    SshKey(private_key=VALUES["key"], passphrase=VALUES["passphrase"]).save(f"delivery-{env}", overwrite=True)
    environment.write("alma", f"{SFTP}password: secret:alma\n")
    environment.write("beta")
    for _ in range(2):
        attempt(environment.apply)
        attempt(shown)
    environment.edit("beta", password=VALUES["typed"], host="night.example")
    for verb in (shown, environment.apply, environment.pull, list_pages):
        attempt(verb)
    attempt(environment.pull, overwrite=True)
    attempt(find_page, "beta", SftpServer)
    environment.edit("beta", password=VALUES["typed"], port="no port")
    for verb in (shown, environment.apply, environment.pull, list_pages):
        attempt(verb)
    attempt(find_page, "beta", SftpServer)
    attempt(environment.apply, overwrite=True)
    for line in (
        f"password: {VALUES['file']}",
        f"pasword: {VALUES['file']}",
        f"password: {VALUES['file']}: x",
    ):
        attempt(parse_page_file, environment.write("gamma", f"{SFTP}{line}\n"))
        attempt(environment.apply)

    with get_client(sync_client=True) as client:
        answers = json.dumps([d.model_dump(mode="json") for d in read_documents(client)], default=str)
    output = capsys.readouterr()
    everything = "\n".join([*told, output.out, output.err, caplog.text, answers])
    assert [name for name, value in VALUES.items() if value in everything] == []
    assert "zebra" not in everything
    for evidence in (
        "a secret typed into the page",
        "ConfigError",
        "secret:alma",
        "********",
        "night.example",
    ):
        assert evidence in everything


def test_the_register_of_what_was_applied_names_secrets_and_holds_none(environment: Environment) -> None:
    """Prevents a document that is not encrypted in the dashboard from holding what the others hide."""
    Secret(value=VALUES["document"]).save(f"alma-{environment.env}")
    environment.write("alma", f"{SFTP}password: secret:alma\n")
    environment.apply()
    register = json.dumps(environment.document("pages").data)
    assert "secret:alma" in register
    assert "key:delivery" in register
    assert "zebra" not in register
