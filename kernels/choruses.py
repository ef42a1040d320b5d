"""The chorus: four taps that drift through short delay lines, one listener at a time."""

from __future__ import annotations

import numpy as np
from numba import float32 as f32

from kernels import drifts
from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Longs, Vector
from kernels.drifts import between, plan_drift, whole_frames
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import CHORUS
from kernels.rings import PAD, WRITE, advance, close_ring, count_rest, give, place_of, sleeps
from kernels.simd import (
    float_to_bits,
    load,
    splat,
    splat_int,
    store,
)

RING = 832  # frames: 17 ms
LINE = RING + PAD
LEAST_FRAMES = (340.0, 520.0, 380.0, 560.0)  # 7 to 12 ms: late enough not to comb the bass away
DEPTH_FRAMES = (150.0, 190.0, 160.0, 170.0)  # 3 to 4 ms from end to end
HELD = 736  # frames that can still be heard: the longest delay, and what a vector reaches back
STEPS = (3_264_175, 2_405_181, 2_863_311, 3_722_304)
"""Of a 32-bit phase in a quantum: 0.57, 0.42, 0.5 and 0.65 turns a second."""
TAP_LEVEL = 0.7071  # two taps a side of equal power
TAPS = 4
TAP = drifts.STARTS + QUANTUM // LANES * drifts.START  # numbers of each in scratch
MOVES = TAPS * TAP


@fragment
def _move(clock: int, moves: Floats) -> None:
    """Write how long each tap's delay is in sixteen quanta."""
    for k in range(TAPS):
        plan_drift(clock, STEPS[k], LEAST_FRAMES[k], DEPTH_FRAMES[k], QUANTUM, k * TAP, moves)


@fragment
def _read(line: Floats, base: int, at: int, t: int, move: int, moves: Floats) -> Vector:
    """Sixteen frames from between two frames of a ring."""
    place = place_of(base, at + t - whole_frames(t, move, moves), RING)
    return between(line, place, t, move, moves)


@fragment
def _quantum(
    q: int,
    at: int,
    line: Floats,
    base: int,
    bus: tuple[int, int, int],
    moves: Floats,
    keeps: bool,
    sends: Floats,
    dry: Floats,
) -> IntVector:
    """Run one quantum of one listener; all bits that went into the lines."""
    source, out, side = bus
    first = q % LANES
    second, third, fourth = first + TAP, first + 2 * TAP, first + 3 * TAP
    left, right = place_of(base, at, RING), place_of(base + LINE, at, RING)
    level, bits = splat(f32(TAP_LEVEL)), splat_int(np.int32(0))
    for t in range(0, QUANTUM, LANES):
        a, b = load(sends, source + t), load(sends, source + side + t)
        bits = bits | float_to_bits(a) | float_to_bits(b)
        store(line, left + t, a)
        store(line, right + t, b)
    for t in range(0, QUANTUM, LANES):
        a = _read(line, base, at, t, first, moves) + _read(line, base + LINE, at, t, second, moves)
        b = _read(line, base + LINE, at, t, third, moves) + _read(line, base, at, t, fourth, moves)
        give(source + t, out + t, side, (a * level, b * level), keeps, sends, dry)
    return bits


@fragment
def chorus(
    quanta: int,
    listener: int,
    clocks: Longs,
    places: Ints,
    line: Floats,
    moves: Floats,
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
    line : (listeners * 2 * 912,) float32, in/out
        Rings, left then right.
    moves : (`MOVES`,) float32, scratch
    keeps : bool
        Whether what comes out is left in the send.
    fed : (4, quanta) int32, in/out
        Whether each send holds anything.
    sends : (4 * 2 * frames,) float32, in/out
        Left and right of each.
    dry : (at least listeners * 2 * frames,) float32, in/out
        Left and right of each listener.
    """
    frames, base, moved = quanta * QUANTUM, listener * 2 * LINE, -1
    for q in range(quanta):
        if sleeps(q, listener, CHORUS - 1, RING, places, line, fed, sends):
            continue
        at = q * QUANTUM
        bus = ((CHORUS - 1) * 2 * frames + at, listener * 2 * frames + at, frames)
        write = int(places[listener, WRITE])
        if q - q % LANES != moved:
            moved = q - q % LANES
            _move(clocks[listener] + moved, moves)
        bits = _quantum(q, write, line, base, bus, moves, keeps, sends, dry)
        for side in range(2):
            close_ring(line, base + side * LINE, write, RING, QUANTUM)
            advance(places, listener, side, RING)
        count_rest(places, listener, QUANTUM, RING, bits)
