"""What holds for every module: it imports, says what it offers, and loads no more than it needs."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from copy import deepcopy
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.repo.repository import MODULES, ROOT, module_name, syntax

COMMON = [p for p in MODULES if p.parts[0] == "common" and p.name != "__main__.py"]
# boto3's own documentation catches botocore's errors, and neither is installed without the other.
PARTS = {"botocore": "boto3"}
NAMES = [module_name(p) for p in MODULES if p.name != "__main__.py"]


def _loaded_by(statements: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after ``statements``."""
    answer = subprocess.run(
        [sys.executable, "-c", f"{statements}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name.partition(".")[0] for name in answer.stdout.split()}


@cache
def _declared(*groups: str) -> set[str]:
    """The distributions that pyproject.toml asks for: a run's with its extras, and those of the ``groups``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    lists = [
        project["project"]["dependencies"],
        *extras,
        *(project["dependency-groups"][group] for group in groups),
    ]
    return {re.split(r"[\[<>=]", item)[0] for items in lists for item in items}


@cache
def _distributions() -> dict[str, list[str]]:
    return {
        package: [name.lower().replace("_", "-") for name in names]
        for package, names in packages_distributions().items()
    }


class _AtRunTime(ast.NodeTransformer):
    """Leaves out what only the type checker imports."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def _foreign(tree: ast.Module) -> set[str]:
    """The packages that a module loads, at its top or inside, which are neither Python's nor ours."""
    tree = _AtRunTime().visit(deepcopy(tree))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    found = {name.partition(".")[0] for name in names}
    return {PARTS.get(name, name) for name in found} - sys.stdlib_module_names - {"common", "flows", "tests"}


def _public_definitions(tree: ast.Module) -> set[str]:
    """Functions and classes without an underscore; what typer calls is a verb of the command, not a name."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {
        node.name
        for node in tree.body
        if isinstance(node, kinds)
        and not node.name.startswith("_")
        and not any(ast.unparse(decorator).startswith("app.") for decorator in node.decorator_list)
    }


def _imported_from_us(tree: ast.Module) -> set[str]:
    ours = [
        n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module and n.module[:6] == "common"
    ]
    return {alias.asname or alias.name for node in ours for alias in node.names}


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions; each by name."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


@pytest.mark.parametrize("name", NAMES)
def test_every_module_imports_and_says_what_it_is(name: str) -> None:
    """Prevents a module that only breaks when its flow runs at night."""
    module = importlib.import_module(name)
    assert module.__doc__ or Path(str(module.__file__)).stat().st_size == 0


@pytest.mark.parametrize("part", ["common", "common/sandbox", "flows"])
def test_what_is_imported_is_declared(part: str) -> None:
    """Prevents an image without a library that laptops happen to have."""
    declared = _declared("sandbox") if part == "common/sandbox" else _declared()
    inside = [p for p in MODULES if p.is_relative_to(part) and (part != "common" or p.parts[1] != "sandbox")]
    foreign = set().union(*(_foreign(syntax(path)) for path in inside))
    assert {package for package in foreign if declared.isdisjoint(_distributions()[package])} == set()


@pytest.mark.parametrize("path", COMMON, ids=str)
def test_all_is_exact_and_sorted(path: Path) -> None:
    """Prevents a public name that nobody meant to promise, and a promise that nothing keeps."""
    tree = syntax(path)
    module = importlib.import_module(module_name(path))
    promised = list(getattr(module, "__all__", []))
    assert promised == sorted(set(promised), key=_order)
    assert [name for name in promised if not hasattr(module, name)] == []
    assert _public_definitions(tree) <= set(promised)
    if path.name == "__init__.py":
        assert _imported_from_us(tree) <= set(promised)
    else:
        assert _imported_from_us(tree).isdisjoint(promised)


def test_the_public_names_load_neither_prefect_nor_pandas() -> None:
    """Prevents every command from waiting seconds for libraries it does not use."""
    assert _loaded_by("import common").isdisjoint({"pandas", "prefect", "pyarrow"})
    assert _loaded_by("import common.cli").isdisjoint({"pandas", "prefect", "pyarrow"})


def test_a_flow_loads_only_what_it_uses() -> None:
    """Prevents every run from paying for the protocols, formats and databases of all others."""
    loaded = _loaded_by("import flows.parking.customers_to_permits")
    assert {"prefect", "pyarrow"} <= loaded
    others = {
        "adbc_driver_manager",
        "boto3",
        "duckdb",
        "lxml",
        "oracledb",
        "pymysql",
        "pyodbc",
        "pandas",
        "pyarrow.parquet",
        "snowflake",
        "sqlalchemy",
        "tenacity",
    }
    assert not loaded & others


def test_connectors_load_without_prefect() -> None:
    """Prevents the orchestrator from creeping into what moves the data."""
    connectors = [module_name(p) for p in COMMON if p.parts[1] == "connectors"]
    loaded = _loaded_by(f"import {', '.join(connectors)}")
    assert {"oracledb", "paramiko", "httpx"} <= loaded
    assert "prefect" not in loaded
