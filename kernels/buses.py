"""Part buses as whole numbers, so that a sum does not depend on the order of its parts.

Float addition is not associative; the addition of int32 is. A bus counts in steps of 2^-23 of full
scale (-138 dB) up to 256 times full scale (48 dB above it), which no part with its bounded number
of voices reaches.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Roll, Vector
from kernels.simd import (
    LANES,
    fma,
    greater_of,
    lane_numbers,
    load,
    load_int,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
)
from kernels.voices import BUS, DELAY, FADE, FADE_QUANTA, QUANTUM

STEPS = 2.0**23  # of a bus in full scale
MOST_FRAMES = 32 * QUANTUM  # in a block
STRIDE = MOST_FRAMES + QUANTUM  # of one side of a bus: a block, and what reaches into the next


@fragment
def _add(x: Vector, pan: Vector, place: int, buses: Ints) -> None:
    store_int(buses, place, load_int(buses, place) + to_int(x * pan))


@fragment
def add_row(
    slot: int, now: int, first: int, roll: Roll, rows: Floats, row: int, buses: Ints
) -> None:
    """Add a quantum of one voice to its bus, later by its delay; fading before its end."""
    timing, places, _, _, pans = roll
    left = splat(f32(pans[slot, 0] * f32(STEPS)))
    right = splat(f32(pans[slot, 1] * f32(STEPS)))
    place = places[slot, BUS] * 2 * STRIDE + (now - first) * QUANTUM + places[slot, DELAY]
    age = (now - timing[slot, FADE]) * QUANTUM
    for t in range(0, QUANTUM, LANES):
        x = load(rows, row + t)
        if age >= 0:
            rest = lane_numbers() + splat(f32(age + t))
            level = fma(rest, splat(f32(-1.0 / (FADE_QUANTA * QUANTUM))), splat(f32(1.0)))
            x = x * greater_of(level, splat(f32(0.0)))
        _add(x, left, place + t, buses)
        _add(x, right, place + STRIDE + t, buses)


@kernel
def drain_buses(quanta: int, buses: Ints, out: Floats) -> None:
    """Take a block from the buses, and leave in them what reaches into the next.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    buses : (buses * 2 * `STRIDE`,) int32, in/out
        In steps of 2^-23.
    out : (buses * 2 * frames,) float32, written in full
        Left then right of each bus.
    """
    frames = quanta * QUANTUM
    silence = splat_int(i32(0))
    for side in range(buses.shape[0] // STRIDE):
        source, target = side * STRIDE, side * frames
        for t in range(0, frames, LANES):
            bus = to_float(load_int(buses, source + t))
            store(out, target + t, bus * splat(f32(1.0 / STEPS)))
            store_int(buses, source + t, silence)
        for t in range(0, QUANTUM, LANES):
            tail = load_int(buses, source + frames + t)
            store_int(buses, source + frames + t, silence)
            store_int(buses, source + t, tail)
