"""The one image that all flows run in: built by ``docker/build``, and pushed if there is a registry."""

from collections.abc import Callable
from pathlib import Path

from common.deployment.programs import run_program

__all__ = ["build", "push"]


def build(root: Path, image: str, tell: Callable[[str], None]) -> None:
    """Builds the checkout at ``root`` as ``image``. Raises ConfigError with the output of what failed."""
    otherwise = "Nothing was changed; CAMPUS_IMAGE names an image that is built already."
    run_program(["docker/build", image], root=root, tell=tell, otherwise=otherwise)


def push(root: Path, image: str, tell: Callable[[str], None]) -> None:
    """Pushes ``image`` to the registry in its name. Raises ConfigError with the output of what failed."""
    otherwise = "Nothing was changed; the engine has to be logged in: docker login."
    run_program(["docker", "push", image], root=root, tell=tell, otherwise=otherwise)
