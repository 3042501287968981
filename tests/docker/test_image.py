"""What is in the one image, and what must not be."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.docker.engine import FLOWS_IMAGE, ROOT, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200), pytest.mark.usefixtures("images")]


def inside(script: str) -> str:
    """What a shell in a container of the image prints."""
    return docker("run", "--rm", "--network", "none", "--entrypoint", "sh", FLOWS_IMAGE, "-c", script).strip()


def test_it_runs_as_nobody_in_particular() -> None:
    """Prevents a flow that is root in its container."""
    assert inside("id -u; touch /app/common/x 2>/dev/null || echo read-only") == "10001\nread-only"


def test_it_says_which_version_of_which_commit_it_is() -> None:
    """Prevents an image in a registry that nobody can trace."""
    [image] = json.loads(docker("image", "inspect", FLOWS_IMAGE))
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    labels = {
        name.removeprefix("org.opencontainers.image."): v for name, v in image["Config"]["Labels"].items()
    }
    assert labels["revision"] == commit.stdout.strip()
    assert f'version = "{labels["version"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "unwanted",
    [
        "/app/common/sandbox",
        "/app/tests",
        "/app/deployments/pages/sandbox",
        "/opt/uv",
        "/app/.git",
        "/app/.env",
    ],
)
def test_it_does_not_hold(unwanted: str) -> None:
    """Prevents synthetic people and well-known logins beside real ones, and tools that nobody needs there."""
    assert inside(f"test -e {unwanted} || echo absent") == "absent"


def test_it_has_no_compiler_and_no_libraries_of_tests() -> None:
    """Prevents an intruder's workbench."""
    assert inside("command -v gcc cc make git sshd || true") == ""
    assert inside("python -c 'import pytest' 2>&1 | tail -1").startswith("ModuleNotFoundError")


def test_nothing_is_compiled_when_a_run_starts() -> None:
    """Prevents a second of compiling at the start of every run: a container forgets it again."""
    script = "for m in flows.library.patrons_to_alma prefect.flow_engine json sqlalchemy.orm; do python -v -c \"import $m\" 2>&1 | grep -c 'code object from .*\\.py$' || true; done"
    assert inside(script).split() == ["0", "0", "0", "0"]


def test_no_layer_keeps_the_certificates_that_it_was_built_with(
    images: dict[str, str], tmp_path: Path
) -> None:
    """Prevents an image that trusts the authority of one network everywhere."""
    bundle = images.get("CAMPUS_CA_BUNDLE")
    if bundle is None:
        pytest.skip("NOT TESTED: the image was built without a bundle of certificates")
    last_line = Path(bundle).read_text(encoding="ascii").strip().splitlines()[-2]
    search = f"grep -rlF -e '{last_line}' / --exclude-dir=proc --exclude-dir=sys || true"
    of_the_base = docker("run", "--rm", "--entrypoint", "sh", images["CAMPUS_BASE_IMAGE"], "-c", search)
    assert inside(search) == of_the_base.strip()
