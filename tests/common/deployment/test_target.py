"""Where a deploy goes: decided by the branch, in real repositories."""

from collections.abc import Callable
from pathlib import Path

import pytest

from common.deployment.checkout import Checkout
from common.deployment.steps import build_image
from common.deployment.target import Target, find_target
from common.errors import ConfigError
from tests.common.deployment.conftest import git


def test_main_goes_to_prod_under_plain_names_with_an_image_of_its_commit(history: Path) -> None:
    """Prevents a release that needs a list of variables to be right."""
    target = find_target(Checkout(history))
    commit = Checkout(history).commit
    assert (target.env, target.branch, target.scheduled) == ("prod", "main", True)
    assert target.name("patrons_to_alma") == "patrons_to_alma"
    assert target.image.startswith("campus-flows:")
    assert target.image.endswith(f"-{commit}")
    assert target.version == target.image.partition(":")[2]
    assert (target.build, target.push) == (True, False)


def test_another_branch_goes_to_dev_under_its_own_names_without_schedules(history: Path) -> None:
    """Prevents work in progress from replacing what is in use, or from running by itself."""
    git(history, "switch", "--quiet", "--create", "Feature/Engage_2")
    target = find_target(Checkout(history))
    assert (target.env, target.branch, target.scheduled) == ("dev", "Feature/Engage_2", False)
    assert target.name("patrons_to_alma") == "patrons_to_alma@feature-engage-2"


def test_another_branch_never_goes_to_prod(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents the one variable that would deliver unreviewed work to real partners."""
    git(history, "switch", "--quiet", "--create", "feature/engage")
    monkeypatch.setenv("CAMPUS_ENV", "prod")
    with pytest.raises(ConfigError, match="CAMPUS_ENV is prod, and the branch is feature/engage: only main"):
        find_target(Checkout(history))


def test_calling_a_branch_main_does_not_bring_it_to_prod(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CAMPUS_BRANCH is for a checkout of a commit, as CI has it; git knows better where a branch is checked out."""
    git(history, "switch", "--quiet", "--create", "feature/engage")
    monkeypatch.setenv("CAMPUS_BRANCH", "main")
    with pytest.raises(ConfigError, match="git has feature/engage checked out"):
        find_target(Checkout(history))


def test_prod_is_deployed_from_what_is_committed(history: Path) -> None:
    """Prevents a state in prod that nobody can find in the history."""
    (history / "prefect.yaml").write_text("name: other\n", encoding="utf-8")
    (history / "new.py").touch()
    with pytest.raises(ConfigError, match="2 files are not committed"):
        find_target(Checkout(history))


def test_an_image_of_changed_files_does_not_bear_the_commits_name(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents two different images of one name."""
    (history / "new.py").touch()
    monkeypatch.setenv("CAMPUS_ENV", "dev")
    assert find_target(Checkout(history)).image.endswith(f"-{Checkout(history).commit}-changed")


@pytest.mark.parametrize("without_git", [True, False])
def test_a_checkout_without_a_branch_has_to_be_told(
    without_git: bool,
    history: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Prevents CI, which checks out a commit, from deploying to somewhere by guess."""
    git(history, "checkout", "--quiet", "--detach")
    checkout = Checkout(tmp_path_factory.mktemp("no-git") if without_git else history)
    with pytest.raises(ConfigError, match="set CAMPUS_BRANCH"):
        find_target(checkout)
    monkeypatch.setenv("CAMPUS_BRANCH", "main")
    monkeypatch.setenv("CAMPUS_IMAGE", "registry.example/campus-flows:1")
    assert (find_target(checkout).env, find_target(checkout).build) == ("prod", False)


def test_without_a_commit_the_image_has_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: Callable[[str], None]
) -> None:
    """Prevents an image that is called after nothing."""
    environment("dev")
    monkeypatch.setenv("CAMPUS_BRANCH", "main")
    with pytest.raises(ConfigError, match="set CAMPUS_IMAGE"):
        find_target(Checkout(tmp_path))


def test_a_registry_is_named_before_the_image_that_is_pushed_there(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents other hosts' workers from looking for the image at home."""
    monkeypatch.setenv("CAMPUS_REGISTRY", "registry.example:5000/campus")
    target = find_target(Checkout(history))
    assert target.image.startswith("registry.example:5000/campus/campus-flows:")
    assert (target.build, target.push) == (True, True)


@pytest.mark.parametrize(
    ("image", "env", "version", "policy"),
    [
        ("campus-flows:local", "sandbox", "local", "Never"),
        ("campus-flows:1.2-abc", "prod", "1.2-abc", "Never"),
        ("registry.example/campus-flows:1.2-abc", "prod", "1.2-abc", "IfNotPresent"),
        ("localhost:5000/campus-flows:1.2-abc", "dev", "1.2-abc", "Always"),
        ("registry.example/campus-flows@sha256:0123456789abcdef", "prod", "0123456789ab", "IfNotPresent"),
        ("registry.example:5000/campus-flows", "prod", "latest", "IfNotPresent"),
    ],
)
def test_only_an_image_of_a_registry_is_pulled(image: str, env: str, version: str, policy: str) -> None:
    """A local image can never be pulled: the worker would ask Docker Hub for it, in vain or worse."""
    target = Target(env, "main", image, build=False, push=False)
    assert (target.version, target.pull_policy) == (version, policy)


def test_the_build_step_refuses_to_name_a_branchs_deployments_like_mains(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain ``prefect deploy --all`` on a branch would replace main's deployments."""
    git(history, "switch", "--quiet", "--create", "feature/engage")
    monkeypatch.setenv("CAMPUS_IMAGE", "campus-flows:local")
    monkeypatch.chdir(history)
    with pytest.raises(ConfigError, match="use make deploy"):
        build_image()
    assert build_image(named_for="feature/engage")["branch"] == "feature/engage"
    build_image.cache_clear()
