"""Trying again what may pass, as late as the server asks for."""

import logging
from collections.abc import Callable
from typing import TypeVar

import tenacity

from common.connectors.http.errors import LONGEST_WAIT, TryAgain, final

__all__ = ["Retries"]

logger = logging.getLogger(__name__)

R = TypeVar("R")


class Retries:
    """The patience of one ``page``: so many ``attempts``; the first wait is ``backoff`` seconds, doubled and jittered."""

    def __init__(self, page: str, *, attempts: int, backoff: float) -> None:
        self._page = page
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(attempts),
            wait=tenacity.wait_exception(_wait_asked_for)
            + tenacity.wait_random_exponential(multiplier=backoff, max=LONGEST_WAIT),
            retry=tenacity.retry_if_exception(_may_pass),
            before_sleep=self._log,
            reraise=True,
        )

    def __call__(self, attempt: Callable[[], R]) -> R:
        """What ``attempt`` returns, which is made again when it raises TryAgain; TransientError when that did not help."""
        try:
            return self._retrying(attempt)
        except TryAgain as last:
            raise final(last) from None

    def _log(self, state: tenacity.RetryCallState) -> None:
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.warning("http_retry page=%s attempt=%d wait=%.1f", self._page, state.attempt_number, wait)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, TryAgain) and error.wait <= LONGEST_WAIT


def _wait_asked_for(error: BaseException) -> float:
    return error.wait if isinstance(error, TryAgain) else 0.0
