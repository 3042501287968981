"""What tests of a shared key ask: which one was printed, what the server keeps, whether deliveries work."""

import re

from prefect.client.orchestration import get_client

from common.blocks import SftpServer
from common.pages import find_page

__all__ = ["KEY", "deliver", "public_line", "secrets_now"]

KEY = "campus-delivery"


def public_line(output: str) -> str:
    """The public key that the command printed."""
    found = re.search(r"^Public key +(ssh-\S+ \S+ \S+)$", output, re.M)
    assert found, output
    return found[1]


def secrets_now() -> list[str]:
    """Every private line and passphrase that the server keeps for the key."""
    with get_client(sync_client=True) as client:
        data = client.read_block_document_by_name(f"{KEY}-drill", "campus-ssh-key", include_secrets=True).data
    texts = [data["private_key"], data["previous_private_key"]]
    lines = [line for text in texts if text for line in text.splitlines() if "-----" not in line]
    return lines + [data[name] for name in ("passphrase", "previous_passphrase") if data[name]]


def deliver(name: str, *systems: str) -> None:
    """What the flows do at night: each page as it is at this moment."""
    for system in systems:
        with find_page(system, SftpServer).open(f"{system}-drill") as sftp:
            sftp.put_bytes(b"x", name)
