"""The chorus: four taps that drift through short delay lines, one listener at a time."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Float, Floats, Ints, Longs, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import CHORUS
from kernels.rings import PAD, WRITE, advance, close_ring, count_rest, give, place_of, sleeps
from kernels.simd import (
    float_to_bits,
    fma,
    lane_numbers,
    largest_magnitude,
    load,
    splat,
    splat_int,
    store,
)

RING = 1_024  # frames: 21 ms
LINE = RING + PAD
LEAST_FRAMES = (340.0, 520.0, 380.0, 560.0)  # 7 to 12 ms: late enough not to comb the bass away
DEPTH_FRAMES = (150.0, 190.0, 160.0, 170.0)  # 3 to 4 ms from end to end
HELD = 736  # frames that can still be heard: the longest delay, and what a vector reaches back
STEPS = (3_264_175, 2_405_181, 2_863_311, 3_722_304)
"""Of a 32-bit phase in a quantum: 0.57, 0.42, 0.5 and 0.65 turns a second."""
TAP_LEVEL = 0.7071  # two taps a side of equal power
Tap: TypeAlias = tuple[float, float]
"""Delay in frames at the start of a quantum, and its rise a frame."""


@fragment
def _delay(clock: int, k: int) -> Float:
    """The delay of a tap at the border of a quantum: a rounded triangle."""
    phase = (clock * STEPS[k]) & 0xFFFFFFFF
    wave = abs(f32(phase) * f32(2.0**-31) - f32(1.0))
    return wave * wave * (f32(3.0) - f32(2.0) * wave) * f32(DEPTH_FRAMES[k]) + f32(LEAST_FRAMES[k])


@fragment
def _tap(clock: int, k: int) -> Tap:
    delay = _delay(clock, k)
    return delay, (_delay(clock + 1, k) - delay) * f32(1.0 / QUANTUM)


@fragment
def _read(line: Floats, base: int, at: int, t: int, tap: Tap) -> Vector:
    """Sixteen frames from between two frames of a ring."""
    delay = tap[0] + f32(t) * tap[1]
    whole = int(delay)
    share = fma(lane_numbers(), splat(tap[1]), splat(delay - f32(whole)))
    place = place_of(base, at + t - whole, RING)
    near, far = load(line, place), load(line, place - 1)
    return fma(share, far - near, near)


@fragment
def _quantum(
    clock: int,
    at: int,
    line: Floats,
    base: int,
    bus: tuple[int, int, int],
    keeps: bool,
    sends: Floats,
    dry: Floats,
) -> Float:
    """Run one quantum of one listener; about the largest value that went into the lines."""
    source, out, side = bus
    t0, t1, t2, t3 = _tap(clock, 0), _tap(clock, 1), _tap(clock, 2), _tap(clock, 3)
    left, right = place_of(base, at, RING), place_of(base + LINE, at, RING)
    level, bits = splat(f32(TAP_LEVEL)), splat_int(np.int32(0))
    for t in range(0, QUANTUM, LANES):
        a, b = load(sends, source + t), load(sends, source + side + t)
        bits = bits | float_to_bits(a) | float_to_bits(b)
        store(line, left + t, a)
        store(line, right + t, b)
    for t in range(0, QUANTUM, LANES):
        a = _read(line, base, at, t, t0) + _read(line, base + LINE, at, t, t1)
        b = _read(line, base + LINE, at, t, t2) + _read(line, base, at, t, t3)
        give(source + t, out + t, side, (a * level, b * level), keeps, sends, dry)
    return largest_magnitude(bits)


@fragment
def chorus(
    quanta: int,
    listener: int,
    clocks: Longs,
    places: Ints,
    line: Floats,
    keeps: bool,
    fed: Ints,
    sends: Floats,
    dry: Floats,
) -> None:
    """Widen what one listener sends to the chorus into the dry bus.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listener : int
    clocks : (listeners,) int64, quanta
        Since each session began.
    places : (listeners, 17) int32, frames, in/out
        For how long nothing but silence was written, and where the rings are written next.
    line : (listeners * 2 * 1104,) float32, in/out
        Rings, left then right.
    keeps : bool
        Whether what comes out is left in the send.
    fed : (4, quanta) int32, in/out
        Whether each send holds anything.
    sends : (4 * 2 * frames,) float32, in/out
        Left and right of each.
    dry : (at least listeners * 2 * frames,) float32, in/out
        Left and right of each listener.
    """
    frames, base = quanta * QUANTUM, listener * 2 * LINE
    for q in range(quanta):
        if sleeps(q, listener, CHORUS - 1, RING, places, line, fed, sends):
            continue
        at = q * QUANTUM
        bus = ((CHORUS - 1) * 2 * frames + at, listener * 2 * frames + at, frames)
        write = int(places[listener, WRITE])
        largest = _quantum(clocks[listener] + q, write, line, base, bus, keeps, sends, dry)
        for side in range(2):
            close_ring(line, base + side * LINE, write, RING, QUANTUM)
            advance(places, listener, side, RING)
        count_rest(places, listener, QUANTUM, RING, largest)
