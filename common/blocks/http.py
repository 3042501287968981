"""Pages of HTTP interfaces."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from common.blocks.page import Page
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.rest import Rest

__all__ = ["RestApi"]


class RestApi(Page):
    """A partner's HTTP interface.

    Example:
        ```python
        from common.blocks import RestApi

        engage = RestApi.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus REST interface"
    kind: ClassVar[str] = "rest"

    url: str = Field(description="Address that all paths are appended to.")
    token: SecretReference | None = Field(default=None, description="Bearer token.")
    username: str | None = Field(default=None, description="User of HTTP basic authentication.")
    password: SecretReference | None = Field(
        default=None, description="Password of HTTP basic authentication."
    )
    concurrency: int = Field(default=4, ge=1, description="Calls under way at the same time.")
    check_path: str = Field(
        default="",
        description="Path that answers a GET only with the credentials; campus pages check asks for it.",
    )

    def open(self, name: str) -> "Rest":
        from common.connectors.rest import Rest

        return Rest(
            name=name,
            url=self.url,
            token=resolve(self.token, page=name, field="token"),
            username=self.username,
            password=resolve(self.password, page=name, field="password"),
            concurrency=self.concurrency,
            check_path=self.check_path,
        )
