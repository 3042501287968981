"""Fetching what a partner left in its file store, and putting it away once it was taken in."""

import hashlib
import logging
import posixpath
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath

from common.arrivals import Arrivals, Fetched
from common.blocks import FileStorePage
from common.clock import now
from common.connectors.file_search import mark_of, matching, wait_for
from common.connectors.file_store import FileStore, RemoteFile
from common.errors import SourceError, TransientError
from common.pages import find_page, page_name
from common.run import current_run
from common.tasks.step import step

__all__ = ["archive", "fetch"]

logger = logging.getLogger(__name__)


@step
def fetch(
    system: str,
    pattern: str,
    *,
    completion_suffix: str = "",
    patience: timedelta | None = None,
    interval: timedelta = timedelta(seconds=15),
    older_than: timedelta | None = None,
    newer_than: timedelta | None = None,
    min_bytes: int = 0,
    required: bool = True,
    again: bool = False,
) -> tuple[Fetched, ...]:
    """The files at the page ``system`` whose name fits ``pattern``, copied into the run's scratch folder, by name.

    ``pattern`` may begin with a folder: ``outbox/IA_Charges_*.csv``. Where files stay after they were taken in, let it
    hold the day. What this flow has archived before, by name and content, is left out unless ``again`` is set.
    ``completion_suffix`` asks for a completion file beside each; ``older_than``, ``newer_than`` and ``min_bytes`` leave
    out other files, by the store's clock. ``patience`` is how long to wait for a first file and until none has
    changed for an ``interval``; without it one look has to do.

    Raises SourceError when ``required`` and nothing fits, not even what is known; TransientError for a file that
    changes while it is fetched. Nothing changes at the partner.
    """
    folder, _, pattern = pattern.rpartition("/")
    folder = folder or "."
    page = find_page(system, FileStorePage)
    with page.open(page_name(system)) as store:
        if patience is not None:
            wait_for(
                store,
                pattern,
                folder=folder,
                completion_suffix=completion_suffix,
                patience=patience,
                interval=interval,
            )
        listed = store.list(folder)
        found = matching(listed, pattern, older_than=older_than, newer_than=newer_than, min_bytes=min_bytes)
        names = {file.name for file in listed}
        if completion_suffix:
            found = tuple(file for file in found if mark_of(file.name, completion_suffix) in names)
        if required and not found:
            raise SourceError(
                f"{system}: no file fits {pattern!r} in {folder!r}, where {len(listed)} files are. Ask the partner."
            )
        arrivals = Arrivals(current_run().flow, system)
        wanted = [file for file in found if again or not arrivals.knows(file)]
        fetched = [_fetch(store, system, folder, file, completion_suffix) for file in wanted]
        _check_unchanged(store, system, folder, wanted)
    new = tuple(file for file in fetched if again or file not in arrivals)
    logger.info(
        "fetched system=%s folder=%s files=%d known=%d bytes=%d",
        system,
        folder,
        len(new),
        len(found) - len(new),
        sum(file.bytes for file in new),
    )
    return new


@step
def archive(files: Sequence[Fetched], *, to: str = "archive") -> None:
    """Notes that ``files`` were taken in, so that no run fetches them again, and moves them at the partner.

    ``to`` is a folder below the one that they lie in; it is made when it is missing, and a file of the same name
    there stays: the new one gets a part of its digest into its name. With "" nothing is moved, for partners that
    allow no more than reading. What the partner has replaced meanwhile is left where it is, for the next run. A
    rehearsal notes and moves nothing.
    """
    run = current_run()
    if run.rehearsal:
        logger.info("rehearsed archive files=%d", len(files))
        return
    # every note before the first move: a connection lost in between must not have a file taken in twice
    for file in files:
        Arrivals(run.flow, file.system).remember(file, now())
    if not to:
        return
    for system, folder in dict.fromkeys((file.system, file.folder) for file in files):
        here = [file for file in files if (file.system, file.folder) == (system, folder)]
        with find_page(system, FileStorePage).open(page_name(system)) as store:
            present = {file.name: file for file in store.list(folder)}
            for file in here:
                _put_away(store, file, present, to)


def _fetch(store: FileStore, system: str, folder: str, file: RemoteFile, suffix: str) -> Fetched:
    if file.name == ".." or PurePosixPath(file.name).name != file.name:
        raise SourceError(f"{system}: the name {file.name!r} in {folder!r} is a path. Ask the partner.")
    started = time.monotonic()
    local = current_run().scratch / "fetched" / system / folder / file.name
    local.parent.mkdir(parents=True, exist_ok=True)
    size = store.get(posixpath.join(folder, file.name), local)
    fetched = Fetched(
        path=local,
        name=file.name,
        bytes=size,
        sha256=_digest(local),
        system=system,
        folder=folder,
        modified=file.modified,
        mark=mark_of(file.name, suffix) if suffix else "",
    )
    logger.info(
        "fetch system=%s file=%s bytes=%d sha256=%s seconds=%.1f",
        system,
        file.name,
        size,
        fetched.sha256[:12],
        time.monotonic() - started,
    )
    return fetched


def _check_unchanged(store: FileStore, system: str, folder: str, found: Sequence[RemoteFile]) -> None:
    """A file that somebody still writes has another size or time after it was fetched."""
    present = set(store.list(folder)) if found else set()
    if changed := [file.name for file in found if file not in present]:
        raise TransientError(
            f"{system}: {len(changed)} of {len(found)} files changed in {folder!r} while they were fetched, "
            f"{changed[0]} first. They are fetched again."
        )


def _put_away(store: FileStore, file: Fetched, present: Mapping[str, RemoteFile], to: str) -> None:
    found = present.get(file.name)
    if (
        found is None
    ):  # an attempt before this one moved it, or the partner took it away: it is noted either way
        logger.warning("archive system=%s file=%s is gone from %s", file.system, file.name, file.folder)
        return
    if (found.size, found.modified) != (file.bytes, file.modified):
        logger.warning("archive system=%s file=%s was replaced meanwhile and stays", file.system, file.name)
        return
    target = posixpath.join(file.folder, to, file.name)
    if store.exists(target):
        name = PurePosixPath(file.name)
        target = posixpath.join(file.folder, to, f"{name.stem}.{file.sha256[:12]}{name.suffix}")
    store.move(posixpath.join(file.folder, file.name), target)
    if file.mark in present:
        store.move(posixpath.join(file.folder, file.mark), posixpath.join(file.folder, to, file.mark))
    logger.info("archived system=%s file=%s to=%s", file.system, file.name, target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
