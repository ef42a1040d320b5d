"""Takes: recordings of what does not last, side by side, each a little different from the others.

A take is its quanta, in words of `kernels.pairs`, then the gain of each, and how loud all of them
are together.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Vector
from kernels.memory import prefetch
from kernels.pairs import unpaired
from kernels.simd import LANES, load, splat
from kernels.voices import QUANTUM

ROW_WORDS = QUANTUM // 2  # a quantum of a take
SOON_QUANTA = 16  # which nobody else has fetched into the cache
Four: TypeAlias = tuple[Vector, Vector, Vector, Vector]
"""The frames of a quantum."""


def rows_of_take(quanta: int) -> int:
    """How many rows a take has."""
    return quanta + 1 + quanta // ROW_WORDS


take_rows = fragment(rows_of_take)


@fragment
def read_take(begin: int, lasts: int, quantum: int, level: float, recordings: Floats) -> Four:
    """A quantum of a take, which begins at a word and lasts so many; beyond it nothing."""
    now = min(quantum, lasts - 1)
    gain = f32(
        recordings[begin + lasts * ROW_WORDS + now] * (level if quantum < lasts else f32(0.0))
    )
    here, by = begin + now * ROW_WORDS, splat(gain)
    prefetch(recordings, here + SOON_QUANTA * ROW_WORDS)
    prefetch(recordings, here + SOON_QUANTA * ROW_WORDS + LANES)
    a, b = unpaired(load(recordings, here))
    c, d = unpaired(load(recordings, here + LANES))
    return a * by, b * by, c * by, d * by
