"""Makes ``.env`` what ``.env.example`` describes: a fresh secret behind each name that has no value there.

What ``.env`` has already stays as it is; only names that it lacks are added.
"""

import base64
import secrets
from collections.abc import Callable
from pathlib import Path

__all__ = ["completed"]

ROOT = Path(__file__).resolve().parents[1]
SOCKET = Path("/var/run/docker.sock")


def docker_group() -> str:
    return str(SOCKET.stat().st_gid if SOCKET.exists() else 0)


def password() -> str:
    return secrets.token_urlsafe(24)


FRESH: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": password,
    "PREFECT_AUTH_STRING": lambda: f"campus:{password()}",
    "PREFECT_ENCRYPTION_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),  # Fernet's
    "CAMPUS_SANDBOX_PASSWORD": password,
    "CAMPUS_ORACLE_PASSWORD": password,
    "DOCKER_GID": docker_group,
}


def completed(present: str, example: str) -> str:
    """``present`` with the lines of ``example`` that it lacks; KeyError for a bare name that has no fresh value."""
    if present and not present.endswith("\n"):
        present += "\n"
    known = {line.split("=", 1)[0] for line in present.splitlines()}
    lines = []
    for line in example.splitlines():
        name, _, value = line.partition("=")
        if present and (name in known or (not value and name not in FRESH)):
            continue  # comments are for the first time
        lines.append(line if value or line.startswith("#") or not line else f"{line}{FRESH[name]()}")
    return present + "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    target = ROOT / ".env"
    target.touch(mode=0o600)
    present = target.read_text(encoding="utf-8")
    target.write_text(
        completed(present, (ROOT / ".env.example").read_text(encoding="utf-8")), encoding="utf-8"
    )
