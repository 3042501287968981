"""Pages of HTTP interfaces."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from common.blocks.page import Page
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.graphql import GraphQl
    from common.connectors.http.session import Session
    from common.connectors.rest import Rest

__all__ = ["GraphQlApi", "HttpPage", "RestApi"]


class HttpPage(Page):
    """A page of an interface that is spoken to by HTTP, with at most one way to log in."""

    url: str = Field(description="Address that all paths are appended to.")
    token: SecretReference | None = Field(default=None, description="Bearer token.")
    username: str | None = Field(default=None, description="User of HTTP basic authentication.")
    password: SecretReference | None = Field(
        default=None, description="Password of HTTP basic authentication."
    )
    api_key: SecretReference | None = Field(default=None, description="Key that goes with every call.")
    api_key_name: str = Field(default="X-Api-Key", description="What the receiver calls the key.")
    api_key_in: Literal["header", "query"] = Field(default="header", description="Where the key goes.")
    token_url: str | None = Field(
        default=None, description="OAuth 2.0: where tokens are fetched, by client credentials."
    )
    client_id: str | None = Field(default=None, description="OAuth 2.0: the client.")
    client_secret: SecretReference | None = Field(default=None, description="OAuth 2.0: the client's secret.")
    scope: str | None = Field(default=None, description="OAuth 2.0: what the tokens are for.")
    concurrency: int = Field(default=4, ge=1, description="Calls under way at the same time.")
    calls_per_second: float | None = Field(
        default=None, gt=0, description="Calls that may begin in a second; no limit if left out."
    )

    @abstractmethod
    def open(self, name: str) -> Any: ...

    def session(self, name: str) -> "Session":
        """The connections that the page describes."""
        from common.connectors.http.login import login
        from common.connectors.http.session import Session

        auth = login(
            name,
            token=resolve(self.token, page=name, field="token"),
            username=self.username,
            password=resolve(self.password, page=name, field="password"),
            api_key=resolve(self.api_key, page=name, field="api_key"),
            api_key_name=self.api_key_name,
            api_key_in=self.api_key_in,
            token_url=self.token_url,
            client_id=self.client_id,
            client_secret=resolve(self.client_secret, page=name, field="client_secret"),
            scope=self.scope,
        )
        return Session(
            name=name,
            url=self.url,
            auth=auth,
            connections=self.concurrency,
            calls_per_second=self.calls_per_second,
        )


class RestApi(HttpPage):
    """A partner's HTTP interface.

    Example:
        ```python
        from common.blocks import RestApi

        engage = RestApi.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus REST interface"
    kind: ClassVar[str] = "rest"

    check_path: str = Field(
        default="",
        description="Path that answers a GET only with the credentials; campus pages check asks for it.",
    )

    def open(self, name: str) -> "Rest":
        from common.connectors.rest import Rest

        return Rest(self.session(name), concurrency=self.concurrency, check_path=self.check_path)


class GraphQlApi(HttpPage):
    """A partner's GraphQL interface.

    Example:
        ```python
        from common.blocks import GraphQlApi

        residences = GraphQlApi.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus GraphQL interface"
    kind: ClassVar[str] = "graphql"

    url: str = Field(description="Address that every query is posted to.")

    def open(self, name: str) -> "GraphQl":
        from common.connectors.graphql import GraphQl

        return GraphQl(self.session(name))
