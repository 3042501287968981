"""The few settings that an environment differs in, read from ``CAMPUS_`` variables.

Everything about a *system* is on its page; everything about a *flow* is in its file. ``campus settings``
lists these with their values.
"""

from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import ConfigError

__all__ = ["Settings", "settings"]


class Settings(BaseSettings):
    """Where a run is, and where it keeps what it has to remember."""

    model_config = SettingsConfigDict(env_prefix="CAMPUS_", frozen=True)

    env: str = Field(
        default="sandbox",
        pattern=r"^[a-z][a-z0-9]*$",
        description="Environment: picks the page <system>-<env> of every system.",
    )
    timezone: str = Field(
        default="America/Denver", description="IANA name of the zone in which the campus counts days."
    )
    today: date | None = Field(
        default=None, description="Day to take for today, as YYYY-MM-DD: the sandbox's day, or a rerun's."
    )
    state: Path = Field(
        default=Path(".campus"),
        description="Folder of receipts, delivered files and snapshots; a volume in production.",
    )
    scratch: Path | None = Field(
        default=None, description="Folder for files being written; the system's temporary folder if unset."
    )
    sandbox: Path | None = Field(
        default=None, description="Folder of the sandbox; .sandbox in the project if unset."
    )
    oracle_client: Path | None = Field(
        default=None,
        description="Folder of Oracle Instant Client, for pages with thick; where the system looks for libraries if unset.",
    )
    keep_delivered: int = Field(
        default=3, ge=1, description="Delivered files kept per destination, for a look or a comparison."
    )
    batch_rows: int = Field(default=16_384, ge=1, description="Rows in one batch from a source.")
    retries: int = Field(default=3, ge=0, description="Further attempts of a step after a transient fault.")
    retry_seconds: float = Field(
        default=10.0, ge=0, description="Pause before the second attempt in seconds; it doubles each time."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, OSError, ValueError):
            raise ValueError("not the IANA name of a time zone, such as America/Denver") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def home(self) -> Path:
        """The state of this environment only: environments share nothing."""
        return self.state.absolute() / self.env


@cache
def settings() -> Settings:
    """The settings of this process; raises ConfigError that names the variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"CAMPUS_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        )
        raise ConfigError(f"Settings from the environment are wrong: {problems}.") from None
