"""Constants as Arrow's arrays and scalars.

``pa.array``, ``pa.scalar`` and a plain constant among the arguments of a compute function would do, but pyarrow
imports pandas for the first value that it converts: a second and 25 to 40 MB, for a run that may never use it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["boolean_array", "integer_scalar", "text_array", "text_scalar"]


def boolean_array(values: npt.NDArray[np.bool_] | Sequence[bool]) -> pa.BooleanArray:
    bits = np.packbits(np.asarray(values, bool), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def integer_scalar(value: int) -> pa.Int64Scalar:
    return pa.Array.from_buffers(pa.int64(), 1, [None, pa.py_buffer(np.array([value], np.int64))])[0]


def text_array(values: Sequence[str]) -> pa.StringArray:
    data = [value.encode() for value in values]
    offsets = np.cumsum([0, *map(len, data)], dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(data), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(data))]
    )


def text_scalar(value: str) -> pa.StringScalar:
    return text_array([value])[0]
