"""Receipts: what was delivered, where and when, and the last delivered files themselves."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

from common.clock import now
from common.contract import Contract
from common.errors import ContractError
from common.files import Parcel
from common.settings import settings

__all__ = ["Difference", "Receipt", "Receipts"]

STEM = "%Y%m%dT%H%M%S.%fZ"
ENCRYPTED = 1  # bit 0 of a zip member's flags (APPNOTE 4.4.4)


@dataclass(frozen=True)
class Receipt:
    """The account of one delivery; it names columns and counts, never a value.

    system: the page's name without environment. path: where the receiver has it.
    rows: rows delivered; for calls, rows that the receiver accepted. bytes: as received.
    seconds: how long the sending took. atomic: whether the receiver could only ever see the whole file.
    verified: whether the size was compared at the receiver.
    rejected: rows that a database refused and that are set aside.
    """

    flow: str
    system: str
    path: str
    contract: str
    rows: int
    bytes: int
    sha256: str
    seconds: float
    atomic: bool
    delivered: datetime
    personal: tuple[str, ...] = ()
    removed: int = 0
    rejected: int = 0
    rehearsal: bool = False
    verified: bool = True

    def facts(self) -> dict[str, str]:
        """The receipt as a person reads it."""
        return {
            "system": self.system,
            "path": self.path,
            "what": self.contract,
            "rows": f"{self.rows:,}",
            "rows that left": f"{self.removed:,}",
            "rows refused": f"{self.rejected:,}",
            "bytes": f"{self.bytes:,}",
            "sha256": self.sha256,
            "whole or not at all": "yes" if self.atomic else "no",
            "size compared": "yes" if self.verified else "no",
            "delivered": f"{self.delivered:%Y-%m-%d %H:%M:%S %Z}",
            "personal columns": ", ".join(self.personal) or "none",
        }

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"delivered": self.delivered.isoformat()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Receipt":
        values: dict[str, Any] = json.loads(text)
        values["delivered"] = datetime.fromisoformat(values["delivered"])
        values["personal"] = tuple(values["personal"])
        return cls(**values)


@dataclass(frozen=True)
class Difference:
    """Lines that a file has and the last delivered one had not, and the other way round."""

    added: int
    removed: int


class Receipts:
    """The receipts of one environment: one file each, below a folder per flow, system and contract."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = (home or settings().home) / "receipts"

    def last(self, flow: str, system: str, contract: str) -> Receipt | None:
        """The newest receipt of this flow for this contract at this system."""
        newest = max(self._folder(flow, system, contract).glob("*.json"), default=None)
        return Receipt.from_json(newest.read_text(encoding="utf-8")) if newest else None

    def all(self) -> Iterator[Receipt]:
        """Every receipt, oldest first within each destination."""
        for path in sorted(self._home.glob("*/*/*/*.json")):
            yield Receipt.from_json(path.read_text(encoding="utf-8"))

    def store(self, receipt: Receipt, parcel: Parcel | None = None) -> None:
        """Keeps the receipt, and the file for a later look; older files beyond ``keep_delivered`` go."""
        folder = self._folder(receipt.flow, receipt.system, receipt.contract)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = receipt.delivered.astimezone(UTC).strftime(STEM)
        if parcel:
            with _finished(folder / f"{stem}.delivered") as unfinished:
                shutil.copyfile(parcel.path, unfinished)
        with _finished(folder / f"{stem}.json") as unfinished:
            unfinished.write_text(receipt.to_json(), encoding="utf-8")
        for old in sorted(folder.glob("*.delivered"))[: -settings().keep_delivered]:
            old.unlink()

    def guard(self, flow: str, system: str, parcel: Parcel) -> None:
        """Raises ContractError if the parcel has lost more rows since the last delivery than it may."""
        self.guard_rows(flow, system, parcel.contract, parcel.rows, parcel.name)

    def guard_rows(self, flow: str, system: str, contract: Contract, rows: int, what: str) -> None:
        """The same for ``what`` there is of any other form."""
        last = self.last(flow, system, contract.name)
        allowed = contract.max_shrink
        if last is None or rows >= last.rows * (1 - allowed):
            return
        raise ContractError(
            f"{contract.name}: {what} has {rows:,} rows, the delivery of "
            f"{last.delivered:%Y-%m-%d %H:%M} to {system} had {last.rows:,}: {1 - rows / last.rows:.1%} fewer, "
            f"{allowed:.1%} are allowed. Nothing was sent. If so many really left, raise max_shrink for one run."
        )

    def difference(self, flow: str, system: str, parcel: Parcel) -> Difference | None:
        """The parcel beside the last delivered file, line by line; None before the first, and if it is encrypted."""
        folder = self._folder(flow, system, parcel.contract.name)
        last = max(folder.glob("*.delivered"), default=None)
        if last is None or parcel.sealed:
            return None
        old, new = Counter(_lines(last)), Counter(_lines(parcel.path))
        return Difference(added=(new - old).total(), removed=(old - new).total())

    def rejects(self, flow: str, system: str, contract: str) -> Path:
        """A new file for rows that the receiver refuses, kept as long as delivered ones; it outlives the run."""
        folder = self._folder(flow, system, contract)
        for old in sorted(folder.glob("*.rejected.csv"))[: -settings().keep_delivered]:
            old.unlink()
        return folder / f"{now().astimezone(UTC):{STEM}}.rejected.csv"

    def _folder(self, flow: str, system: str, contract: str) -> Path:
        return self._home / flow / system / re.sub(r"[^a-z0-9]+", "-", contract.lower())


@contextmanager
def _finished(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write, for the owner only, that becomes ``path`` once it is whole."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    yield unfinished
    unfinished.replace(path)


def _lines(path: Path) -> Iterator[int]:
    """The hashes of a file's lines, of all its members if it is a zip; of an encrypted one there are none to see."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            for member in (m for m in archive.infolist() if not m.flag_bits & ENCRYPTED):
                with archive.open(member) as lines:
                    yield from map(hash, lines)
    else:
        with path.open("rb") as lines:
            yield from map(hash, lines)
