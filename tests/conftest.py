"""What all tests share: a Prefect server of their own, and one small sandbox."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# before anything of ours is imported: settings are read once
os.environ |= {
    "CAMPUS_ENV": "sandbox",
    "CAMPUS_RETRY_SECONDS": "0",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "common,flows",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # pytest shows the log of what fails
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # the sandbox logs from this process too
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}

os.environ.pop("COLUMNS", None)  # xdist gives its workers a narrow terminal, which cuts tables off

from common.settings import settings

if TYPE_CHECKING:  # a test of one module need not wait for the whole sandbox
    from common.blocks import Page
    from common.sandbox.campus import Change
    from common.sandbox.services import Services

pytest_plugins = ["tests.servers.fixtures"]

OUTCOME = pytest.StashKey[int]()
PEOPLE, SEED = 240, 7  # enough for every kind of awkward person, few enough to read a golden file


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[OUTCOME] = exitstatus


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends at once, after the summary, without taking the interpreter apart.

    Prefect's threads keep the errors of failed runs until the end, and with them every frame they came through.
    DuckDB's binding would complain, below the summary, of all its objects that hang on those.
    """
    if (outcome := config.stash.get(OUTCOME, None)) is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(outcome)


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Prefect server for this test run; a flow then costs about 0.2 s."""
    import certifi
    from prefect.settings import (
        PREFECT_API_SSL_CERT_FILE,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )
    from prefect.testing.utilities import prefect_test_harness

    # every client reads the whole list of authorities, 20 ms, and none is asked here: one will do
    one = tmp_path_factory.mktemp("authorities") / "one.pem"
    first, end, _ = Path(certifi.where()).read_text("utf-8").partition("-----END CERTIFICATE-----")
    one.write_text(f"{first}{end}\n", "utf-8")
    # with heartbeats every flow ends by waiting a second for their thread
    with (
        prefect_test_harness(server_startup_timeout=240),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_API_SSL_CERT_FILE: str(one)}),
        _types_registered_once(),
    ):
        yield


@contextmanager
def _types_registered_once() -> Iterator[None]:
    """Spares each save of a page what Prefect does before it: two requests for its type and for each of its secrets.

    Whoever registers a type on purpose still does.
    """
    from prefect.blocks.core import Block

    save, register = Block._save_sync, Block.__dict__["register_type_and_schema"].__func__
    known: set[type[Block]] = set()
    saving = False

    def registering(cls: type[Block], *args: Any, **options: Any) -> None:
        if not (saving and cls in known):
            register(cls, *args, **options)
            known.add(cls)

    def saved(self: Block, *args: Any, **options: Any) -> Any:
        nonlocal saving
        saving = True
        try:
            return save(self, *args, **options)
        finally:
            saving = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Block, "_save_sync", saved)
        patch.setattr(Block, "register_type_and_schema", classmethod(registering))
        yield


@pytest.fixture(scope="session")
def services(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Services]":
    """The campus, its database and a partner for each page of the sandbox, with the pages registered."""
    from common.sandbox.pages import save_page
    from common.sandbox.services import Services

    pages = Path(__file__).parents[1] / "deployments" / "pages" / "sandbox"
    with Services(pages, tmp_path_factory.mktemp("partners"), people=PEOPLE, seed=SEED) as running:
        for system, page in running.pages.items():
            save_page(system, page)
        yield running


@pytest.fixture
def sandbox(services: "Services", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Sandbox"]:
    """The sandbox as after its start: nothing delivered, nothing remembered, the campus's day is today."""
    monkeypatch.setenv("CAMPUS_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CAMPUS_TODAY", services.campus.today.isoformat())
    settings.cache_clear()
    sandbox = Sandbox(services)
    sandbox.clear()
    yield sandbox
    sandbox.restore()
    settings.cache_clear()


def changed(page: "Page", **changes: object) -> "Page":
    """Another page like this one; a mere copy would be saved over the original."""
    return type(page)(**(dict(page) | changes))


class Sandbox:
    """What a test asks of the sandbox: who is on campus, and what a partner has received."""

    def __init__(self, services: "Services") -> None:
        self.services = services
        self.campus = services.campus

    def received(self, system: str) -> dict[str, bytes]:
        """The partner's files by path."""
        root = self._root(system)
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}

    def clear(self) -> None:
        """Empties every partner; their folders stay."""
        for path in self.services.partners.rglob("*"):
            if path.is_file():
                path.unlink()

    def pass_day(self) -> "list[Change]":
        """Lets a day pass, for this test only; tells what it changed."""
        from common.sandbox.campus import OWNER, next_day

        self.services.campus, changes = next_day(self.campus)
        self.services.database.replace_all(OWNER, self.services.campus.tables)
        os.environ["CAMPUS_TODAY"] = self.services.campus.today.isoformat()  # undone with the fixture's own
        settings.cache_clear()
        return changes

    def restore(self) -> None:
        """The campus as it was, whatever a test did to it."""
        if self.services.campus is not self.campus:
            from common.sandbox.campus import OWNER

            self.services.campus = self.campus
            self.services.database.replace_all(OWNER, self.campus.tables)

    def _root(self, system: str) -> Path:
        return self.services.partners / system
