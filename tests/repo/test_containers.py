"""What the image and the compose file promise, as far as it can be seen without a Docker engine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from tests.repo.repository import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def _make_env(folder: Path) -> dict[str, str]:
    """The variables of the ``.env`` that ``make up`` makes, in a copy of what it reads."""
    (folder / "docker").mkdir(parents=True)
    shutil.copy(ROOT / ".env.example", folder)
    shutil.copy(ROOT / "docker" / "new_env.py", folder / "docker")
    subprocess.run([sys.executable, folder / "docker" / "new_env.py"], check=True)
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_env_is_made_with_secrets_of_its_own(tmp_path: Path) -> None:
    """Prevents two installations with one password, a key that Fernet refuses, and a file that others may read."""
    here, there = _make_env(tmp_path / "here"), _make_env(tmp_path / "there")
    assert all(here.values())
    assert {name for name in here if here[name] != there[name]} == {
        "POSTGRES_PASSWORD",
        "PREFECT_AUTH_STRING",
        "PREFECT_ENCRYPTION_KEY",
    }
    Fernet(here["PREFECT_ENCRYPTION_KEY"])
    assert (tmp_path / "here" / ".env").stat().st_mode & 0o077 == 0


def test_an_env_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Prevents a second start from making the pages unreadable with a new key."""
    before = _make_env(tmp_path / "here")
    again = subprocess.run(
        [sys.executable, tmp_path / "here" / "docker" / "new_env.py"], capture_output=True, check=False
    )
    lines = (tmp_path / "here" / ".env").read_text(encoding="utf-8")
    assert again.returncode != 0
    assert f"PREFECT_ENCRYPTION_KEY={before['PREFECT_ENCRYPTION_KEY']}\n" in lines


def test_compose_asks_for_nothing_that_env_lacks(tmp_path: Path) -> None:
    """Prevents a container that starts with an empty password."""
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert asked == _make_env(tmp_path / "here").keys()


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_a_service_is_reached_from_this_machine_only(service: str) -> None:
    """Prevents the dashboard, which shows pages with their secrets, from being on the network."""
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"][service].get("ports", []))


def test_the_worker_is_given_a_clients_settings_only() -> None:
    """The worker hands all its PREFECT_ variables to every flow's container: no database, no key."""
    given = {name for name in COMPOSE["services"]["worker"]["environment"] if name.startswith("PREFECT_")}
    assert given == {"PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_WORKER_QUERY_SECONDS"}


def test_the_sandbox_and_the_tests_stay_out_of_the_image() -> None:
    """Prevents a login that everybody knows, and synthetic people, from being where real ones are delivered."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert lines.index("*") < lines.index("!common") < lines.index("common/sandbox")
    assert "deployments/pages/sandbox" in lines
    assert "!tests" not in lines
