"""A GraphQL interface by graphql-core, the reference implementation for Python: students, in pages."""

import socket
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from graphql import GraphQLError, build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.sandbox.partners.http_serving import serving
from common.sandbox.partners.partner import LOOPBACK, Partner

__all__ = ["GraphQlServer"]

SCHEMA = build_schema("""
    type Query { campus: Campus!, student(emplid: ID!): Student }
    type Mutation { rename(emplid: ID!, name: String!): Student }
    type Campus { students(first: Int = 2, after: String): Students }
    type Students { nodes: [Student!]!, edges: [Edge!]!, pageInfo: PageInfo! }
    type Edge { node: Student! }
    type PageInfo { hasNextPage: Boolean!, endCursor: String }
    type Student { emplid: ID!, name: String, credits: Float, advisor: String, address: Address }
    type Address { city: String }
""")


class GraphQlServer(Partner):
    """Answers who knows the ``token``; ``faults`` are the codes of errors that the next queries end with."""

    def __init__(self, root: Path, token: str, students: list[dict[str, Any]]) -> None:
        super().__init__(root, ["graphql"], port=0)
        self._token = token
        self._students = students
        self.faults: list[str] = []
        self.asked = 0
        self.stuck = False

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/graphql"

    def _serving(self, listener: socket.socket) -> AbstractAsyncContextManager[None]:
        return serving(Starlette(routes=[Route("/graphql", self._answer, methods=["POST"])]), listener)

    async def _answer(self, request: Request) -> Response:
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            error = {"message": "You must be logged in", "extensions": {"code": "UNAUTHENTICATED"}}
            return JSONResponse({"errors": [error]})
        asked = await request.json()
        root = {"campus": {"students": self._page}, "student": self._student, "rename": self._rename}
        if self.faults:
            code = self.faults.pop(0)
            return JSONResponse({"data": None, "errors": [{"message": "no", "extensions": {"code": code}}]})
        result = graphql_sync(SCHEMA, asked["query"], root, variable_values=asked["variables"])
        return JSONResponse(result.formatted)

    def _page(self, _info: object, first: int, after: str | None = None) -> dict[str, Any]:
        start = int(after or 0)
        chosen = self._students[start : start + first]
        more = start + first < len(self._students)
        return {
            "nodes": chosen,
            "edges": [{"node": student} for student in chosen],
            "pageInfo": {
                "hasNextPage": more or self.stuck,
                "endCursor": "1" if self.stuck else str(start + first),
            },
        }

    def _student(self, _info: object, emplid: str) -> dict[str, Any]:
        def advisor(_info: object) -> str:
            raise GraphQLError(f"The advisor of {emplid} {name} could not be loaded")

        [student] = [student for student in self._students if student["emplid"] == emplid]
        name = student["name"]
        return {**student, "advisor": advisor}

    def _rename(self, _info: object, emplid: str, name: str) -> dict[str, Any]:
        raise GraphQLError(f"{emplid} may not be called {name}")
