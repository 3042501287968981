"""``campus new``: what it writes works at once, and only asks for what nobody else can know."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from common.cli.new import planned
from common.errors import ConfigError
from tests.repo.repository import ROOT, files

NEW = "residence_life/residents_to_star_rez"


def _python(checkout: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=checkout, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _begin(flow: str, checkout: Path) -> list[Path]:
    plan = planned(flow, checkout)
    for path, text in plan.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(checkout) for path in plan]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the repository that may be changed."""
    for path in files():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def test_a_new_flow_keeps_the_conventions(checkout: Path) -> None:
    """Prevents a scaffold that teaches what the repository has stopped doing."""
    modules = [str(path) for path in _begin(NEW, checkout) if path.suffix == ".py"]
    _python(checkout, "ruff", "check", *modules)
    _python(checkout, "ruff", "format", "--check", *modules)
    about = "(residents or residence or once) and not golden"  # the golden file comes with the first run
    _python(
        checkout, "pytest", "-q", "tests/repo/test_flows.py", "tests/repo/test_deployments.py", "-k", about
    )


@pytest.mark.slow
def test_a_new_flow_runs_as_it_is(checkout: Path) -> None:
    """Prevents a scaffold that has to be understood before it can be tried. Slow: it has a sandbox of its own."""
    _begin(NEW, checkout)
    tests = checkout / "tests" / "flows" / "residence_life"
    _python(checkout, "pytest", "-q", str(tests), "--golden")
    golden = tests / "golden" / "residents_to_star_rez.csv"
    assert golden.read_bytes().startswith(b"ID,First Name,Last Name\r\n")
    _python(checkout, "pytest", "-q", "tests/repo/test_flows.py", "-k", "residents and golden")


def test_a_second_flow_of_a_group_joins_what_is_there(checkout: Path) -> None:
    """Prevents a group with two READMEs, two owners, or two pages for one server."""
    written = _begin("library/cards_to_alma", checkout)
    readme = (checkout / "flows" / "library" / "README.md").read_text(encoding="utf-8")
    assert [line for line in readme.splitlines() if line.startswith("| `")][-1].startswith(
        "| `cards_to_alma`"
    )
    assert Path(".github/CODEOWNERS") not in written
    assert Path("deployments/pages/sandbox/alma-sftp.yaml") not in written
    flow = (checkout / "flows" / "library" / "cards_to_alma.py").read_text(encoding="utf-8")
    assert 'contact="library-systems@campus.example"' in flow
    test = (checkout / "tests" / "flows" / "library" / "test_cards_to_alma.py").read_text(encoding="utf-8")
    assert 'received["patrons/cards.csv"]' in test


@pytest.mark.parametrize(
    "label",
    ["residents_to_starrez", "housing/residents", "Housing/residents_to_starrez", "../x/a_to_b", "h/a_to_b"],
)
def test_a_name_that_is_no_flows_is_refused(label: str) -> None:
    """Prevents files at places that nothing looks into."""
    with pytest.raises(ConfigError, match="<group>/<what>_to_<where>"):
        planned(label, ROOT)


def test_a_flow_that_is_there_is_not_overwritten() -> None:
    """Prevents the loss of a flow by a typing error."""
    with pytest.raises(ConfigError, match=r"flows/library/patrons_to_alma\.py.*already there"):
        planned("library/patrons_to_alma", ROOT)


@pytest.mark.parametrize("what", ["w" * 30, "w"])
def test_the_longest_and_the_shortest_name_need_no_formatting(what: str, checkout: Path) -> None:
    """Prevents a scaffold that fails its first make check."""
    label = f"{'g' * 20}/{what}_to_{'r' * (31 - len(what))}"
    modules = [str(path) for path in _begin(label, checkout) if path.suffix == ".py"]
    _python(checkout, "ruff", "format", "--check", *modules)
