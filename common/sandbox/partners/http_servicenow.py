"""Import sets in the manner of ServiceNow: records are staged, transformed later, and asked for as rows of tables."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.sandbox.partners.http_jobs import JobStore

__all__ = ["servicenow_routes"]


def servicenow_routes(folder: Path) -> Sequence[Route]:
    """``/api/now/import/<table>/insertMultiple``, and the two tables in which its outcome is looked up."""
    sets = _ImportSets(JobStore(folder / "import_sets"))
    return (
        Route("/api/now/import/{table}/insertMultiple", sets.create, methods=["POST"]),
        Route("/api/now/table/sys_import_set/{identifier}", sets.read, methods=["GET"]),
        Route("/api/now/table/sys_import_set_row", sets.rows, methods=["GET"]),
    )


class _ImportSets:
    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    async def create(self, request: Request) -> Response:
        body = await request.body()
        try:
            records: list[dict[str, Any]] = json.loads(body)["records"]
        except (ValueError, KeyError, TypeError):
            raise HTTPException(400, "The body has to be an object with records") from None
        refused = [
            {"sys_import_state": "error", "sys_import_state_comment": f"{key} is mandatory for {record}"}
            for record in records
            for key in [next(iter(record))]
            if not record[key]
        ]
        identifier = self._jobs.create()
        self._jobs.receive(identifier, body, "records", refused)
        return JSONResponse({"import_set_id": identifier, "multi_import_set_id": f"m{identifier}"}, 201)

    async def read(self, request: Request) -> Response:
        _, finished = self._jobs.look(request.path_params["identifier"])
        return JSONResponse({"result": {"state": "processed" if finished else "loaded"}})

    async def rows(self, request: Request) -> Response:
        query = dict(part.split("=", 1) for part in request.query_params.get("sysparm_query", "").split("^"))
        job = self._jobs.get(query.get("sys_import_set", ""))
        size = int(request.query_params.get("sysparm_limit", "10000"))
        start = int(request.query_params.get("sysparm_offset", "0"))
        rows = [row for row in job["errors"] if row["sys_import_state"] == query.get("sys_import_state")]
        return JSONResponse({"result": rows[start : start + size]})
