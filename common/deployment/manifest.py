"""``prefect.yaml``, read strictly: Prefect itself ignores a misspelt key and deploys all the same."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import yaml
from prefect.client.schemas.schedules import CronSchedule
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from common.deployment.problems import Problem
from common.errors import ConfigError
from common.settings import settings
from common.spelling import nearest

__all__ = [
    "Deployment",
    "JobVariables",
    "Manifest",
    "Schedule",
    "WorkPool",
    "read_manifest",
]

NAME = "prefect.yaml"
ENTRYPOINT = r"^flows/[a-z0-9_]+/[a-z0-9_]+\.py:[a-z0-9_]+$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Schedule(_Strict):
    """A slug keeps a pause made in the dashboard over a deploy; ``active`` would undo it, so it is not known."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    cron: str
    timezone: str

    @model_validator(mode="after")
    def _is_a_schedule(self) -> Self:
        if self.timezone != settings().timezone:
            raise ValueError(f"the campus counts its days in {settings().timezone}, not in {self.timezone}")
        CronSchedule(cron=self.cron, timezone=self.timezone)
        return self


class _Env(_Strict):
    CAMPUS_ENV: Literal["{{ release.env }}"]
    CAMPUS_BRANCH: Literal["{{ release.branch }}"]


class JobVariables(_Strict):
    """What a run's container gets from its deployment; the last three are for the odd large one."""

    image: Literal["{{ release.image }}"]
    image_pull_policy: Literal["{{ release.pull_policy }}"]
    env: _Env
    memory: str | None = Field(default=None, pattern=r"^\d+[mg]$")
    scratch: str | None = Field(default=None, pattern=r"^\d+[mg]$")
    cpu_shares: int | None = Field(default=None, ge=2)


class WorkPool(_Strict):
    name: Literal["campus"]
    job_variables: JobVariables


class Deployment(_Strict):
    """One stanza. What it does not say is the flow's own, or the work pool's."""

    name: str
    version: Literal["{{ release.version }}"]
    entrypoint: str = Field(pattern=ENTRYPOINT)
    tags: list[str]
    schedules: list[Schedule] = []
    work_pool: WorkPool
    parameters: dict[str, Any] = {}

    @property
    def label(self) -> str:
        """The flow that it starts, as ``<group>/<name>``."""
        return self.entrypoint.partition(":")[0].removeprefix("flows/").removesuffix(".py")

    @property
    def group(self) -> str:
        return self.label.partition("/")[0]


class _Build(_Strict):
    id: Literal["release"]


class _Push(_Strict):
    image: Literal["{{ release.image }}"]


class _Pull(_Strict):
    directory: Literal["/app"]


class _BuildStep(_Strict):
    step: _Build = Field(alias="common.deployment.steps.build_image")


class _PushStep(_Strict):
    step: _Push = Field(alias="common.deployment.steps.push_image")


class _PullStep(_Strict):
    step: _Pull = Field(alias="prefect.deployments.steps.set_working_directory")


class _File(_Strict):
    """Without ``pull`` Prefect would look for the flows in a folder that the image does not have."""

    name: Literal["campus-flows"]
    prefect_version: str = Field(alias="prefect-version")
    build: Annotated[list[_BuildStep], Field(min_length=1, max_length=1)]
    push: Annotated[list[_PushStep], Field(min_length=1, max_length=1)]
    pull: Annotated[list[_PullStep], Field(min_length=1, max_length=1)]
    definitions: dict[str, Any]
    deployments: list[Deployment]


@dataclass(frozen=True)
class Manifest:
    """The file as YAML has it, the stanzas in it that are well formed, and what is wrong with the others."""

    raw: dict[str, Any]
    deployments: tuple[Deployment, ...]
    problems: tuple[Problem, ...]

    @property
    def stanzas(self) -> list[tuple[str, Any]]:
        """All stanzas with their names, well formed or not."""
        return [(_stanza_name(self.raw, index), stanza) for index, stanza in enumerate(_stanzas(self.raw))]


def read_manifest(root: Path) -> Manifest:
    """The ``prefect.yaml`` of the checkout at ``root``. Raises ConfigError for a file that is not YAML at all."""
    try:
        raw = yaml.safe_load((root / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{root / NAME}: there is no such file; a deploy needs a checkout.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{NAME}: this is not YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{NAME}: this has to be keys with values; deployments is one of them.")
    raw = json.loads(json.dumps(raw, default=str))  # as Prefect reads it: an unquoted date is a text
    problems: list[Problem] = []
    try:
        sound = tuple(_File.model_validate(raw).deployments)
    except ValidationError as error:
        errors = error.errors()
        problems = [Problem(_where(raw, e), _what(e)) for e in errors]
        faulty = {e["loc"][1] for e in errors if e["loc"][0] == "deployments" and len(e["loc"]) > 1}
        stanzas = enumerate(_stanzas(raw))
        sound = tuple(Deployment.model_validate(s) for i, s in stanzas if i not in faulty)
    return Manifest(raw, sound, tuple(problems))


def _stanzas(raw: dict[str, Any]) -> list[Any]:
    stanzas = raw.get("deployments")
    return stanzas if isinstance(stanzas, list) else []


def _stanza_name(raw: dict[str, Any], index: int) -> str:
    stanza = _stanzas(raw)[index]
    name = stanza.get("name") if isinstance(stanza, dict) else None
    return str(name) if name else f"deployment {index + 1}"


def _where(raw: dict[str, Any], error: Mapping[str, Any]) -> str:
    match error["loc"]:
        case ("deployments", int(index), *_):
            return _stanza_name(raw, index)
        case _:
            return NAME


def _what(error: Mapping[str, Any]) -> str:
    loc = error["loc"][2 if len(error["loc"]) > 1 and error["loc"][0] == "deployments" else 0 :]
    key = ".".join(map(str, loc))
    if error["type"] == "extra_forbidden":
        return f"unknown key {key}{nearest(str(loc[-1]), _keys(_File))}."
    message = error["msg"].removeprefix("Value error, ")
    return f"{key}: {message[:1].lower()}{message[1:]}."


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Every key that the file knows, at whatever depth."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _keys(inner)
