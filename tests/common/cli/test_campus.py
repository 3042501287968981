"""The ``campus`` command as somebody at a terminal meets it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from prefect.settings import PREFECT_API_URL
from typer.testing import CliRunner

from common.cli.app import app, main
from common.settings import Settings, settings
from tests.conftest import Sandbox, changed

runner = CliRunner()


def _verbs(group: typer.core.TyperGroup, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from _verbs(command, *path, name)
        else:
            yield (*path, name)


VERBS = list(_verbs(typer.main.get_command(app)))


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_shows_an_example(verb: tuple[str, ...]) -> None:
    """Prevents a command that has to be guessed."""
    result = runner.invoke(app, [*verb, "--help"])
    assert result.exit_code == 0
    assert re.search(
        r"Examples?: .*campus " + re.escape(" ".join(verb)).replace(r"\ ", r"\s+"), result.output, re.S
    )


def test_the_version_is_the_distributions() -> None:
    """Prevents a bug report about some version."""
    assert runner.invoke(app, ["--version"]).output.strip() == f"campus-flows {version('campus-flows')}"


def test_settings_lists_every_variable_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a setting that nobody knows of."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("CAMPUS_TIMEZONE", "Europe/Zurich")
    settings.cache_clear()
    output = runner.invoke(app, ["settings"]).output
    settings.cache_clear()
    assert "Europe/Zurich" in output
    assert all(f"CAMPUS_{name.upper()}" in output for name in Settings.model_fields)


def test_a_wrong_setting_is_one_sentence_and_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prevents a traceback for a typing error."""
    monkeypatch.setenv("CAMPUS_TIMEZONE", "Denver")
    monkeypatch.setattr("sys.argv", ["campus", "settings"])
    settings.cache_clear()
    with pytest.raises(SystemExit) as stopped:
        main()
    settings.cache_clear()
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert "CAMPUS_TIMEZONE" in error
    assert "America/Denver" in error
    assert "Traceback" not in error


def test_flows_lists_who_gets_what() -> None:
    """Prevents the question which partner receives what from needing the source."""
    output = runner.invoke(app, ["flows"], env={"COLUMNS": "250"}).output
    assert re.search(r"library/patrons_to_alma.*warehouse.*alma-sftp.*library-systems@campus.example", output)


class Run:
    """``campus run`` in an environment whose pages are the sandbox's: as in production, nothing is started."""

    def __init__(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.sandbox, self._monkeypatch, self._capsys = sandbox, monkeypatch, capsys
        monkeypatch.setenv("CAMPUS_ENV", "dev")
        monkeypatch.setenv("COLUMNS", "250")
        settings.cache_clear()
        for system, page in sandbox.services.pages.items():
            changed(page).save(f"{system}-dev", overwrite=True)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        self._monkeypatch.setattr("sys.argv", ["campus", "run", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = self._capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err


@pytest.fixture
def run(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(sandbox, monkeypatch, capsys)


def test_run_delivers_and_shows_the_receipt(run: Run) -> None:
    """Prevents a success that nobody can check."""
    code, output, _ = run("library/patrons_to_alma")
    [path] = run.sandbox.received("alma-sftp")
    assert code == 0
    assert "alma-sftp:/patrons/" in output
    assert path.startswith("patrons/patrons_")


def test_a_dry_run_shows_masked_rows_and_delivers_nothing(run: Run) -> None:
    """Prevents a rehearsal from being a delivery, or from showing people."""
    code, output, _ = run("parking/customers_to_permits", "--dry-run")
    assert code == 0
    assert run.sandbox.received("permits-sftp") == run.sandbox.received("campus-mail") == {}
    assert "•••" in output
    assert "no earlier delivery" in output
    assert "@campus.example" not in output


def test_a_parameter_reaches_the_flow(run: Run) -> None:
    """Prevents a rerun for another day from delivering today."""
    assert run("library/patrons_to_alma", "--param", "as_of=2026-09-02")[0] == 0
    assert list(run.sandbox.received("alma-sftp")) == ["patrons/patrons_20260902.zip"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["library/patrons_to_almma"], "did you mean library/patrons_to_alma?"),
        (["library/patrons_to_alma", "--param", "asof=2026-09-02"], "library/patrons_to_alma has: as_of"),
        (["library/patrons_to_alma", "--param", "as_of=tomorrow"], "as_of"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_a_failure(run: Run, arguments: list[str], message: str) -> None:
    """Prevents a traceback for a typing error."""
    code, _, error = run(*arguments)
    assert code == 1
    assert message in error
    assert "Traceback" not in error


def test_a_failed_flow_is_one_sentence_and_a_failure(run: Run) -> None:
    """Prevents a script that calls it from going on after a failure."""
    changed(run.sandbox.services.pages["alma-sftp"], password="wrong").save("alma-sftp-dev", overwrite=True)
    done = subprocess.run(
        [Path(sys.executable).with_name("campus"), "run", "library/patrons_to_alma"],
        env=os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ConfigError" in done.stderr
    assert "alma-sftp-dev" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert run.sandbox.received("alma-sftp") == {}
