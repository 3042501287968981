"""``@campus_flow``: a Prefect flow that knows where its data comes from, who gets it, and whom to call."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from prefect import Flow
from prefect.settings import get_current_settings

from common.errors import ConfigError
from common.run import running

__all__ = ["Feed", "campus_flow", "feed_of"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Feed:
    """What the catalog says of a flow: systems by bare name, and the address that failures go to."""

    source: str
    sinks: tuple[str, ...]
    contact: str


def campus_flow(
    *, source: str, sink: str | tuple[str, ...], contact: str, timeout_seconds: float = 3600
) -> Callable[[Callable[P, R]], Flow[P, R]]:
    """Makes a function a flow of its own name, described by its docstring: the text that is read at 7 a.m.

    source, sink: systems as their pages name them, without environment. contact: who is told of a failure.
    """

    def decorated(function: Callable[P, R]) -> Flow[P, R]:
        @functools.wraps(function)
        def run_flow(*args: P.args, **kwargs: P.kwargs) -> R:
            _let_steps_be_heard()
            with running(function.__name__):
                return function(*args, **kwargs)

        run_flow.feed = Feed(source, (sink,) if isinstance(sink, str) else sink, contact)  # type: ignore[attr-defined]
        return Flow(
            run_flow,
            name=function.__name__,
            timeout_seconds=timeout_seconds,
            persist_result=False,
        )

    return decorated


def feed_of(flow: Flow[..., Any]) -> Feed:
    """The metadata of a flow. Raises ConfigError for one that was not made by ``@campus_flow``."""
    feed = getattr(flow.fn, "feed", None)
    if not isinstance(feed, Feed):
        raise ConfigError(f"The flow {flow.name} has no source, sink and contact: make it with @campus_flow.")
    return feed


def _let_steps_be_heard() -> None:
    """Prefect hands the loggers of PREFECT_LOGGING_EXTRA_LOGGERS on, and leaves them the root's level: WARNING."""
    for name in ("common", "flows"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(get_current_settings().logging.level)
