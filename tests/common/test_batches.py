"""Batches: read anew each time, one at a time, and let go of whatever they hold when a reader stops."""

import logging
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from common.batches import Batches, guarded
from common.contract import Column, Contract
from common.errors import ContractError
from tests.common.sources import Rows, Source

SECRET = "Ångström-900000001"
PEOPLE = Contract("people", (Column("emplid"),))


def test_nothing_is_read_before_the_first_row_is_asked_for() -> None:
    """A flow that only names its source must not log in to it."""
    source = Source(3)
    shaped = Batches("people.sql", source.open).map(lambda frame: frame)
    assert source.opened == 0
    assert repr(shaped) == "Batches('people.sql')"


def test_each_reading_begins_at_the_sources_first_row() -> None:
    """A step that is tried again would otherwise deliver the rest of a half-read result."""
    source = Source(3)
    batches = Batches("people.sql", source.open)
    next(iter(batches))
    assert [b["emplid"][0].as_py() for b in batches] == ["00000", "00001", "00002"]
    assert source.opened == 2


def test_a_shaping_function_sees_and_keeps_leading_zeros_nulls_and_exact_types(rows: Rows) -> None:
    """Plain pandas would make 7.0 of a missing integer's neighbour and 7 of 007."""
    batch = pa.RecordBatch.from_pydict(
        {
            "emplid": pa.array(["007", None]),
            "units": pa.array([7, None], pa.int64()),
            "born": pa.array([0, None], pa.date32()),
            "gpa": pa.array(["1.50", None]).cast(pa.decimal128(5, 2)),
            "ferpa": pa.array([True, None]),
        }
    )
    (same,) = rows(batch).map(lambda frame: frame[frame["emplid"].notna() | frame["emplid"].isna()])
    assert same.schema.types == batch.schema.types
    assert same.to_pylist() == batch.to_pylist()


def test_an_index_that_shaping_leaves_behind_is_no_column(rows: Rows) -> None:
    """A filtered frame has a gap in its index, which would come out as a column of the file."""
    (kept,) = rows({"emplid": ["1", "2", "3"]}).map(lambda frame: frame[frame["emplid"] != "2"])
    assert kept.to_pydict() == {"emplid": ["1", "3"]}


def failing(frame: pd.DataFrame, suffix: str = "") -> pd.DataFrame:
    raise ValueError(f"no such person {frame['emplid'][0]}{suffix}")


@pytest.mark.parametrize(
    "shape", [failing, partial(failing, suffix="x"), partial(partial(failing), suffix="x")]
)
def test_a_failing_shaping_function_is_named_with_its_line_and_without_the_value(rows: Rows, shape) -> None:
    """Python's message quotes the person; functions with arguments filled in have no name of their own."""
    with pytest.raises(ContractError) as caught:
        list(rows({"emplid": [SECRET]}).map(shape))
    line = failing.__code__.co_firstlineno + 1
    assert str(caught.value).startswith(f"failing failed with ValueError at test_batches.py:{line}; ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_fault_inside_a_library_is_placed_in_the_flows_own_line(rows: Rows) -> None:
    """A line number of pandas would tell the author of a flow nothing."""
    with pytest.raises(ContractError, match=r"<lambda> failed with KeyError at test_batches\.py:\d+; "):
        list(rows({"emplid": [SECRET]}).map(lambda frame: frame["emplidd"]))


@pytest.mark.parametrize(
    "shape",
    [
        lambda frame: frame.assign(mixed=[SECRET, 1]),
        lambda frame: frame["emplid"],
        lambda _: None,
        lambda frame: frame.assign(odd=[object(), object()]),
    ],
    ids=["mixed types", "a series", "nothing", "objects"],
)
def test_a_shaping_function_that_returns_no_proper_frame_is_refused_without_a_value(
    rows: Rows, shape
) -> None:
    """Arrow's own message quotes the value that it could not convert."""
    with pytest.raises(ContractError) as caught:
        list(rows({"emplid": [SECRET, SECRET]}).map(shape))
    assert "<lambda> has to return a frame whose columns hold one type each" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_our_own_errors_pass_a_shaping_function_as_they_are() -> None:
    """A function that explains the fault itself must not lose its words."""

    def strict(_: object) -> None:
        raise ContractError("unit 5 is closed")

    with pytest.raises(ContractError, match=r"^unit 5 is closed$"):
        guarded(strict, 1)


def test_a_callable_without_a_python_frame_fails_as_clearly() -> None:
    """Built-in functions leave no line to point at."""
    with pytest.raises(ContractError, match=r"^int failed with ValueError; its message is withheld"):
        guarded(int, SECRET)


def test_a_frame_holds_all_batches_checked_in_the_contracts_types(rows: Rows) -> None:
    """A type guessed from the first batch would break on the second."""
    contract = Contract(
        "people", (Column("emplid"), Column("units", "integer", required=False)), key=("emplid",)
    )
    people = rows(
        {"units": pa.nulls(1), "emplid": ["01"]}, {"units": pa.array([3.0]), "emplid": ["02"]}
    ).frame(contract)
    assert people["emplid"].tolist() == ["01", "02"]
    assert people["units"].dtype == pd.ArrowDtype(pa.int64())
    with pytest.raises(ContractError, match="repeats"):
        rows({"units": [1, 1], "emplid": ["01", "01"]}).frame(contract)


MILLION = """
import resource, sys
from pathlib import Path
import numpy as np, pyarrow as pa
from common.batches import Batches
from common.contract import Column, Contract
from common.files import write_csv

PEOPLE = Contract("people", (
    Column("emplid"), Column("name", personal=True, max_length=40), Column("street", required=False),
    Column("born", "date"), Column("units", "decimal(9,2)"),
), key=("emplid",))

def opened():
    for first in range(0, 1_000_000, 20_000):
        number = pa.array(np.arange(first, first + 20_000))
        text = number.cast(pa.string())
        yield pa.RecordBatch.from_pydict({
            "emplid": text, "name": text, "street": text, "born": pa.repeat(pa.scalar(1, pa.date32()), 20_000),
            "units": number})

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
next(opened()); before = peak()
parcel = write_csv(Batches("people.sql", opened), PEOPLE, Path(sys.argv[1]))
print(parcel.rows, peak() - before)
"""


def test_a_million_rows_with_a_key_are_checked_and_written_in_flat_memory(tmp_path: Path) -> None:
    """A step that gathers rows would grow with the campus until the container is killed."""
    done = subprocess.run(
        [sys.executable, "-c", MILLION, tmp_path / "people.csv"], check=True, capture_output=True, text=True
    )
    rows, grown = map(int, done.stdout.split())
    logging.getLogger(__name__).info("grown by %d MB", grown)
    assert rows == 1_000_000
    assert grown < 200
