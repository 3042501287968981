"""The command that every container of the sandbox runs."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from common.sandbox.containers.__main__ import app

ROLES = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def test_there_is_a_role_for_every_container() -> None:
    """Prevents a stack with a service whose command is gone."""
    assert ROLES == ["load-oracle", "mail", "pages", "rest", "sftp", "warehouse"]


@pytest.mark.parametrize("role", ROLES)
def test_help_shows_an_example(role: str) -> None:
    """Prevents a role that only its author can start."""
    result = CliRunner().invoke(app, [role, "--help"])
    assert result.exit_code == 0
    _, _, example = " ".join(result.output.split()).partition("Example: ")
    assert f"python -m common.sandbox.containers {role}" in example


@pytest.mark.parametrize("role", [role for role in ROLES if role != "mail"])
def test_a_missing_password_is_told_by_its_variable(role: str) -> None:
    """Prevents a sandbox whose logins have an empty password, and so are open to anybody."""
    result = CliRunner().invoke(app, [role], env={"CAMPUS_SANDBOX_PASSWORD": ""})
    assert result.exit_code == 2
    assert "CAMPUS_SANDBOX_PASSWORD" in result.output


@pytest.mark.parametrize("password", ["pass 4711", "pass:4711", 'pass"4711', "pass\n4711"])
def test_a_password_that_some_login_would_not_take_is_refused_unseen(password: str) -> None:
    """Prevents one that chpasswd or Oracle cuts in two, and one that stands in a log."""
    result = CliRunner().invoke(app, ["rest"], env={"CAMPUS_SANDBOX_PASSWORD": password})
    assert result.exit_code == 2
    assert "blank, colon, double quote" in " ".join(result.output.split())
    assert "4711" not in result.output
