"""Rows for tests: Batches of what a test writes down."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pytest

from common.batches import Batches

Rows: TypeAlias = Callable[..., Batches]


@pytest.fixture
def rows() -> Rows:
    """Makes Batches named ``people.sql`` of one or more batches: record batches, or columns by name."""

    def make(*parts: pa.RecordBatch | Mapping[str, Sequence[Any] | pa.Array]) -> Batches:
        batches = [
            part
            if isinstance(part, pa.RecordBatch)
            else pa.RecordBatch.from_arrays([pa.array(c) for c in part.values()], names=list(part))
            for part in parts
        ]
        return Batches("people.sql", lambda: iter(batches))

    return make
