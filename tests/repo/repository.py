"""The repository as its tests see it: what belongs to it, which modules, which flows."""

import ast
import subprocess
from functools import cache
from pathlib import Path

from common.catalog import all_flows

__all__ = ["FLOWS", "GROUPS", "MODULES", "ROOT", "files", "module_name", "syntax"]

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """What git knows or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return tuple(sorted(Path(name) for name in set(listed) if name and (ROOT / name).is_file()))


def module_name(path: Path) -> str:
    """``common/blocks/__init__.py`` as ``common.blocks``."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def syntax(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


MODULES = [p for p in files() if p.suffix == ".py" and p.parts[0] in ("common", "flows")]
FLOWS = all_flows()
GROUPS = sorted({entry.group for entry in FLOWS})
