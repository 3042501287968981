"""How OpenSSH's own programs are told to log in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["login_options"]


def login_options(server: Mapping[str, Any], folder: Path) -> list[str]:
    """Options for ``ssh`` and ``sftp``, with their key in ``folder``; the cipher is the quickest that both ends have."""
    (key := folder / "key").touch(mode=0o600)
    key.write_text(server["private_key"])
    known = folder / "known_hosts"
    known.write_text(f"[{server['host']}]:{server['port']} {server['host_key']}\n")
    options = (
        *("BatchMode=yes", "Compression=no", "Ciphers=aes128-gcm@openssh.com", f"IdentityFile={key}"),
        *("IdentitiesOnly=yes", f"UserKnownHostsFile={known}", f"Port={server['port']}"),
    )
    return ["-F", "none", *(part for option in options for part in ("-o", option))]
