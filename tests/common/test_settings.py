"""Settings and the campus's day."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from common.clock import now, today
from common.errors import ConfigError
from common.settings import Settings, settings


@pytest.fixture
def set_variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Settings]]:
    """Reads the settings anew, from these variables alone."""

    def read(**variables: str) -> Settings:
        for name in Settings.model_fields:
            monkeypatch.delenv(f"CAMPUS_{name.upper()}", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(f"CAMPUS_{name}", value)
        settings.cache_clear()
        return settings()

    yield read
    settings.cache_clear()


def test_without_any_variable_a_run_is_in_the_sandbox(set_variables) -> None:
    """A laptop must not reach a partner because a variable was forgotten."""
    assert set_variables().env == "sandbox"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ENV", "Prod!", "CAMPUS_ENV: String should match pattern"),
        ("TIMEZONE", "Mountain", "CAMPUS_TIMEZONE: not the IANA name of a time zone, such as America/Denver"),
        ("TIMEZONE", "../../etc/passwd", "CAMPUS_TIMEZONE: not the IANA name"),
        ("TIMEZONE", "America", "CAMPUS_TIMEZONE: not the IANA name"),
        ("TODAY", "tomorrow", "CAMPUS_TODAY: Input should be a valid date"),
        ("KEEP_DELIVERED", "0", "CAMPUS_KEEP_DELIVERED: Input should be greater than or equal to 1"),
        ("BATCH_ROWS", "many", "CAMPUS_BATCH_ROWS: Input should be a valid integer"),
        ("RETRY_SECONDS", "-1", "CAMPUS_RETRY_SECONDS: Input should be greater than or equal to 0"),
    ],
)
def test_a_wrong_variable_is_named(set_variables, variable: str, value: str, words: str) -> None:
    """A deployment with a slip has to say which of its variables it is."""
    with pytest.raises(ConfigError) as caught:
        set_variables(**{variable: value})
    assert str(caught.value).startswith(f"Settings from the environment are wrong: {words}")


def test_several_wrong_variables_are_named_at_once(set_variables) -> None:
    """One deployment to correct them, not one for each."""
    with pytest.raises(
        ConfigError, match=r"CAMPUS_RETRIES: .*; CAMPUS_BATCH_ROWS: |CAMPUS_BATCH_ROWS: .*; CAMPUS_RETRIES: "
    ):
        set_variables(BATCH_ROWS="0", RETRIES="-1")


def test_environments_share_no_state(set_variables, tmp_path: Path) -> None:
    """A rehearsal in dev must not count as yesterday's delivery in prod."""
    assert set_variables(STATE=str(tmp_path), ENV="dev").home == tmp_path / "dev"
    assert set_variables(STATE=str(tmp_path), ENV="prod").home == tmp_path / "prod"
    assert set_variables(STATE="relative").home.is_absolute()


def test_settings_cannot_be_changed_by_the_program(set_variables) -> None:
    """What a run was told at its start holds to its end."""
    with pytest.raises(ValueError, match="frozen"):
        set_variables().env = "prod"


def test_today_is_the_day_on_campus_whatever_the_machines_zone(set_variables) -> None:
    """A container in UTC would date an evening's file tomorrow; two zones here are never on the same day."""
    set_variables(TIMEZONE="Pacific/Kiritimati")  # UTC+14
    east, moment = today(), now()
    assert moment.tzinfo == ZoneInfo("Pacific/Kiritimati")
    set_variables(TIMEZONE="Etc/GMT+12")
    assert today() < east <= today() + timedelta(days=2)


def test_campus_today_repeats_a_run_for_another_day(set_variables) -> None:
    """A rerun of Monday's delivery on Tuesday must give Monday's file."""
    set_variables(TODAY="2026-09-01")
    assert today() == date(2026, 9, 1)
    assert now().date() != date(2026, 9, 1)
