"""Where the sandbox keeps everything: one folder, which may be deleted whenever the sandbox is down."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from common.settings import settings

__all__ = ["PAGES", "SandboxHome"]

PROJECT = Path(__file__).resolve().parents[2]
PAGES = PROJECT / "deployments" / "pages" / "sandbox"
"""The page files that say which systems the sandbox has."""


@dataclass(frozen=True)
class SandboxHome:
    """The sandbox's folder and what lies in it.

    partners: what each partner received, below its system's name. state: receipts, snapshots, delivered files.
    """

    root: Path

    @classmethod
    def of_settings(cls) -> "SandboxHome":
        """The folder that ``CAMPUS_SANDBOX`` names, or the project's own."""
        return cls((settings().sandbox or PROJECT / ".sandbox").absolute())

    @property
    def partners(self) -> Path:
        return self.root / "partners"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def prefect(self) -> Path:
        return self.root / "prefect"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def pages(self) -> Path:
        """See ``PAGES``."""
        return PAGES

    def remember(self, name: str, values: dict[str, Any]) -> None:
        """Keeps ``values`` under ``name``; a reader sees all of them or none."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self.root / f"{name}.unfinished"
        unfinished.write_text(json.dumps(values, indent=2), encoding="utf-8")
        unfinished.replace(self.root / f"{name}.json")

    def recall(self, name: str) -> dict[str, Any]:
        path = self.root / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def clear(self) -> None:
        """Removes what a sandbox has left, and nothing else that the folder may hold."""
        for folder in (self.partners, self.state, self.prefect, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
        for record in self.root.glob("*.json"):
            record.unlink()

    def forget(self, name: str) -> None:
        (self.root / f"{name}.json").unlink(missing_ok=True)

    def environment(self, api_url: str) -> dict[str, str]:
        """Variables that make a process a client of this sandbox, and leave the user's Prefect profile alone."""
        return {
            "CAMPUS_ENV": "sandbox",
            "CAMPUS_STATE": str(self.state),
            "DO_NOT_TRACK": "1",
            "PREFECT_API_URL": api_url,
            "PREFECT_HOME": str(self.prefect),
            "PREFECT_PROFILES_PATH": str(self.prefect / "profiles.toml"),
            "PREFECT_LOGGING_EXTRA_LOGGERS": "common,flows",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }

    def enter(self, api_url: str, today: date) -> None:
        """Makes this very process such a client; to be called before Prefect is imported."""
        for inherited in ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE"):
            os.environ.pop(inherited, None)
        os.environ |= self.environment(api_url)
        os.environ.setdefault("CAMPUS_TODAY", today.isoformat())
        settings.cache_clear()
