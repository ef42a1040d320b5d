"""What every voice kernel does around its sound: start lanes, and write rows.

A pool holds its voices in groups of sixteen lanes. Each voice has an absolute ``start``,
``release`` and ``end`` quantum; a voice renders on its own quantum grid, and the mixer delays its
row by the few frames by which the note starts later, so every start is exact to the frame.

Shapes, for G groups (slots = 16 G): ``timing`` (slots, 3) int64; ``listeners`` (slots,) int32;
``brightness`` (listeners, quanta + 1) float32; ``settings`` (G, P, 16) and ``state`` (G, S, 16)
float32, ``whole_settings`` (G, I, 16) and ``counters`` (G, C, 16) int32, all four flat. The first
S settings are the state at the start of a note, the first C whole settings its counters.
``rows`` holds one row per slot: a quantum of history, then the block.
"""

from __future__ import annotations

from typing import Any

from numba import float32 as f32
from numpy.typing import NDArray

from kernels._jit import fragment
from kernels._types import Floats, Ints, Longs, Pool, Scratch
from kernels.simd import splat, store, transpose

QUANTUM = 64
LANES = 16
CONTROL_FRAMES = 16  # envelopes and coefficients move on this grid

ALIVE, HELD, BRIGHT = 0, 16, 32  # places in the scratch of lane facts
LANE_FACTS = 48

START, RELEASE, END = 0, 1, 2


@fragment
def _read_lanes(
    group: int,
    now: int,
    column: int,
    timing: Longs,
    listeners: Ints,
    brightness: Floats,
    facts: Floats,
) -> bool:
    """Write which lanes sound, are held, how bright their listeners are; False if none sounds."""
    sounding = False
    for lane in range(LANES):
        slot = group * LANES + lane
        alive = timing[slot, START] <= now < timing[slot, END]
        sounding |= alive
        facts[ALIVE + lane] = f32(1.0) if alive else f32(0.0)
        facts[HELD + lane] = f32(1.0) if now < timing[slot, RELEASE] else f32(0.0)
        facts[BRIGHT + lane] = brightness[listeners[slot], column] if alive else f32(0.5)
    return sounding


@fragment
def _copy_lane(
    group: int, lane: int, settings: NDArray[Any], count: int, state: NDArray[Any], states: int
) -> None:
    for row in range(states):
        state[(group * states + row) * LANES + lane] = settings[
            (group * count + row) * LANES + lane
        ]


@fragment
def begin_quantum(
    group: int,
    now: int,
    column: int,
    pool: Pool,
    scratch: Scratch,
    sizes: tuple[int, int, int, int],
) -> bool:
    """Start the lanes that start now; False (and nothing to render) if no lane sounds.

    ``pool`` is (timing, listeners, brightness, settings, whole_settings, state, counters),
    ``sizes`` the rows of the last four, ``scratch`` is (facts, tile).
    """
    timing, listeners, brightness, settings, whole_settings, state, counters = pool
    if not _read_lanes(group, now, column, timing, listeners, brightness, scratch[0]):
        return False
    for lane in range(LANES):
        if timing[group * LANES + lane, START] == now:
            _copy_lane(group, lane, settings, sizes[0], state, sizes[2])
            _copy_lane(group, lane, whole_settings, sizes[1], counters, sizes[3])
    return True


@fragment
def _silence_row(place: int, rows: Floats) -> None:
    for t in range(0, QUANTUM, LANES):
        store(rows, place + t, splat(f32(0.0)))


@fragment
def write_rows(group: int, quantum: int, scratch: Scratch, rows: Floats, stride: int) -> None:
    """Turn a tile (64 frames × 16 lanes) into the rows of its sixteen slots.

    Rows of lanes that do not sound are silent to the last bit, as they are when nobody in the
    group sounds: company must not change a sample.
    """
    facts, tile = scratch
    base = group * LANES * stride + QUANTUM + quantum * QUANTUM
    for t in range(0, QUANTUM, LANES):
        transpose(tile, t * LANES, LANES, rows, base + t, stride)
    for lane in range(LANES):
        if facts[ALIVE + lane] == f32(0.0):
            _silence_row(base + lane * stride, rows)


@fragment
def silence_rows(group: int, quantum: int, rows: Floats, stride: int) -> None:
    """Write silence into the rows of sixteen slots."""
    base = group * LANES * stride + QUANTUM + quantum * QUANTUM
    for lane in range(LANES):
        _silence_row(base + lane * stride, rows)
