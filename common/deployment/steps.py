"""The build and push steps of ``prefect.yaml``. Prefect runs them for every deployment; they act once."""

from functools import cache
from pathlib import Path

from common.deployment.checkout import Checkout
from common.deployment.image import build, push
from common.deployment.target import MAIN, find_target
from common.errors import ConfigError

__all__ = ["build_image", "push_image"]


@cache
def build_image(named_for: str = MAIN) -> dict[str, str]:
    """Builds the image, unless CAMPUS_IMAGE names one; answers what the file calls ``release``.

    named_for: the branch that the deployments in the file are named for. Raises ConfigError on another one, since
    Prefect would overwrite that branch's deployments.
    """
    target = find_target(Checkout(Path.cwd()))
    if target.branch != named_for:
        raise ConfigError(
            f"This is branch {target.branch}, and prefect.yaml names the deployments of {named_for}: use make deploy, "
            "which gives this branch's names of their own."
        )
    if target.build:
        build(Path.cwd(), target.image, _show)
    return target.release


@cache
def push_image(image: str) -> None:
    """Pushes the image that was built, if CAMPUS_REGISTRY names where to."""
    if find_target(Checkout(Path.cwd())).push:
        push(Path.cwd(), image, _show)


def _show(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a step's output is Prefect's
