"""Imports in the manner of Instructure Canvas: a zip of CSV files is posted, then asked for until it is imported."""

from collections.abc import Sequence
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.sandbox.partners.http_jobs import JobStore, csv_rows

__all__ = ["canvas_routes"]

STATES = {"status": ("active", "suspended", "deleted", "completed", "inactive", "published")}
TYPES = {"application/zip": "zip", "text/csv": "csv"}


def canvas_routes(folder: Path) -> Sequence[Route]:
    """``/api/v1/accounts/<account>/sis_imports``, as documented in Canvas's SIS Imports API."""
    imports = _Imports(JobStore(folder / "sis_imports"))
    root = "/api/v1/accounts/{account}/sis_imports"
    return (
        Route(root, imports.create, methods=["POST"]),
        Route(f"{root}/importing", imports.importing, methods=["GET"]),
        Route(f"{root}/{{identifier}}", imports.read, methods=["GET"]),
        Route(f"{root}/{{identifier}}/errors", imports.errors, methods=["GET"]),
    )


class _Imports:
    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    async def create(self, request: Request) -> Response:
        content, suffix = await _attached(request)
        refused = [
            {"file": file, "row": line, "message": message, "row_info": ",".join(map(str, row.values()))}
            for file, line, row in csv_rows(content)
            if (message := _complaint(row))
        ]
        identifier = self._jobs.create()
        self._jobs.receive(identifier, content, suffix, refused)
        return JSONResponse(self._shown(identifier, "created"))

    async def importing(self, _request: Request) -> Response:
        shown = [self._shown(identifier, "importing") for identifier in self._jobs.unfinished()]
        return JSONResponse({"sis_imports": shown})

    async def read(self, request: Request) -> Response:
        identifier = request.path_params["identifier"]
        job, finished = self._jobs.look(identifier)
        done = "imported_with_messages" if job["errors"] else "imported"
        return JSONResponse(self._shown(identifier, done if finished else "importing"))

    async def errors(self, request: Request) -> Response:
        return JSONResponse(
            {"sis_import_errors": self._jobs.get(request.path_params["identifier"])["errors"]}
        )

    def _shown(self, identifier: str, state: str) -> dict[str, Any]:
        errors = len(self._jobs.get(identifier)["errors"])
        return {
            "id": int(identifier),
            "workflow_state": state,
            "progress": 100 if state.startswith("imported") else 0,
            "data": {"import_type": "instructure_csv", "counts": {"error_count": errors, "warning_count": 0}},
        }


def _complaint(row: dict[str, str]) -> str:
    """Canvas's words quote the row that they are about."""
    key, value = next(iter(row.items()))
    if not value:
        return f"No {key} given for a row"
    for column, known in STATES.items():
        if column in row and row[column] not in known:
            return f"Improper {column} {row[column]!r} for {' '.join(row.values())}, skipping"
    return ""


async def _attached(request: Request) -> tuple[bytes, str]:
    """The body, or the field ``attachment`` of a form (RFC 7578)."""
    kind, body = request.headers.get("Content-Type", ""), await request.body()
    if kind.startswith("multipart/form-data"):
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        for part in message.iter_parts():
            if part.get_param("name", header="content-disposition") == "attachment":
                payload = part.get_payload(decode=True)
                kind, body = part.get_content_type(), payload if isinstance(payload, bytes) else b""
    if kind not in TYPES:
        raise HTTPException(400, f"The content type has to be one of {', '.join(TYPES)}")
    return body, TYPES[kind]
