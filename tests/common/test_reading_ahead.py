"""Reading ahead: the thread hands over rows and errors, and lets go of the source when its reader stops."""

import time
from collections.abc import Iterator
from contextvars import ContextVar

import pyarrow as pa
import pytest

from common.batches import Batches, read_ahead
from common.contract import Column, Contract
from common.errors import ContractError, SourceError
from tests.common.sources import Source, ahead_threads


def test_reading_ahead_changes_neither_rows_nor_order() -> None:
    """Two threads must not swap or lose batches."""
    batches = read_ahead(Source(50).open())
    assert [b["emplid"][0].as_py() for b in batches] == [f"{n:05}" for n in range(50)]
    assert ahead_threads() == []


def test_reading_ahead_stays_two_batches_ahead_and_no_more() -> None:
    """A slow receiver must not pile the source's rows up in memory."""
    source = Source(50)
    batches = read_ahead(source.open())
    next(batches)
    while source.given < 4:  # one taken, two waiting, one offered
        time.sleep(0.01)
    time.sleep(0.3)
    batches.close()
    assert source.given == 4


def test_a_fault_of_the_source_surfaces_where_the_rows_are_read() -> None:
    """In the thread it would be lost, and the file be complete to all appearance."""
    source = Source(3, SourceError("ORA-01555"))
    read = []
    with pytest.raises(SourceError, match="ORA-01555"):
        read.extend(read_ahead(source.open()))
    assert len(read) == 0 or source.given == 3
    assert source.closed == 1
    assert ahead_threads() == []


def test_an_abandoned_reader_closes_the_source_and_leaves_no_thread() -> None:
    """A full disk would otherwise leave a session open at the warehouse until the process ends."""
    source = Source(1000)
    batches = read_ahead(source.open())
    next(batches)
    batches.close()
    assert source.closed == 1
    assert ahead_threads() == []


def test_a_contract_that_stops_closes_the_source_though_the_error_is_kept() -> None:
    """Prefect keeps a failed run's error, and with it every generator that its traceback holds."""
    source = Source(1000)
    contract = Contract("people", (Column("emplid"), Column("missing")))
    with pytest.raises(ContractError) as caught:
        list(read_ahead(contract.check(Batches("people.sql", source.open).map(lambda frame: frame))))
    assert caught.value.__traceback__ is not None
    assert source.closed == 1
    assert ahead_threads() == []


def test_a_source_that_fails_to_close_does_not_hang_the_reader() -> None:
    """A connection that breaks while it is closed would leave the reader waiting for ever."""

    class Broken:
        def __iter__(self) -> "Broken":
            return self

        def __next__(self) -> pa.RecordBatch:
            raise StopIteration

        def close(self) -> None:
            raise SourceError("broke off while closing")

    with pytest.raises(SourceError, match="while closing"):
        list(read_ahead(Broken()))


def test_the_thread_runs_in_the_readers_context() -> None:
    """Log lines of the extract would otherwise belong to no flow run, and the current run be unknown."""
    flow: ContextVar[str] = ContextVar("flow", default="none")
    flow.set("parking")
    seen = []

    def opened() -> Iterator[pa.RecordBatch]:
        seen.append(flow.get())
        yield pa.RecordBatch.from_pydict({"emplid": ["1"]})

    list(read_ahead(opened()))
    assert seen == ["parking"]
