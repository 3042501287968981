"""The flows of a checkout, really imported: Prefect deploys a file that does not import all the same."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from prefect import Flow

from common.catalog import CatalogEntry, all_flows
from common.deployment.problems import Problem
from common.errors import ConfigError
from common.flow import feed_of

__all__ = ["load_flows"]


def load_flows(root: Path) -> tuple[dict[str, Flow[..., Any]], list[Problem]]:
    """The flows by label, and what is wrong with those that cannot be had."""
    flows, problems = {}, []
    for entry in all_flows(root / "flows"):
        try:
            flows[entry.label] = _load(root, entry)
        except ConfigError as error:
            problems.append(Problem(entry.label, str(error)))
    return flows, problems


def _load(root: Path, entry: CatalogEntry) -> Flow[..., Any]:
    group, name = entry.group, entry.name
    spec = spec_from_file_location(f"flows.{group}.{name}", root / "flows" / group / f"{name}.py")
    if not (spec and spec.loader):
        raise ConfigError("this is no Python file.")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ConfigError(f"the file does not import: {type(error).__name__}: {error}.") from None
    flow = getattr(module, name, None)
    if not isinstance(flow, Flow):
        raise ConfigError("the file holds no flow of that name; the function is named like its file.")
    feed_of(flow)
    return flow
