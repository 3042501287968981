"""Snapshots: what a receiver has acknowledged, so that only differences are sent."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from common.contract import Contract
from common.errors import ConfigError, ContractError, TransientError
from common.settings import settings
from common.violations import JOINT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "Changes", "Snapshot"]

SCHEMA = pa.schema([("key", pa.string()), ("digest", pa.binary(16))])


class Change:
    """One row that the receiver does not have in this form. ``is_new``: it has never accepted this key."""

    __slots__ = ("digest", "is_new", "key", "row")

    def __init__(self, key: str, row: Mapping[str, Any], digest: bytes, is_new: bool) -> None:
        self.key, self.row, self.digest, self.is_new = key, row, digest, is_new


class Changes:
    """The difference between the rows of today and what the receiver acknowledged."""

    def __init__(self, rows: list[Change], removed: list[str], unchanged: int) -> None:
        self.rows, self.removed, self.unchanged = rows, removed, unchanged

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Changes(rows={len(self.rows)}, removed={len(self.removed)}, unchanged={self.unchanged})"


class Snapshot:
    """Digests of acknowledged rows by their contract's key, kept in one parquet file; a context manager.

    A key is remembered only once the receiver accepted its row. What was acknowledged is saved on leaving the
    ``with``, also after an error, so that a rerun sends only the rest.
    """

    def __init__(
        self, name: str, contract: Contract, *, home: Path | None = None, read_only: bool = False
    ) -> None:
        self.name, self.contract, self._read_only = name, contract, read_only
        self._path = (home or settings().home) / "snapshots" / f"{name}.parquet"
        self._lock = filelock.FileLock(self._path.with_suffix(".lock"), blocking=False)
        self._digests: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        """Raises TransientError while another run holds this snapshot, ConfigError if its file is damaged."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise TransientError(
                f"Another run is using the snapshot {self.name}; start this one when that has ended."
            ) from None
        try:
            self._digests = self._load()
        except BaseException:  # no __exit__ follows
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if not self._read_only:
                self._save()
        finally:
            self._lock.release()

    def __len__(self) -> int:
        return len(self._digests)

    def compare(self, frame: "pd.DataFrame", *, max_removed: float) -> Changes:
        """What of ``frame`` the receiver does not have, and which acknowledged keys ``frame`` lacks.

        Raises ContractError if more than the share ``max_removed`` of the acknowledged keys is gone, and
        ConfigError if ``frame`` was not made with the snapshot's contract.
        """
        if list(frame.columns) != self.contract.schema.names:
            raise ConfigError(
                f"Snapshot {self.name}: the rows were not made with .frame() of the contract {self.contract.name}."
            )
        changed, present = [], set()
        for row in _rows(frame):
            key, digest = JOINT.join(str(row[name]) for name in self.contract.key), _digest(row)
            present.add(key)
            if (known := self._digests.get(key)) != digest:
                changed.append(Change(key, row, digest, is_new=known is None))
        removed = sorted(self._digests.keys() - present)
        if len(removed) > max_removed * len(self._digests):
            raise ContractError(
                f"Snapshot {self.name}: {len(removed):,} of {len(self._digests):,} acknowledged keys are gone from "
                f"the source, {max_removed:.1%} are allowed. Nothing was sent. Look at the source; if they really "
                "left, raise max_removed for one run."
            )
        return Changes(changed, removed, len(frame) - len(changed))

    def is_acknowledged(self, change: Change) -> bool:
        return self._digests.get(change.key) == change.digest

    def acknowledge(self, change: Change) -> None:
        """The receiver accepted this row."""
        self._digests[change.key] = change.digest

    def forget(self, key: str) -> None:
        """The receiver no longer has this key, or need not be told of it again."""
        self._digests.pop(key, None)

    def _load(self) -> dict[str, bytes]:
        if not self._path.exists():
            return {}
        try:
            table = pq.read_table(self._path, schema=SCHEMA)
        except pa.ArrowInvalid:
            raise ConfigError(
                f"Snapshot {self.name}: {self._path} is damaged. Restore it from a backup, or remove it: every row "
                "is then sent again."
            ) from None
        return dict(zip(table["key"].to_pylist(), table["digest"].to_pylist(), strict=True))

    def _save(self) -> None:
        keys = sorted(self._digests)
        table = pa.table([keys, [self._digests[k] for k in keys]], schema=SCHEMA)
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        pq.write_table(table, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(self._path)


def _rows(frame: "pd.DataFrame") -> Iterator[Mapping[str, Any]]:
    for batch in pa.Table.from_pandas(frame, preserve_index=False).to_batches():
        yield from batch.to_pylist()


def _digest(row: Mapping[str, Any]) -> bytes:
    text = json.dumps(row, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
