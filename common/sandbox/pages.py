"""Saving the sandbox's pages on a Prefect server, and the one secret that all of them name."""

from prefect.blocks.system import Secret

from common.blocks import Page
from common.pages.references import Reference, secret_fields

__all__ = ["SECRET", "save_page"]

SECRET = Reference("secret", "sandbox-password")
"""What page files of the sandbox call the password of every login and the token of every interface."""


def save_page(system: str, page: Page) -> str:
    """Saves a page, also over an older one, and its secret before it, so that it points there; the page's name."""
    for field in secret_fields(type(page)):
        secret = getattr(page, field)
        if isinstance(secret, Secret) and secret._block_document_id is None:
            secret.save(SECRET.document("sandbox"), overwrite=True)
    name = f"{system}-sandbox"
    page.save(name, overwrite=True)
    return name
