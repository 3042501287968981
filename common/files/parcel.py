"""A parcel: a complete local file that passed its contract, and what is known of it."""

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias

import pyarrow as pa

from common.batches import Batches
from common.contract import Contract
from common.errors import ConfigError

__all__ = ["Body", "Parcel", "write_parcel"]

PREVIEW_ROWS = 5
MASK = "•••"

Body: TypeAlias = Callable[[BinaryIO, Iterator[pa.RecordBatch]], None]


@dataclass(frozen=True)
class Parcel:
    """A finished file. Only writers make one, so holding a parcel means that its rows were checked.

    preview: the first rows with every personal column masked, fit to be shown.
    bytes, sha256: of the file as it lies on disk.
    sealed: encrypted, so that its lines cannot be compared with those of another delivery.
    """

    path: Path
    rows: int
    contract: Contract
    preview: tuple[dict[str, str], ...] = field(repr=False)
    bytes: int
    sha256: str
    sealed: bool = False

    @property
    def name(self) -> str:
        return self.path.name

    @classmethod
    def of(
        cls,
        path: Path,
        rows: int,
        contract: Contract,
        preview: tuple[dict[str, str], ...],
        *,
        sealed: bool = False,
    ) -> "Parcel":
        """Measures a finished file."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path, rows, contract, preview, path.stat().st_size, digest, sealed)


def write_parcel(rows: Batches, contract: Contract, path: Path, body: Body) -> Parcel:
    """Lets ``body`` write the checked rows to ``path``, which only the owner may read.

    The rows are fetched by a thread while the file is written. When anything fails, no file remains, nor the
    thread and what the source holds open.
    """
    preview: list[dict[str, str]] = []
    count = 0

    def noted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        nonlocal count
        for batch in batches:
            count += batch.num_rows
            head = batch.slice(0, PREVIEW_ROWS - len(preview)).to_pylist()
            preview.extend(_masked(row, contract.personal) for row in head)
            yield batch

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600)
        with path.open("wb") as file, closing(contract.check(rows.ahead())) as checked:
            body(file, noted(checked))
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise ConfigError(
                f"{contract.name}: the disk of the scratch folder is full after {count:,} rows of {path.name}. "
                "Nothing was sent. Make room, or let CAMPUS_SCRATCH name a folder on a larger disk."
            ) from None
        raise
    return Parcel.of(path, count, contract, tuple(preview))


def _masked(row: dict[str, object], personal: tuple[str, ...]) -> dict[str, str]:
    return {
        name: "" if value is None else MASK if name in personal else str(value) for name, value in row.items()
    }
