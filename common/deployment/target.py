"""Where a deploy goes: the branch decides the names, the environment and whether there are schedules."""

import re
from dataclasses import dataclass
from importlib.metadata import version

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.deployment.checkout import Checkout
from common.errors import ConfigError

__all__ = ["MAIN", "Target", "find_target"]

MAIN = "main"
PROD = "prod"
BRANCH_ENVIRONMENTS = ("dev", "sandbox")
LONGEST_SLUG = 40


class _Asked(BaseSettings):
    """What whoever deploys may say by ``CAMPUS_`` variables; an empty one is not set."""

    model_config = SettingsConfigDict(env_prefix="CAMPUS_", env_ignore_empty=True)

    env: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9]*$")
    branch: str | None = None
    image: str | None = None
    registry: str | None = None


@dataclass(frozen=True)
class Target:
    """One deploy: to which environment, of which branch, with which image.

    build: whether that image has yet to be built. push: whether it then goes to a registry.
    """

    env: str
    branch: str
    image: str
    build: bool
    push: bool

    @property
    def scheduled(self) -> bool:
        """Only main runs by itself."""
        return self.branch == MAIN

    @property
    def version(self) -> str:
        """The image's tag, or the start of its digest."""
        name, _, digest = self.image.partition("@sha256:")
        tag = name.rpartition("/")[2].partition(":")[2]
        return tag or digest[:12] or "latest"

    @property
    def pull_policy(self) -> str:
        """When a worker fetches the image: one that names no registry can be nowhere but on the worker's engine."""
        if not _registry(self.image):
            return "Never"
        return "Always" if self.env == "dev" else "IfNotPresent"

    @property
    def release(self) -> dict[str, str]:
        """What ``prefect.yaml`` means by ``{{ release.<key> }}``."""
        return {
            "image": self.image,
            "pull_policy": self.pull_policy,
            "version": self.version,
            "env": self.env,
            "branch": self.branch,
        }

    def name(self, flow: str) -> str:
        """The name of ``flow``'s deployment: another branch than main has its own beside main's."""
        return flow if self.scheduled else f"{flow}@{_slug(self.branch)}"


def find_target(checkout: Checkout) -> Target:
    """The target that branch and environment make. Raises ConfigError that says which variable to set."""
    try:
        asked = _Asked()
    except ValidationError:
        raise ConfigError("CAMPUS_ENV is one lower-case word, such as prod, dev or sandbox.") from None
    branch = asked.branch or checkout.branch
    if not branch:
        raise ConfigError(
            "No branch is checked out here, and the branch decides where a deploy goes: set CAMPUS_BRANCH."
        )
    env = asked.env or (PROD if branch == MAIN else "dev")
    if branch != MAIN:
        _slug(branch)
        if env not in BRANCH_ENVIRONMENTS:
            raise ConfigError(
                f"CAMPUS_ENV is {env}, and the branch is {branch}: only {MAIN} goes there; any other branch to "
                f"{' or '.join(BRANCH_ENVIRONMENTS)}."
            )
    if env == PROD:
        _prove_committed(checkout)
    if asked.image:
        return Target(env, branch, asked.image, build=False, push=False)
    return Target(env, branch, _image(checkout, asked.registry), build=True, push=bool(asked.registry))


def _prove_committed(checkout: Checkout) -> None:
    """Whoever looks for what runs in prod finds it in main's history."""
    if checkout.branch not in (None, MAIN):
        raise ConfigError(
            f"CAMPUS_BRANCH says {MAIN}, and git has {checkout.branch} checked out: check out {MAIN}."
        )
    if count := checkout.uncommitted:
        raise ConfigError(
            f"{count} {'file is' if count == 1 else 'files are'} not committed: git status lists what is missing from "
            f"{MAIN}. Commit or remove it; {PROD} is deployed from what is committed."
        )


def _image(checkout: Checkout, registry: str | None) -> str:
    if not (commit := checkout.commit):
        raise ConfigError(
            "There is no commit to name the image after: set CAMPUS_IMAGE to one that is built."
        )
    changed = "-changed" if checkout.uncommitted else ""
    prefix = f"{registry.rstrip('/')}/" if registry else ""
    return f"{prefix}campus-flows:{version('campus-flows')}-{commit}{changed}"


def _registry(image: str) -> str:
    """The host of the registry that an image's name begins with, by Docker's own rule; "" if there is none."""
    host, slash, _ = image.partition("/")
    return host if slash and (host == "localhost" or {".", ":"} & set(host)) else ""


def _slug(branch: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    if not slug:
        raise ConfigError(f"The branch {branch} has neither letters nor digits to name deployments after.")
    return slug
