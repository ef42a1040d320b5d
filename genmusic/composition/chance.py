"""Drawing from weights with a given uniform number, the same on every machine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


def choose(weights: Iterable[float], uniform: float) -> int:
    """The index of one weight, drawn with a uniform number in 0..1; 0 if all weights are 0."""
    sums = list(accumulate(weights))  # in order: sum() rounds differently from Python 3.12 on
    index = bisect_right(sums, uniform * sums[-1])
    return index if index < len(sums) else bisect_right(sums, 0.0) % len(sums)
