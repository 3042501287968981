"""Which files of a store are meant, and whether they are complete."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from common.connectors.file_store import UNFINISHED, FileStore, RemoteFile
from common.errors import ConfigError, SourceError, TransientError

__all__ = ["mark_of", "matching", "wait_for"]

# What uploading programs, ours and WinSCP among them, call a file that is not complete yet.
_UNFINISHED = (UNFINISHED, ".filepart")


def matching(
    files: Iterable[RemoteFile],
    pattern: str,
    *,
    older_than: timedelta | None = None,
    newer_than: timedelta | None = None,
    min_bytes: int = 0,
) -> tuple[RemoteFile, ...]:
    """The files whose whole name fits ``pattern`` (shell's ``*``, ``?`` and ``[a-z]``, case counts), by name.

    older_than, newer_than: by the store's clock, from now. min_bytes: smaller ones are left out. Files that are
    still under a temporary name never match. Raises ConfigError where an age is asked for that the store does not
    tell.
    """
    now = datetime.now(UTC)
    found = []
    for file in sorted(files, key=lambda file: file.name):
        if not fnmatchcase(file.name, pattern) or file.name.endswith(_UNFINISHED) or file.size < min_bytes:
            continue
        if older_than is not None or newer_than is not None:
            if file.modified is None:
                raise ConfigError(
                    f"{file.name}: this store does not tell when a file was modified. Choose files by their names."
                )
            age = now - file.modified
            if (older_than is not None and age < older_than) or (newer_than is not None and age > newer_than):
                continue
        found.append(file)
    return tuple(found)


def mark_of(name: str, suffix: str) -> str:
    """The completion file of a file: ``charges.csv`` has ``charges.DONE``; ConfigError for what is no suffix."""
    try:
        return str(PurePosixPath(name).with_suffix(suffix))
    except ValueError:
        raise ConfigError(f"{suffix!r} is not the suffix of a completion file, such as .DONE.") from None


def wait_for(
    store: FileStore,
    pattern: str,
    *,
    folder: str = ".",
    completion_suffix: str = "",
    patience: timedelta,
    interval: timedelta = timedelta(seconds=15),
) -> tuple[RemoteFile, ...]:
    """The files of ``folder`` that fit ``pattern``, once there is one and all of them are complete.

    With ``completion_suffix`` a file is complete when its completion file is there, and is not waited for longer;
    without, when two looks ``interval`` apart find it unchanged. Raises SourceError when none came within
    ``patience``, TransientError when one did and still grows.
    """
    deadline = time.monotonic() + patience.total_seconds()
    before: dict[str, RemoteFile] = {}
    while True:
        files = store.list(folder)
        found = matching(files, pattern)
        if completion_suffix:
            names = {file.name for file in files}
            complete = tuple(file for file in found if mark_of(file.name, completion_suffix) in names)
            if complete:
                return complete
        elif found and all(before.get(file.name) == file for file in found):
            return found
        if time.monotonic() >= deadline:
            break
        before = {file.name: file for file in found}
        time.sleep(min(interval.total_seconds(), max(0.0, deadline - time.monotonic())))
    waited = f"after {patience.total_seconds():,.0f} s"
    if found and not completion_suffix:
        raise TransientError(f"{found[0].name} still grows in {folder!r} {waited}. It is looked at again.")
    mark = f" with its {completion_suffix} file" if completion_suffix else ""
    raise SourceError(
        f"No file {pattern}{mark} came to {folder!r} {waited}: {len(found)} fit, {len(files)} are there. "
        "Ask the partner."
    )
