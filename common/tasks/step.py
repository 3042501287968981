"""What makes a function a step: a Prefect task run that is tried again after a passing fault, and no other."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from common.errors import TransientError
from common.settings import settings

__all__ = ["is_transient", "step"]

P = ParamSpec("P")
R = TypeVar("R")


def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Prefect's question whether to try again: only a TransientError passes by itself."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


def step(function: Callable[P, R]) -> Task[P, R]:
    """Makes ``function`` a step.

    Nothing has left before a delivery is complete, so a step can always begin anew. Results stay in memory:
    they are personal data and belong in no result store.
    """
    return Task(
        function,
        retries=settings().retries,
        retry_delay_seconds=exponential_backoff(settings().retry_seconds),
        retry_jitter_factor=0.5,
        retry_condition_fn=is_transient,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
