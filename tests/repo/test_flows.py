"""What holds for every flow, so that a reader who knows one knows them all."""

import ast
import importlib
import inspect
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

import common
from common import Contract
from common.catalog import CatalogEntry
from common.query import Query
from tests.repo.repository import FLOWS, GROUPS, MODULES, ROOT, files, syntax

PERSONAL = re.compile(
    r"(first|middle|last|full|preferred|display|legal)_.*name|.*e?mail.*|login.*|user_?name|.*phone|phone_.*number"
    r"|street|address\d?|city|postal|birth.*|card_n.*|emplid|(student|person|primary|user|employee)_u?u?id|ssn"
)
SHARED = [p for p in MODULES if p.parts[0] == "flows" and p.name != "__init__.py"]
each_flow = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.label)
each_group = pytest.mark.parametrize("group", GROUPS)


def _module(flow: CatalogEntry) -> object:
    return importlib.import_module(f"flows.{flow.group}.{flow.name}")


def _sql(flow: CatalogEntry) -> Path:
    path = getattr(_module(flow), "SQL", None)
    assert isinstance(path, Path), "a flow's module names its query: SQL = Path(__file__).with_suffix('.sql')"
    return path


def _query(flow: CatalogEntry) -> Query:
    return Query(_sql(flow).name, _sql(flow).read_text(encoding="utf-8").strip().rstrip(";"))


@each_flow
def test_file_function_and_name_are_the_same(flow: CatalogEntry) -> None:
    """Prevents hunting for the file behind a line of the dashboard."""
    assert flow.load().name == flow.load().fn.__name__ == flow.name
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*_(to|from)_[a-z0-9]+(_[a-z0-9]+)*", flow.name)


@each_flow
def test_the_query_lies_beside_the_flow(flow: CatalogEntry) -> None:
    """Prevents a query that two groups share: each would break the other's."""
    names = {entry.name for entry in FLOWS if entry.group == flow.group}
    assert _sql(flow).parent == flow.file.parent
    assert _sql(flow).stem in names


def test_every_query_has_a_flow() -> None:
    """Prevents a query that looks alive and is not."""
    written = {ROOT / p for p in files() if p.parts[0] == "flows" and p.suffix == ".sql"}
    assert written == {_sql(flow) for flow in FLOWS}


@each_flow
def test_the_query_is_one_select_in_oracles_dialect(flow: CatalogEntry) -> None:
    """Prevents SQL that only fails at night, at the warehouse."""
    assert _query(flow).tree.find(exp.Select)


@each_flow
def test_the_query_asks_for_the_day_instead_of_taking_the_clocks(flow: CatalogEntry) -> None:
    """Prevents a rerun for last Tuesday from delivering today."""
    words = {token.text.upper() for token in sqlglot.tokenize(_query(flow).text, read="oracle")}
    assert words.isdisjoint({"SYSDATE", "SYSTIMESTAMP", "CURRENT_DATE", "CURRENT_TIMESTAMP"})


@each_flow
def test_a_schedule_can_start_it(flow: CatalogEntry) -> None:
    """Prevents a nightly run from failing for a parameter that nobody is there to give."""
    parameters = inspect.signature(flow.load().fn).parameters.values()
    assert [p.name for p in parameters if p.default is p.empty] == []


@each_flow
def test_the_docstring_says_what_to_do_when_it_fails(flow: CatalogEntry) -> None:
    """Prevents a call at 7 a.m. to somebody who has to read the code first: the dashboard shows this text."""
    first, _, rest = (flow.load().description or "").partition("\n")
    assert first.endswith(".")
    assert "Late or failed:" in rest


@each_flow
def test_every_system_has_a_page_in_the_sandbox(flow: CatalogEntry) -> None:
    """Prevents a flow that cannot be tried on a laptop."""
    pages = ROOT / "deployments" / "pages" / "sandbox"
    systems = {flow.feed.source, *flow.feed.sinks}
    assert {name for name in systems if not (pages / f"{name}.yaml").is_file()} == set()


@each_flow
def test_a_golden_file_shows_what_is_delivered(flow: CatalogEntry) -> None:
    """Prevents a change of the query from reaching the receiver unseen."""
    test = ROOT / "tests" / "flows" / flow.group / f"test_{flow.name}.py"
    named = re.findall(r'golden\(\s*"([^"]+)"', test.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (test.parent / "golden" / name).is_file()] == []


@each_flow
def test_columns_that_tell_of_a_person_are_marked(flow: CatalogEntry) -> None:
    """Prevents personal data from being shown in a rehearsal or left out of the account."""
    contracts = [value for value in vars(_module(flow)).values() if isinstance(value, Contract)]
    assert contracts
    columns = [column for contract in contracts for column in contract.columns]
    assert [c.name for c in columns if PERSONAL.fullmatch(c.name) and not c.personal] == []


@each_group
def test_the_group_owns_its_folder(group: str) -> None:
    """Prevents a change to a group's data that the group does not see."""
    lines = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    assert rules[0][0] == "/.github/CODEOWNERS"
    owners = [who for pattern, *who in rules if fnmatch(f"/flows/{group}/", f"{pattern}*")][-1]
    assert owners == [f"@campus-flows/{group.replace('_', '-')}"]


@each_group
def test_the_groups_readme_names_each_of_its_flows(group: str) -> None:
    """Prevents a flow that the group does not know of."""
    text = (ROOT / "flows" / group / "README.md").read_text(encoding="utf-8")
    assert [entry.name for entry in FLOWS if entry.group == group and f"`{entry.name}`" not in text] == []
    assert [
        entry.feed.contact for entry in FLOWS if entry.group == group and entry.feed.contact not in text
    ] == []


@each_group
def test_the_group_is_a_package(group: str) -> None:
    """Without ``__init__.py`` import-linter does not see the folder, and its rules hold nothing there."""
    assert (ROOT / "flows" / group / "__init__.py").read_bytes() == b""


@pytest.mark.parametrize("path", SHARED, ids=str)
def test_flows_use_public_names_only(path: Path) -> None:
    """Prevents flows from resting on what may change: from our modules, the names of ``common`` and no others."""
    imports = [node for node in ast.walk(syntax(path)) if isinstance(node, ast.ImportFrom)]
    used = {alias.name for node in imports if node.module == "common" for alias in node.names}
    assert used <= set(common.__all__)
    modules = {str(node.module) for node in imports} | {
        alias.name for node in ast.walk(syntax(path)) if isinstance(node, ast.Import) for alias in node.names
    }
    assert [name for name in modules if name.startswith(("common.", "prefect"))] == []
