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


def _make_env(folder: Path, present: str | None = None) -> dict[str, str]:
    """The variables of the ``.env`` that ``make up`` makes, in a copy of what it reads."""
    (folder / "docker").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / ".env.example", folder)
    shutil.copy(ROOT / "docker" / "new_env.py", folder / "docker")
    if present is not None:
        (folder / ".env").write_text(present, encoding="utf-8")
    done = subprocess.run([sys.executable, folder / "docker" / "new_env.py"], check=True, capture_output=True)
    assert done.stdout + done.stderr == b""
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
        "CAMPUS_SANDBOX_PASSWORD",
        "CAMPUS_ORACLE_PASSWORD",
    }
    Fernet(here["PREFECT_ENCRYPTION_KEY"])
    assert (tmp_path / "here" / ".env").stat().st_mode & 0o077 == 0


def test_an_env_that_is_there_keeps_what_it_has(tmp_path: Path) -> None:
    """Prevents a second start from making the pages unreadable with a new key."""
    before = _make_env(tmp_path)
    text = (tmp_path / ".env").read_text(encoding="utf-8")
    assert _make_env(tmp_path) == before
    assert (tmp_path / ".env").read_text(encoding="utf-8") == text


def test_an_older_env_gets_what_it_lacks(tmp_path: Path) -> None:
    """Prevents an update that starts no server, since the old file does not say which profile."""
    older = "PREFECT_ENCRYPTION_KEY=from-the-safe\nPREFECT_PORT=4300"
    now = _make_env(tmp_path, present=older)
    assert (now["PREFECT_ENCRYPTION_KEY"], now["PREFECT_PORT"]) == ("from-the-safe", "4300")
    assert now["COMPOSE_PROFILES"] == "single"
    assert len(now["POSTGRES_PASSWORD"]) > 20


def test_compose_asks_for_nothing_that_the_example_does_not_explain() -> None:
    """Prevents a container that starts with an empty password."""
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert asked | {"COMPOSE_PROFILES"} == set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_a_service_is_reached_from_this_machine_only(service: str) -> None:
    """Prevents the dashboard, which shows pages with their secrets, from being on the network."""
    ports = COMPOSE["services"][service].get("ports", [])
    assert all(port.startswith(("${PREFECT_BIND:-127.0.0.1}:", "127.0.0.1:")) for port in ports)
    assert "\nPREFECT_BIND=127.0.0.1\n" in (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_worker_is_given_a_clients_settings_only() -> None:
    """The worker hands all its PREFECT_ variables to every flow's container: no database, no key."""
    given = set(COMPOSE["services"]["worker"]["environment"])
    assert given == {
        "PREFECT_API_URL",
        "PREFECT_API_AUTH_STRING",
        "PREFECT_WORKER_ENABLE_CANCELLATION",
        "PREFECT_WORKER_QUERY_SECONDS",
    }


@pytest.mark.parametrize("service", ["setup", "worker", "proxy"])
def test_what_flows_can_reach_does_not_reach_the_database(service: str) -> None:
    """Prevents a flow's container from talking to the server's database by way of a shared network."""
    assert "backend" not in COMPOSE["services"][service]["networks"]


@pytest.mark.parametrize("file", ["docker/Dockerfile", "docker/stand-ins/Dockerfile"])
def test_the_linter_of_dockerfiles_is_content(file: str) -> None:
    """Prevents the known mistakes: a cache in a layer, a shell that hides a failure, a user that is root."""
    command = [Path(sys.executable).with_name("hadolint"), "--failure-threshold", "warning", ROOT / file]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("script", sorted((ROOT / "docker").rglob("*")), ids=lambda path: path.name)
def test_a_script_is_a_program(script: Path) -> None:
    """Prevents a script that has to be started with the name of its shell."""
    starts = script.is_file() and script.read_bytes().startswith(b"#!")
    if starts and script.name != "install":  # the Dockerfile copies it, with these rights, to its place
        assert script.stat().st_mode & 0o111


def test_both_ways_to_build_the_image_are_the_same() -> None:
    """Prevents an image of ``make up`` that differs from the one of ``make deploy``."""
    build = COMPOSE["services"]["migrate"]["build"]
    script = (ROOT / "docker" / "build").read_text(encoding="utf-8")
    given = set(re.findall(r"--build-arg (\w+)=", script)) - {"VERSION", "REVISION"}
    assert given == build["args"].keys()
    assert (build["dockerfile"], build["secrets"]) == ("docker/Dockerfile", ["ca"])
    assert {"--file docker/Dockerfile", "--secret id=ca", "--network"} == {
        option for option in ("--file docker/Dockerfile", "--secret id=ca", "--network") if option in script
    }
