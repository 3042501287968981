"""What is asked of a REST interface: a call with JSON, or one that carries a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import httpx

from common.errors import DataFlowError

__all__ = ["Call", "Outcome", "Upload"]

CHUNK = 65_536  # bytes of a file that are sent at a time


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make: ``values`` fill the ``{...}`` in ``path``. What may be personal is not in its repr."""

    method: str
    path: str
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call: its response, or the error that stopped it."""

    call: Call
    response: httpx.Response | None = None
    error: DataFlowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One request whose body is a file.

    path: a template, as that of a ``Call``. params: of the query.
    content_type: of the file, such as ``application/zip``.
    form_field: the file is this field of a form (multipart/form-data, RFC 7578); without it, the body itself. form: the
        other fields.
    records: the lines of a JSON lines file become the list under this key of one JSON object.
    """

    path: str
    method: str = "POST"
    params: Mapping[str, str | int] = field(default_factory=dict)
    content_type: str = "application/octet-stream"
    form_field: str | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    records: str | None = None

    def parts(self, file: BinaryIO, name: str) -> dict[str, Any]:
        """httpx's arguments for a body that is read from ``file`` while it is sent."""
        if self.form_field:
            return {"files": {self.form_field: (name, file, self.content_type)}, "data": dict(self.form)}
        if self.records:
            listed = _listed(file, self.records)
            return {"content": listed, "headers": {"Content-Type": "application/json"}}
        return {"content": file, "headers": {"Content-Type": self.content_type}}


def _listed(file: BinaryIO, key: str) -> Iterator[bytes]:
    pending, comma = b'{"%s":[' % key.encode(), b""
    for line in filter(bytes.strip, file):
        pending += comma + line.strip()
        comma = b","
        if len(pending) >= CHUNK:
            yield pending
            pending = b""
    yield pending + b"]}"
