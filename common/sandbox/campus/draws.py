"""Random draws that are the same on every machine: integers only, and one stream for each purpose."""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
import pyarrow as pa

from common.sandbox.campus.rows import Days, Ints, Mask, text

__all__ = ["Draws"]


class Draws:
    """The random stream of one purpose; a new purpose does not disturb the others.

    ``at_least`` is the guarantee behind the awkward cases: a share of the people, however small, is never
    fewer than this many of them. Newcomers of a next day are drawn with 0 and are therefore plain.
    """

    def __init__(self, seed: int, purpose: str, *, at_least: int = 2) -> None:
        self.at_least = at_least
        self._stream = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode())]))
        )

    def numbers(self, low: int, high: int, rows: int) -> Ints:
        """Numbers from ``low`` to below ``high``."""
        drawn: Ints = self._stream.integers(low, high, rows, dtype=np.int64)
        return drawn

    def between(self, low: Ints, high: Ints) -> Ints:
        """For each row a number from ``low`` to ``high``, both included; ``low`` where the range is empty."""
        above: Ints = self._stream.integers(0, np.maximum(high - low, 0) + 1, dtype=np.int64)
        return low + above

    def days(self, first: Days, last: Days) -> Days:
        """For each row a day from ``first`` to ``last``, both included; ``first`` where there is none."""
        days = self.between(first.astype(np.int64), last.astype(np.int64))
        return days.astype("datetime64[D]")

    def chance(self, percent: float, rows: int) -> Mask:
        """For each row whether the given percentage hit it; resolution 0.001 %."""
        return self.numbers(0, 100_000, rows) < round(percent * 1000)

    def weighted(self, weights: Sequence[int], rows: int) -> Ints:
        """Positions in ``weights``, drawn in proportion to them."""
        bounds = np.cumsum(weights)
        return np.searchsorted(bounds, self.numbers(0, int(bounds[-1]), rows), side="right").astype(np.int64)

    def pick(self, values: Sequence[str], rows: int) -> pa.Array:
        """Texts drawn evenly."""
        return text(values, self.numbers(0, len(values), rows))

    def order(self, rows: int) -> Ints:
        """The numbers 0 to ``rows`` in a random order."""
        return self._stream.permutation(rows).astype(np.int64)

    def some(self, members: Ints, percent: float) -> Ints:
        """A share of the members, in their order, but at least ``at_least`` of them."""
        return self.split(members, {"chosen": percent})["chosen"]

    def split(self, members: Ints, percents: Mapping[str, float]) -> dict[str, Ints]:
        """Disjoint shares of the members, each in their order and of at least ``at_least`` of them."""
        order, start, shares = self.order(len(members)), 0, {}
        for name, percent in percents.items():
            size = max(self.at_least, round(len(members) * percent / 100))
            shares[name] = members[np.sort(order[start : start + size])]
            start += size
        return shares
