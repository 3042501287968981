"""Secrets on pages: a page says where a secret is kept, and is told its value when a connection is opened."""

import os
from pathlib import Path
from typing import TypeAlias

from prefect.blocks.system import Secret
from pydantic import SecretStr

from common.errors import ConfigError

__all__ = ["SecretReference", "is_pointer", "required", "resolve"]

SecretReference: TypeAlias = Secret | SecretStr  # type: ignore[type-arg]
"""A Secret document of the Prefect server; or where else the value is: ``file:/run/secrets/alma``,
``env:ALMA_PASSWORD``; or, on a page that somebody has typed it into, the value itself."""

FILE, VARIABLE = "file:", "env:"


def is_pointer(text: str) -> bool:
    """Whether the text says where a secret is, rather than being one."""
    return text.startswith((FILE, VARIABLE))


def required(reference: SecretReference, *, page: str, field: str) -> str:
    """The value of a secret that nothing works without; raises as ``resolve`` does, and where the page has none."""
    value = resolve(reference, page=page, field=field)
    if value is None:
        raise ConfigError(
            f"Page {page}, {field}: it is empty. Put the {field.replace('_', ' ')} on the page."
        )
    return value


def resolve(reference: SecretReference | None, *, page: str, field: str) -> str | None:
    """The value of a secret, as it is at this moment; None where the page has none.

    A line end at the end of a file is not part of the secret. Raises ConfigError that names page and field, never
    the value: for a file that cannot be read, a variable that is unset, and a secret that is empty or no text.
    """
    if not reference:  # the dashboard keeps a field that was emptied as an empty text
        return None
    where = f"Page {page}, {field}"
    if isinstance(reference, Secret):
        return _text(reference.value.get_secret_value(), where, f"the Secret {_name(reference)}")
    text = reference.get_secret_value()
    if text.startswith(FILE):
        return _text(_read(Path(text.removeprefix(FILE)), where), where, text)
    if text.startswith(VARIABLE):
        variable = text.removeprefix(VARIABLE)
        if (value := os.environ.get(variable)) is None:
            raise ConfigError(f"{where}: the variable {variable} is not set where this run is.")
        return _text(value, where, text)
    return _text(text, where, "the secret")


def _read(path: Path, where: str) -> str:
    if not path.is_absolute():
        raise ConfigError(f"{where}: file:{path} has to be the whole path, such as file:/run/secrets/alma.")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{where}: the file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: the file {path} is not UTF-8.") from None
    return text.removesuffix("\n")  # Python reads CRLF as one line end


def _text(value: object, where: str, what: str) -> str:
    """The dashboard keeps a Secret of digits as a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ConfigError(f"{where}: {what} holds JSON and no text; set it anew as a text.")
    if not value:
        raise ConfigError(f"{where}: {what} is empty.")
    return value


def _name(secret: Secret) -> str:  # type: ignore[type-arg]
    return secret._block_document_name or "of the page itself"
