"""Which uploads a receiver is still working through: remembered between runs, so that none is handed over twice."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from common.files import Parcel
from common.settings import settings

__all__ = ["Submission", "Submissions"]


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that was handed over, and has not come to its end as far as is known.

    sha256: of the file. job: the receiver's id; None if its answer never came. before: jobs that were running there
    already.
    """

    sha256: str
    job: str | None
    before: tuple[str, ...] = ()


class Submissions:
    """The submission of one flow to one system for one contract, in a file."""

    def __init__(self, flow: str, system: str, parcel: Parcel) -> None:
        slug = re.sub(r"[^a-z0-9]+", "-", parcel.contract.name.lower())
        self._path: Path = settings().home / "submissions" / flow / system / f"{slug}.json"
        self._sha256 = parcel.sha256

    def pending(self) -> Submission | None:
        """The submission of this very file, if one has begun and not ended."""
        if not self._path.exists():
            return None
        values = json.loads(self._path.read_text(encoding="utf-8"))
        found = Submission(values["sha256"], values["job"], tuple(values["before"]))
        return found if found.sha256 == self._sha256 else None

    def remember(self, job: str | None, before: tuple[str, ...] = ()) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(Submission(self._sha256, job, before))), encoding="utf-8")
        unfinished.replace(self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)
