"""Half the rate and back, in time lanes, for sound whose highest octave nobody misses.

A half-band filter of 15 taps, of which every other one is zero: its middle one passes frames on,
the others weigh those around it in pairs. It is flat up to 8 kHz, 6 dB down at 12 kHz, and 49 dB
from 16 kHz on.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Vector
from kernels.shuffles import (
    after,
    after_2,
    after_3,
    after_4,
    after_5,
    after_6,
    after_7,
    evens,
    odds,
    woven_first,
    woven_last,
)
from kernels.simd import fma, splat

PAIRS = (0.309846, -0.082748, 0.030668, -0.009526)
"""From the middle outwards; equiripple from 16 kHz to 24 kHz."""
MIDDLE = 0.5
Pair: TypeAlias = tuple[Vector, Vector]
Four: TypeAlias = tuple[Vector, Vector, Vector, Vector]


@fragment
def _weighed(before: Vector, x: Vector, level: float) -> Pair:
    """What lies between two frames, 3.5 frames ago; and the later one of the two."""
    a, b, c = after(before, x), after_2(before, x), after_3(before, x)
    d, e, f, g = after_4(before, x), after_5(before, x), after_6(before, x), after_7(before, x)
    outer = splat(f32(level * PAIRS[3])) * (x + g)
    outer = fma(splat(f32(level * PAIRS[2])), a + f, outer)
    outer = fma(splat(f32(level * PAIRS[1])), b + e, outer)
    return fma(splat(f32(level * PAIRS[0])), c + d, outer), d


@fragment
def halved(x: Four, before: Pair, level: float) -> tuple[Pair, Pair]:
    """A quantum at half the rate, 7 frames late and at a level; then what it leaves behind.

    ``before`` is what the quantum before it has left: its last even and its last odd frames.
    """
    even, odd = evens(x[0], x[1]), odds(x[0], x[1])
    later = evens(x[2], x[3]), odds(x[2], x[3])
    middle = splat(f32(level * MIDDLE))
    first, _ = _weighed(before[0], even, level)
    last, _ = _weighed(even, later[0], level)
    first = fma(middle, after_4(before[1], odd), first)
    return (first, fma(middle, after_4(odd, later[1]), last)), later


@fragment
def doubled(x: Pair, before: Vector) -> Four:
    """A quantum from one at half the rate, 8 frames late; ``before`` ends with the last frame."""
    between, at = _weighed(before, x[0], 2.0)
    later_between, later_at = _weighed(x[0], x[1], 2.0)
    return (
        woven_first(at, between), woven_last(at, between),
        woven_first(later_at, later_between), woven_last(later_at, later_between),
    )  # fmt: skip
