"""The Prefect server that keeps the pages, and its documents."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import BlockDocument
from prefect.context import SyncClientContext
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL

from common.errors import ConfigError, TransientError

__all__ = ["connected", "reached", "read_documents"]

AT_ONCE = 100  # documents in one answer; the server hands out 200 at most


@contextmanager
def reached() -> Iterator[None]:
    """Tells a server that does not answer by TransientError, one that refuses the login by ConfigError."""
    try:
        yield
    except (httpx.TransportError, PrefectHTTPStatusError) as error:
        _explain(error)
        raise
    except RuntimeError as error:
        # so Prefect wraps what its comparison of versions met
        if isinstance(error.__cause__, Exception):
            _explain(error.__cause__)
        raise


@contextmanager
def connected() -> Iterator[SyncPrefectClient]:
    """A client of the server. Raises ConfigError or TransientError where it cannot be used, whenever that shows.

    All that Prefect does inside uses this client too: making one costs more than most calls.
    """
    if not PREFECT_API_URL.value():
        raise ConfigError(
            "Say which Prefect server: set PREFECT_API_URL, such as http://127.0.0.1:4200/api; in the environment "
            "sandbox, campus sandbox up starts one."
        )
    with reached(), SyncClientContext.get_or_create() as context:
        yield context.client


def read_documents(client: SyncPrefectClient) -> Iterator[BlockDocument]:
    """Every block document that has a name, without its secrets."""
    for offset in count(0, AT_ONCE):
        documents = client.read_block_documents(offset=offset, limit=AT_ONCE, include_secrets=False)
        yield from (document for document in documents if document.name)
        if len(documents) < AT_ONCE:
            break


def _explain(error: Exception) -> None:
    match error:
        case httpx.TransportError():
            raise TransientError(
                f"No Prefect server answers at {_shown()}: {type(error).__name__}."
            ) from None
        case PrefectHTTPStatusError(response=httpx.Response(status_code=401 | 403)):
            raise ConfigError(
                f"The Prefect server at {_shown()} refuses the login: set PREFECT_API_AUTH_STRING to its user:password."
            ) from None
        case PrefectHTTPStatusError(response=httpx.Response(status_code=502 | 503 | 504 as code)):
            raise TransientError(f"The Prefect server at {_shown()} is not ready: HTTP {code}.") from None


def _shown() -> str:
    """The address, without a login that it may hold."""
    return str(httpx.URL(PREFECT_API_URL.value() or "").copy_with(username=None, password=None))
