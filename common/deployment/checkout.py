"""What git knows of a checkout; nothing where there is no git, as in the image."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROJECT", "Checkout"]

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Checkout:
    """The files at ``root`` and their place in the history."""

    root: Path = PROJECT

    @property
    def branch(self) -> str | None:
        """The branch's name; None if no branch is checked out, or this is no checkout."""
        return self._git("symbolic-ref", "--quiet", "--short", "HEAD")

    @property
    def commit(self) -> str | None:
        """The short name of the last commit, if there is one."""
        return self._git("rev-parse", "--short", "HEAD")

    @property
    def uncommitted(self) -> int:
        """How many files are not as they were committed."""
        return len((self._git("status", "--porcelain") or "").splitlines())

    def _git(self, *arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-c", "safe.directory=*", *arguments],
                cwd=self.root,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            return None
        return done.stdout.strip() or None if done.returncode == 0 else None
