"""Ingest jobs in the manner of Salesforce's Bulk API 2.0: a job is created, given its CSV, closed and asked for."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.sandbox.partners.http_jobs import JobStore, csv_rows

__all__ = ["bulk_routes"]


def bulk_routes(folder: Path) -> Sequence[Route]:
    """``/services/data/<version>/jobs/ingest``."""
    jobs = _IngestJobs(JobStore(folder / "ingest"))
    root = "/services/data/{version}/jobs/ingest"
    one = f"{root}/{{identifier}}"
    return (
        Route(root, jobs.create, methods=["POST"]),
        Route(one, jobs.read, methods=["GET"]),
        Route(one, jobs.close, methods=["PATCH"]),
        Route(f"{one}/batches", jobs.receive, methods=["PUT"]),
        Route(f"{one}/failedResults", jobs.failed, methods=["GET"]),
    )


class _IngestJobs:
    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    async def create(self, request: Request) -> Response:
        asked = await request.json()
        if asked.get("operation") not in ("insert", "update", "upsert", "delete") or "object" not in asked:
            raise HTTPException(400, "The job has to name its operation and its object")
        return JSONResponse({"id": self._jobs.create(state="Open"), "state": "Open"})

    async def receive(self, request: Request) -> Response:
        content, identifier = await request.body(), request.path_params["identifier"]
        errors = [
            {"sf__Id": "", "sf__Error": f"REQUIRED_FIELD_MISSING:Required fields are missing: [{key}]", **row}
            for _, _, row in csv_rows(content)
            for key in [next(iter(row))]
            if not row[key]
        ]
        self._jobs.receive(identifier, content, "csv", errors)
        return Response(status_code=201)

    async def close(self, request: Request) -> Response:
        state = (await request.json()).get("state")
        if state not in ("UploadComplete", "Aborted"):
            raise HTTPException(400, "A job can be made UploadComplete or Aborted")
        self._jobs.change(request.path_params["identifier"], state=state)
        return JSONResponse({"state": state})

    async def read(self, request: Request) -> Response:
        job, finished = self._jobs.look(request.path_params["identifier"])
        state = "JobComplete" if finished and job["state"] == "UploadComplete" else job["state"]
        return JSONResponse({"state": state, "numberRecordsFailed": len(job["errors"])})

    async def failed(self, request: Request) -> Response:
        errors = self._jobs.get(request.path_params["identifier"])["errors"]
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=errors[0] if errors else ["sf__Id", "sf__Error"])
        writer.writeheader()
        writer.writerows(errors)
        return Response(text.getvalue(), media_type="text/csv")
