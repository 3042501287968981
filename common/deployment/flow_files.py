"""The flows of a checkout, really imported: Prefect deploys a file that does not import all the same."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from prefect import Flow

from common.catalog import DIRECTIONS
from common.deployment.problems import Problem
from common.errors import ConfigError
from common.flow import feed_of

__all__ = ["flow_labels", "load_flows"]


def flow_labels(root: Path) -> list[str]:
    """Every flow of the checkout at ``root``, as ``<group>/<name>``."""
    files = sorted((root / "flows").glob("*/*.py"))
    return [f"{f.parent.name}/{f.stem}" for f in files if any(d in f.stem for d in DIRECTIONS)]


def load_flows(root: Path) -> tuple[dict[str, Flow[..., Any]], list[Problem]]:
    """The flows by label, and what is wrong with those that cannot be had."""
    flows, problems = {}, []
    for label in flow_labels(root):
        try:
            flows[label] = _load(root, label)
        except ConfigError as error:
            problems.append(Problem(label, str(error)))
    return flows, problems


def _load(root: Path, label: str) -> Flow[..., Any]:
    group, name = label.split("/")
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
