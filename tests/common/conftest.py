"""Rows for tests: Batches of what a test writes down."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from common.batches import Batches
from tests.common.sources import Rows


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
