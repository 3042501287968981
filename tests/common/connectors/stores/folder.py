"""A folder of this machine as a file store."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.connectors.folder import Folder
from tests.common.connectors.stores.place import Place, empty, sizes


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A new folder; /sys takes no file, not even root's."""
    root = request.getfixturevalue("tmp_path_factory").mktemp("share")
    yield Place(
        open=lambda: Folder(name="share-sandbox", path=str(root)),
        visible=lambda: sizes(root),
        clear=lambda: empty(root),
        read_only=lambda: Folder(name="share-sandbox", path="/sys"),
        cannot={"be cut": "a folder of this machine has no network before it"},
    )
