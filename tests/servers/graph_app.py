"""A drive that speaks Microsoft Graph as its documentation says: a program of its own, with files in a folder.

``graph_app.py PORT FOLDER``: the files are in FOLDER/drive; FOLDER/requests.jsonl has a line for each request, and
what stands in FOLDER/faults.json is to go wrong, see ``_fault``. Small differences of Microsoft's own service that
the documentation does not tell of are not here.
"""

import json
import re
import secrets
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import uvicorn
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

TENANT, DRIVE, SITE = "campus.example", "b!campus-drive", "campus.sharepoint.com:/sites/registrar"
APPS = {"writer": "writer-secret-5521", "reader": "reader-secret-8872"}
UNIT = 320 * 1024
PAGE = 3  # items of a list in one answer

ITEM = re.compile(
    rf"/v1\.0/drives/{re.escape(DRIVE)}/(?:root|items/(?P<id>[^:/]+))(?::/(?P<path>[^:]*):?)?(?:/(?P<verb>\w+))?"
)


class Refusal(Exception):  # noqa: N818 - an answer, as Graph writes its errors
    """Ends a request with an error."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        error = {
            "code": code,
            "message": f"About {secrets.token_hex(4)}",
            "innerError": {"date": "2026-09-01"},
        }
        self.answer = JSONResponse({"error": error}, status, headers)


class Graph:
    """The service: tokens, items by their ids, uploads under way."""

    def __init__(self, folder: Path) -> None:
        self.url, self.folder, self.root = "", folder, folder / "drive"  # url: as the client knows it
        self.uploads = folder / "uploads"
        self.root.mkdir()
        self.uploads.mkdir()
        self.tokens: dict[str, tuple[str, float]] = {}
        self.ids: dict[str, Path] = {}
        self.sessions: dict[str, tuple[Path, int | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        try:
            answer = self._answer_unless_faulty(request, body)
        except Refusal as refusal:
            answer = refusal.answer
        answer.headers["request-id"] = secrets.token_hex(8)
        line = {"request": f"{request.method} {request.url.path}", "status": answer.status_code}
        with (self.folder / "requests.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        await answer(scope, receive, send)

    def _answer_unless_faulty(self, request: Request, body: bytes) -> Response:
        fault = self._fault(f"{request.method} {request.url.path}")
        if fault is None:
            return self._answer(request, body)
        if fault.get("done"):
            self._answer(request, body)
        raise Refusal(fault["status"], "induced", fault.get("headers"))

    def _fault(self, request: str) -> dict[str, Any] | None:
        """The first fault whose ``match`` begins the request: ``status``, ``headers``; with ``done`` after the deed."""
        file = self.folder / "faults.json"
        faults = json.loads(file.read_text()) if file.exists() else []
        for fault in faults:
            if request.startswith(fault["match"]):
                faults.remove(fault)
                file.write_text(json.dumps(faults))
                return dict(fault)
        return None

    def _answer(self, request: Request, body: bytes) -> Response:
        path, self.url = request.scope["path"], f"http://{request.headers['host']}"
        match path.split("/")[1:]:
            case [tenant, "oauth2", "v2.0", "token"]:
                return self._token(tenant, body)
            case ["up", name]:
                return self._upload(request, name, body)
            case ["down", item]:
                return FileResponse(self.ids[item])
        app, until = self.tokens.get(
            request.headers.get("authorization", "").removeprefix("Bearer "), ("", 0)
        )
        if time.monotonic() > until:
            raise Refusal(401, "InvalidAuthenticationToken")
        if app == "reader" and request.method != "GET":
            raise Refusal(403, "accessDenied")
        if path == f"/v1.0/sites/{SITE}:/drive":
            return JSONResponse({"id": DRIVE, "driveType": "documentLibrary"})
        found = ITEM.fullmatch(path)
        if found is None or (found["id"] and found["id"] not in self.ids):
            raise Refusal(404, "itemNotFound")
        start = self.ids[found["id"]] if found["id"] else self.root
        place = start / found["path"] if found["path"] else start
        return self._item(request, place, found["verb"] or "", body)

    def _token(self, tenant: str, body: bytes) -> Response:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if tenant != TENANT:
            text = "AADSTS90002: Tenant not found."
            return JSONResponse({"error": "invalid_request", "error_description": text}, 400)
        if form["grant_type"] != "client_credentials" or form["scope"] != f"{self.url}/.default":
            return JSONResponse({"error": "invalid_scope", "error_description": "AADSTS70011: Scope."}, 400)
        if APPS.get(form["client_id"]) != form["client_secret"]:
            text = "AADSTS7000215: Invalid client secret provided."
            return JSONResponse({"error": "invalid_client", "error_description": text}, 401)
        token = secrets.token_urlsafe(16)
        life = json.loads((self.folder / "life.json").read_text())
        self.tokens[token] = (form["client_id"], time.monotonic() + life["lasts"])
        return JSONResponse({"token_type": "Bearer", "expires_in": life["told"], "access_token": token})

    def _item(self, request: Request, place: Path, verb: str, body: bytes) -> Response:
        if (request.method, verb) == ("PUT", "content"):
            return self._keep(place, body)
        if (request.method, verb) == ("POST", "createUploadSession"):
            return self._begin(place, json.loads(body))
        if not place.exists():
            raise Refusal(404, "itemNotFound")
        match request.method, verb:
            case "GET", "children":
                return self._children(request, place)
            case "GET", "":
                answer = self._described(place)
            case "POST", "children":
                place /= json.loads(body)["name"]
                place.mkdir()
                answer = self._described(place)
            case "PATCH", "":
                answer = self._move(place, json.loads(body))
            case "DELETE", "":
                place.unlink()
                return Response(status_code=204)
            case _:
                raise Refusal(405, "notSupported")
        return JSONResponse(answer)

    def _begin(self, place: Path, asked: dict[str, Any]) -> Response:
        replace = asked["item"].get("@microsoft.graph.conflictBehavior") == "replace"
        if place.exists() and not replace:
            raise Refusal(409, "nameAlreadyExists")
        name = secrets.token_urlsafe(16)
        self.sessions[name] = (place, None)
        (self.uploads / name).touch()
        return JSONResponse({"uploadUrl": f"{self.url}/up/{name}", **self._expected(name)})

    def _children(self, request: Request, place: Path) -> Response:
        items = [self._described(path) for path in sorted(place.iterdir(), reverse=True)]
        begin = int(request.query_params.get("$skiptoken", 0))
        page: dict[str, Any] = {"value": items[begin : begin + PAGE]}
        if len(items) > begin + PAGE:
            page["@odata.nextLink"] = f"{self.url}{quote(request.scope['path'])}?$skiptoken={begin + PAGE}"
        return JSONResponse(page)

    def _move(self, place: Path, changes: dict[str, Any]) -> dict[str, Any]:
        target = self.ids[changes["parentReference"]["id"]] / changes["name"]
        if target.exists() and target != place:
            raise Refusal(409, "nameAlreadyExists")
        item = self._id(place)
        place.rename(target)
        self.ids[item] = target
        return self._described(target)

    def _upload(self, request: Request, name: str, body: bytes) -> Response:
        if "authorization" in request.headers:
            raise Refusal(401, "unauthenticated")
        if name not in self.sessions:
            raise Refusal(404, "itemNotFound")
        place, size = self.sessions[name]
        partial = self.uploads / name
        if request.method == "GET":
            return JSONResponse(self._expected(name))
        if request.method == "DELETE":
            del self.sessions[name]
            partial.unlink()
            return Response(status_code=204)
        told = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["content-range"])
        first, last, total = (int(number) for number in told.groups()) if told else (0, 0, 0)
        if last - first + 1 != len(body) or size not in (None, total):
            raise Refusal(400, "invalidRequest")
        if (last + 1 != total and len(body) % UNIT) or len(body) >= 60 * 1024 * 1024:
            raise Refusal(400, "invalidRequest")
        if first != partial.stat().st_size:
            raise Refusal(416, "invalidRange")
        with partial.open("ab") as file:
            file.write(body)
        self.sessions[name] = (place, total)
        if last + 1 < total:
            return JSONResponse(self._expected(name), 202)
        del self.sessions[name]
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(place)
        return JSONResponse(self._described(place), 201)

    def _expected(self, name: str) -> dict[str, Any]:
        begin = (self.uploads / name).stat().st_size
        return {"expirationDateTime": "2030-01-01T00:00:00Z", "nextExpectedRanges": [f"{begin}-"]}

    def _keep(self, place: Path, body: bytes) -> Response:
        partial = self.uploads / secrets.token_hex(8)
        place.parent.mkdir(parents=True, exist_ok=True)  # Microsoft's service makes folders on the way
        partial.write_bytes(body)
        partial.replace(place)
        return JSONResponse(self._described(place), 201)

    def _id(self, place: Path) -> str:
        for item, path in self.ids.items():
            if path == place:
                return item
        item = secrets.token_hex(8)
        self.ids[item] = place
        return item

    def _described(self, place: Path) -> dict[str, Any]:
        status, item = place.stat(), self._id(place)
        modified = datetime.fromtimestamp(int(status.st_mtime), UTC).isoformat().replace("+00:00", "Z")
        described = {"id": item, "name": place.name, "lastModifiedDateTime": modified}
        if place.is_dir():
            return described | {"size": 0, "folder": {"childCount": len(list(place.iterdir()))}}
        return described | {
            "size": status.st_size,
            "file": {},
            "@microsoft.graph.downloadUrl": f"{self.url}/down/{item}",
        }


if __name__ == "__main__":
    uvicorn.run(
        Graph(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", ws="none"
    )
