"""One system of the HTTP partner: who may call it, and what it keeps."""

from dataclasses import dataclass, field

__all__ = ["HttpSystem"]


@dataclass(frozen=True, slots=True)
class HttpSystem:
    """One partner: who may call, and what it keeps.

    A caller knows a bearer token, a username with a password, an API key (in a header or in the query), or is the client ``client_id`` that fetches tokens at ``/oauth/token``, good for ``token_life`` seconds.
    ``collections`` are the kinds of resources there are; None takes any.
    """

    name: str
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    api_key_name: str = "X-Api-Key"
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    token_life: int = 3600
    collections: tuple[str, ...] | None = ("users",)
    page_size: int = 100
