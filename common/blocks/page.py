"""What every page type has in common."""

from abc import abstractmethod
from typing import Any, ClassVar

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl, SecretStr

__all__ = ["Page", "secret_value"]


class Page(Block):
    """The only place that says where a system is and how to log in to it.

    On a Prefect server a page is a block document named ``<system>-<environment>``, which an operator edits in
    the dashboard; the next run uses the edit. ``kind`` is the word for its type in a page file.
    """

    _documentation_url = HttpUrl("https://github.com/campus-flows/campus-flows#configuration-pages")
    _logo_url = HttpUrl(
        "https://cdn.sanity.io/images/3ugk85nk/production/fb3f4debabcda1c5a3aeea4f5b3f94c28845e23e-250x250.png"
    )

    kind: ClassVar[str]

    owner: str = Field(default="", description="Mail address of those who are asked when the system fails.")

    @abstractmethod
    def open(self, name: str) -> Any:
        """The connector that this page describes; ``name`` is the page's, for messages."""


def secret_value(secret: SecretStr | None) -> str | None:
    """The text of a secret that a page may lack."""
    return secret.get_secret_value() if secret else None
