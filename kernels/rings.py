"""Delay lines in time lanes: sixteen consecutive frames of one listener in a vector.

A ring holds a power of two of frames. A copy of its first quantum follows its end, and one of its
last sixteen frames precedes its beginning, so that a quantum may be read from any place without
looking where it wraps. Delays are longer than a quantum: what is read in one was written before it.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Ints
from kernels.lanes import LANES, QUANTUM
from kernels.simd import load, splat, store

FRONT, BACK = LANES, QUANTUM  # frames repeated before and behind a ring
PAD = FRONT + BACK
SHORTEST = QUANTUM + 2  # frames of delay
WRITE, RESTED = 0, 1  # what is remembered of a ring
QUIETEST = 1e-15  # -300 dB: a tail that stays below it is over


@fragment
def place_of(base: int, at: int, ring: int) -> int:
    """Where a ring that begins at ``base`` holds frame ``at``."""
    return base + FRONT + (at & (ring - 1))


@fragment
def close_ring(line: Floats, base: int, at: int, ring: int) -> None:
    """Repeat the quantum that was just written at ``at`` beyond the other end, if it is at one."""
    here = at & (ring - 1)
    begin, end = base + FRONT, base + FRONT + ring
    if here == 0:
        for t in range(0, BACK, LANES):
            store(line, end + t, load(line, begin + t))
    elif here == ring - QUANTUM:
        store(line, base, load(line, end - FRONT))


@fragment
def silence(start: int, side: int, mix: Floats) -> None:
    """Write a quantum of silence, left and right."""
    for t in range(start, start + QUANTUM, LANES):
        store(mix, t, splat(f32(0.0)))
        store(mix, t + side, splat(f32(0.0)))


@fragment
def advance(places: Ints, listener: int, ring: int, largest: float) -> None:
    """Go on by a quantum, and count for how many frames a ring has been fed with silence."""
    places[listener, WRITE] = (places[listener, WRITE] + QUANTUM) & (ring - 1)
    rested = places[listener, RESTED] + QUANTUM
    places[listener, RESTED] = min(rested, ring) if largest < f32(QUIETEST) else 0
