"""What a kind of file store tells the contract suite about itself.

To let a store join, add one file beside this one, ``<kind>.py``, with one function::

    @contextmanager
    def place(request: pytest.FixtureRequest) -> Iterator[Place]:
        '''The server's name and where its files are, as the reader of a skip or a failure needs it.'''
        server = request.getfixturevalue("samba")        # skips loudly where the program is missing
        yield Place(
            open=lambda port=server.port: Smb(name="samba-sandbox", port=port, ...),
            visible=lambda: sizes(server.root),
            clear=lambda: empty(server.root),
            port=server.port,
            read_only=lambda: Smb(name="samba-sandbox", share="readonly", ...),
        )

The suite finds the file by itself. The server runs for the whole session, in a process of its own (memory is
measured in this one), and ``visible`` looks at what the partner has without our connector: on its disk, or by
another client. Whatever a kind cannot do at all goes into ``cannot`` with the reason; the tests that need it are
skipped with that reason.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from common.connectors.file_store import FileStore

__all__ = ["Ability", "Place", "empty", "sizes"]

Ability: TypeAlias = Literal[
    "replace at once", "tidy up", "move", "list", "lack a folder", "be cut", "deny", "hold a semicolon"
]
"""replace at once: yesterday's file stays until the new one is complete. tidy up: a broken upload leaves nothing.
lack a folder: refuses a file for a folder that is not there. be cut: there is a network that can break.
deny: it can be made to refuse to write. hold a semicolon: in the name of a file."""


@dataclass(frozen=True)
class Place:
    """One running store. ``open`` makes a connector to an empty folder, through ``port`` where one is given.

    ``visible`` are the files that the partner sees there, with their sizes in bytes, by path from that folder;
    ``clear`` removes them. ``port`` is where the server listens, for a network that fails before it; ``read_only``
    makes a connector that may not write.
    """

    open: Callable[..., FileStore]
    visible: Callable[[], dict[str, int]]
    clear: Callable[[], None]
    port: int | None = None
    read_only: Callable[[], FileStore] | None = None
    cannot: Mapping[Ability, str] = field(default_factory=dict)


def sizes(root: Path) -> dict[str, int]:
    """The files below a folder of this machine, with their sizes in bytes."""
    return {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*") if path.is_file()}


def empty(root: Path) -> None:
    """Removes everything below a folder of this machine."""
    for path in root.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
