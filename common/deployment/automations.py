"""What the server does by itself, from ``deployments/automations.yaml``."""

from pathlib import Path
from typing import Any

import yaml
from prefect.automations import Automation
from prefect.client.orchestration import SyncPrefectClient
from pydantic import ValidationError

from common.deployment.outcome import Outcome
from common.errors import ConfigError

__all__ = ["read_automations", "set_up_automation"]

NOT_OURS = {"id", "enabled", "owner_resource"}  # what the server or an operator says of an automation


def read_automations(root: Path) -> list[Automation]:
    """The automations of the file. Raises ConfigError that names what it does not understand."""
    path = root / "deployments" / "automations.yaml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))["automations"]
        automations = [Automation.model_validate(entry) for entry in found]
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise ConfigError(f"{path}: {problems}.") from None
    except (OSError, yaml.YAMLError, LookupError, TypeError) as error:
        raise ConfigError(
            f"{path}: this is no list of automations: {' '.join(str(error).split())}."
        ) from None
    for entry, automation in zip(found, automations, strict=True):
        if unknown := sorted(_unknown(entry, automation.model_dump(mode="json"))):
            raise ConfigError(f"{path}: {automation.name}: unknown key {', '.join(unknown)}.")
    return automations


def set_up_automation(client: SyncPrefectClient, automation: Automation) -> Outcome:
    """Creates an automation, or updates the one of its name; a pause made in the dashboard stays."""
    found = client.read_automations_by_name(automation.name)
    if not found:
        automation.create()
        return "created"
    held, wanted = (a.model_dump(mode="json", exclude=NOT_OURS) for a in (found[0], automation))
    if held == wanted:
        return "unchanged"
    Automation(**wanted, id=found[0].id, enabled=found[0].enabled).update()
    return "updated"


def _unknown(given: Any, understood: Any, path: str = "") -> set[str]:
    """Keys that Prefect would drop without a word, by their place."""
    if isinstance(given, dict) and isinstance(understood, dict):
        inner = (_unknown(v, understood[k], f"{path}{k}.") for k, v in given.items() if k in understood)
        return {f"{path}{key}" for key in given.keys() - understood.keys()}.union(*inner)
    if isinstance(given, list) and isinstance(understood, list):
        return set().union(*(_unknown(g, u, path) for g, u in zip(given, understood, strict=False)))
    return set()
