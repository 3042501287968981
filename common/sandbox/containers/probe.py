"""Whether a server of this container is up, for a health check: ``python -m common.sandbox.containers.probe PORT``.

It looks the port up in Linux's table instead of calling it, so that sshd's log tells of real visitors only. The
roles listen only when they are ready.
"""

import sys
from pathlib import Path

__all__ = ["is_listening"]

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTEN = "0A"


def is_listening(port: int) -> bool:
    """Whether some program listens on ``port``, on any address."""
    for table in _TABLES:
        if table.exists():
            for line in table.read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *_ = line.split()
                if state == _LISTEN and int(local.rpartition(":")[2], 16) == port:
                    return True
    return False


if __name__ == "__main__":
    sys.exit(not is_listening(int(sys.argv[1])))
