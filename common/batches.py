"""Batches: a re-openable stream of Arrow record batches, one in memory at a time."""

import queue
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from common.errors import ContractError, DataFlowError

if TYPE_CHECKING:
    import pandas as pd

    from common.contract import Contract

__all__ = ["Batches", "guarded", "read_ahead"]

Result = TypeVar("Result")

AHEAD = 2  # batches a reader may be ahead of the writer: enough to keep both sides busy


class Batches:
    """Rows as they come from a source: nothing is read before the first ``for``, each ``for`` reads anew.

    A step that is tried again therefore starts from the source's first row. Column names are lower case.
    """

    def __init__(self, source: str, opener: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        self.source = source
        self._open = opener

    def __repr__(self) -> str:
        return f"Batches({self.source!r})"

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self._open()

    def map(self, shape: "Callable[[pd.DataFrame], pd.DataFrame]") -> "Batches":
        """These rows with ``shape`` applied to one batch at a time, as a pandas frame with Arrow types.

        Its index does not matter, and what it returns is a frame as well. Raises ContractError where it fails.
        """

        def shaped() -> Iterator[pa.RecordBatch]:
            import pandas as pd

            for batch in self:
                result = guarded(shape, batch.to_pandas(types_mapper=pd.ArrowDtype))
                try:
                    shaped_batch = pa.RecordBatch.from_pandas(result, preserve_index=False)
                except (pa.ArrowException, AttributeError, TypeError, ValueError) as error:
                    raise ContractError(
                        f"{_name(shape)} has to return a frame whose columns hold one type each "
                        f"({type(error).__name__}); the details are withheld because they may quote a person's "
                        "data. Nothing was sent."
                    ) from None
                yield shaped_batch

        return Batches(self.source, shaped)

    def ahead(self) -> "Batches":
        """These rows, fetched by a thread that stays up to two batches ahead of the reader."""
        return Batches(self.source, lambda: read_ahead(self._open()))

    def frame(self, contract: "Contract") -> "pd.DataFrame":
        """All rows, checked against ``contract``, in memory: the visible choice of the whole."""
        import pandas as pd

        table = pa.Table.from_batches(contract.check(self), schema=contract.schema)
        frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
        return frame


def guarded(shape: Callable[..., Result], *args: object) -> Result:
    """Calls a flow's own function; its fault becomes a ContractError that says where, not what.

    The text of a Python error often quotes the value it failed on, so it is withheld.
    """
    try:
        return shape(*args)
    except DataFlowError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is this function's
        places = [(Path(f.filename), f.lineno) for f in frames]
        own = [f"{p.name}:{line}" for p, line in places if p.is_absolute() and "site-packages" not in p.parts]
        raise ContractError(
            f"{_name(shape)} failed with {type(error).__name__}"
            + (f" at {own[-1]}" if own else "")
            + "; its message is withheld because it may quote a person's data. Nothing was sent."
        ) from None


def read_ahead(batches: Iterator[pa.RecordBatch]) -> Generator[pa.RecordBatch, None, None]:
    """The same batches, fetched by a thread that stays up to two ahead, so that source and disk overlap.

    When the reader stops early, the thread ends and ``batches`` is closed before the reader goes on.
    """
    ready: queue.Queue[pa.RecordBatch | BaseException | None] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def offer(item: pa.RecordBatch | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def fetch() -> None:
        last: BaseException | None = None
        try:
            with ExitStack() as stack:
                if close := getattr(batches, "close", None):
                    stack.callback(close)  # in this thread, where the generator ran
                for batch in batches:
                    if not offer(batch):
                        break
        except BaseException as error:  # handed to the reading side, which raises it
            last = error
        offer(last)

    # in the reader's context: its log lines and its current run are the flow's
    thread = threading.Thread(target=copy_context().run, args=(fetch,), name="read-ahead", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


def _name(function: Callable[..., object]) -> str:
    """The name of a flow's function, which ``functools.partial`` hides."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__name__", type(function).__name__)
