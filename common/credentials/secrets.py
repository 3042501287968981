"""Secrets: a Secret document each, set as a whole and never read back."""

from prefect.blocks.system import Secret

from common.credentials.documents import Inventory, document_name
from common.errors import ConfigError
from common.pages.server import reached

__all__ = ["mended", "set_secret"]


def mended(text: str) -> str:
    """A secret as it was meant: without the line end that an editor or ``echo`` adds, and without CRLF.

    Raises ConfigError for one that is empty or has blanks around it, which nobody sees in a prompt.
    """
    value = text.replace("\r\n", "\n").removesuffix("\n")
    if not value.strip():
        raise ConfigError("The secret is empty: nothing was saved.")
    if value != value.strip():
        raise ConfigError("The secret begins or ends with a blank or a line end: nothing was saved.")
    if not value.isprintable() and "\n" not in value:
        raise ConfigError("The secret holds a character that cannot be typed: nothing was saved.")
    return value


def set_secret(name: str, value: str) -> bool:
    """Saves the secret of this environment for the next run to use; whether it is a new one."""
    document = document_name(name)
    new = name not in Inventory().credentials("secret")
    with reached():
        Secret(value=value).save(document, overwrite=True)
    return new
