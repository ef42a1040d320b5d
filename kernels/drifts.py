"""Delays that drift: rounded triangles over time, worked out for sixteen quanta side by side."""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Floats, Vector
from kernels.lanes import LANES
from kernels.simd import (
    fma,
    lane_numbers,
    load,
    magnitude,
    splat,
    splat_int,
    store,
    to_float,
    to_int,
    unsigned_to_float,
)

RISE, STARTS = 0, LANES  # of a delay, in scratch
WHOLE, SHARE, START = 0, LANES, 2 * LANES  # of sixteen frames; numbers of them


@fragment
def _drift(clock: int, pace: int, least: float, depth: float) -> Vector:
    """How long a delay is at the borders of sixteen quanta."""
    phase = (splat_int(i32(clock)) + to_int(lane_numbers())) * splat_int(i32(pace))
    one, two, three = splat(f32(1.0)), splat(f32(2.0)), splat(f32(3.0))
    wave = magnitude(unsigned_to_float(phase) * splat(f32(2.0**-31)) - one)
    return fma(wave * wave * (three - two * wave), splat(f32(depth)), splat(f32(least)))


@fragment
def plan_drift(
    clock: int, pace: int, least: float, depth: float, frames: int, at: int, moves: Floats
) -> None:
    """Write how a delay moves in sixteen quanta of so many frames: its rise a frame in each.

    Then for each sixteen frames of a quantum how many whole frames long it is, and the share of
    one more. ``pace`` is of a 32-bit phase in a quantum.
    """
    now = _drift(clock, pace, least, depth)
    rise = (_drift(clock + 1, pace, least, depth) - now) / splat(f32(frames))
    store(moves, at + RISE, rise)
    for t in range(0, frames, LANES):
        delay, here = fma(splat(f32(t)), rise, now), at + STARTS + t // LANES * START
        whole = to_float(to_int(delay))
        store(moves, here + WHOLE, whole)
        store(moves, here + SHARE, delay - whole)


@fragment
def whole_frames(t: int, at: int, moves: Floats) -> int:
    """How many whole frames long a delay is, for sixteen frames of a quantum from ``t`` on.

    ``at`` is where the delay lies in scratch, and which of the sixteen quanta it is.
    """
    return int(moves[at + STARTS + t // LANES * START + WHOLE])


@fragment
def between(line: Floats, begin: int, t: int, at: int, moves: Floats) -> Vector:
    """Sixteen frames from between two of a line: those from ``begin`` on, and those before."""
    share = splat(moves[at + STARTS + t // LANES * START + SHARE])
    near, far = load(line, begin), load(line, begin - 1)
    return fma(fma(lane_numbers(), splat(moves[at + RISE]), share), far - near, near)
