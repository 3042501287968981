"""Pages of HTTP interfaces."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, SecretStr

from common.blocks.page import Page, secret_value

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
    token: SecretStr | None = Field(default=None, description="Bearer token.")
    username: str | None = Field(default=None, description="User of HTTP basic authentication.")
    password: SecretStr | None = Field(default=None, description="Password of HTTP basic authentication.")
    concurrency: int = Field(default=4, ge=1, description="Calls under way at the same time.")

    def open(self, name: str) -> "Rest":
        from common.connectors.rest import Rest

        return Rest(
            name=name,
            url=self.url,
            token=secret_value(self.token),
            username=self.username,
            password=secret_value(self.password),
            concurrency=self.concurrency,
        )
