"""Programs that take a while: each line of theirs is told as it comes, and all of them if the program fails."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from common.errors import ConfigError

__all__ = ["run_program"]


def run_program(
    command: Sequence[str],
    *,
    root: Path,
    environment: Mapping[str, str] | None = None,
    tell: Callable[[str], None],
    otherwise: str,
) -> None:
    """Runs ``command`` at ``root``. Raises ConfigError with what it said, and ``otherwise``: what to do then."""
    lines = []
    try:
        with subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as program:
            for line in program.stdout or ():
                if text := line.rstrip():
                    lines.append(text)
                    tell(text)
    except FileNotFoundError:
        raise ConfigError(f"{command[0]} is not here. {otherwise}") from None
    if program.returncode:
        said = "\n".join(lines)
        raise ConfigError(
            f"{' '.join(command)} failed (exit code {program.returncode}). It said:\n{said}\n{otherwise}"
        )
