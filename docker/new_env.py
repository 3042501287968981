"""Makes ``.env`` from ``.env.example``: a fresh secret behind every name that has no value there."""

import base64
import secrets
from collections.abc import Callable
from pathlib import Path

__all__ = ["filled"]

ROOT = Path(__file__).resolve().parents[1]
SOCKET = Path("/var/run/docker.sock")


def docker_group() -> str:
    return str(SOCKET.stat().st_gid if SOCKET.exists() else 0)


FRESH: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": lambda: secrets.token_urlsafe(24),
    "PREFECT_AUTH_STRING": lambda: f"campus:{secrets.token_urlsafe(24)}",
    "PREFECT_ENCRYPTION_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),  # Fernet's
    "DOCKER_GID": docker_group,
}


def filled(example: str) -> str:
    """The text of ``example`` with a value behind each bare ``NAME=``; KeyError for a name it cannot fill."""
    lines = []
    for line in example.splitlines():
        name = line.removesuffix("=")
        lines.append(f"{line}{FRESH[name]()}" if name != line and not line.startswith("#") else line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = ROOT / ".env"
    target.touch(mode=0o600, exist_ok=False)
    target.write_text(filled((ROOT / ".env.example").read_text(encoding="utf-8")), encoding="utf-8")
