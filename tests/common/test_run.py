"""The current run: its scratch folder, and whether it only rehearses."""

from pathlib import Path

import pytest

from common.errors import ConfigError
from common.run import Run, current_run, recording, running
from common.settings import settings


def test_a_runs_scratch_folder_is_its_own_and_for_its_owner_only() -> None:
    """Two runs of a flow at once must not write each other's files, nor others read them."""
    with running("customers_to_permits") as first, running("customers_to_permits") as second:
        assert first.scratch != second.scratch
        assert first.scratch.stat().st_mode & 0o777 == 0o700
        assert first.scratch.name.startswith("customers_to_permits-")


def fail_in(seen: list[Run]) -> None:
    with running("customers_to_permits") as run:
        (run.scratch / "people.csv").write_text("personal")
        seen.append(run)
        raise RuntimeError("upload failed")


def test_a_runs_files_are_gone_though_it_failed() -> None:
    """A failed night must not leave the campus's data in a temporary folder."""
    seen: list[Run] = []
    with pytest.raises(RuntimeError, match="upload failed"):
        fail_in(seen)
    assert not seen[0].scratch.exists()
    with pytest.raises(ConfigError, match=r"called outside a flow; decorate the caller with @campus_flow"):
        current_run()


def test_a_flow_inside_another_has_its_own_run_and_gives_the_outer_one_back() -> None:
    """Deliveries of the inner flow would otherwise be accounted to the outer one."""
    with running("outer") as outer:
        with running("inner") as inner:
            assert current_run() is inner
        assert current_run() is outer


def test_a_rehearsal_reaches_every_run_inside_and_none_after() -> None:
    """A real run that took itself for a rehearsal would deliver nothing, and say it had."""
    with recording(rehearsal=True) as runs, running("first"), running("second"):
        pass
    assert [(run.flow, run.rehearsal) for run in runs] == [("first", True), ("second", True)]
    with recording() as runs, running("third"):
        pass
    assert [(run.flow, run.rehearsal) for run in runs] == [("third", False)]
    with running("fourth") as run:
        assert not run.rehearsal


def test_scratch_files_go_where_the_setting_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The system's temporary folder is often a small one in memory."""
    monkeypatch.setenv("CAMPUS_SCRATCH", str(tmp_path / "not" / "yet"))
    settings.cache_clear()
    try:
        with running("customers") as run:
            assert run.scratch.parent == tmp_path / "not" / "yet"
    finally:
        settings.cache_clear()
