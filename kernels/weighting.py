"""How loud sixteen listeners hear a quantum: its K-weighted power, both sides together.

K-weighting: ITU-R BS.1770-5, annex 1. Above 3 kHz it is level, and only below is there anything to
filter. So a quantum is taken apart into the means of four neighbours and what is left of it, which
is high: of that the power counts, and is known without a filter; the means go through one, at a
quarter of the rate. Both powers add up, since the two parts of a sound have nothing in common.

The filter is fitted to that, and to what the means hold of 6 to 24 kHz: from 20 Hz to 20 kHz no
frequency weighs 0.021 dB more or less than in the recommendation.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.shuffles import (
    even_fours,
    first_halves,
    first_pairs,
    last_halves,
    last_pairs,
    odd_fours,
    transpose,
)
from kernels.simd import fma, fnma, load, splat, store

# At 12 kHz: a shelf, and a high-pass of two poles, each (1 - z) / (1 - POLE z).
SHELF = (1.3646818, -1.4540972, 0.50991051, -0.86172465, 0.28902051)
POLE = 0.98025403
SHELF_IN = (SHELF[1] / SHELF[0] - SHELF[3], SHELF[2] / SHELF[0] - SHELF[4])
OF_LOW = SHELF[0] * SHELF[0] / 4.0  # of four neighbours' sum, squared
OF_HIGH = 2.5485302

MEMORIES = 4  # rows that a side remembers
FOURS = QUANTUM // 4
SIDE = LANES * LANES  # a tile: sixteen numbers of each listener
TURNED, REST = 2 * SIDE, 4 * SIDE  # places in the scratch: sums by frame, and what is left
TILES = REST + SIDE
Memory: TypeAlias = tuple[Vector, Vector, Vector, Vector]


@fragment
def _summed_fours(a: Vector, b: Vector, c: Vector, d: Vector) -> Vector:
    """The sums of four neighbours: lane 4 m + n holds that of the lanes from 4 m on of vector n."""
    one = first_pairs(a, b) + last_pairs(a, b)
    other = first_pairs(c, d) + last_pairs(c, d)
    return first_halves(one, other) + last_halves(one, other)


@fragment
def _summed_rows(tile: Floats, at: int) -> Vector:
    """The sum of each of sixteen rows."""
    a = _summed_fours(load(tile, at), load(tile, at + 16), load(tile, at + 32), load(tile, at + 48))
    at = at + 4 * LANES
    b = _summed_fours(load(tile, at), load(tile, at + 16), load(tile, at + 32), load(tile, at + 48))
    at = at + 4 * LANES
    c = _summed_fours(load(tile, at), load(tile, at + 16), load(tile, at + 32), load(tile, at + 48))
    at = at + 4 * LANES
    d = _summed_fours(load(tile, at), load(tile, at + 16), load(tile, at + 32), load(tile, at + 48))
    one, other = even_fours(a, b) + odd_fours(a, b), even_fours(c, d) + odd_fours(c, d)
    return even_fours(one, other) + odd_fours(one, other)


@fragment
def _take_apart(at: int, dry: Floats, place: int, tile: Floats) -> Vector:
    """Write the sums of fours of one side of a quantum; squares of what they leave."""
    a, b = load(dry, at), load(dry, at + LANES)
    c, d = load(dry, at + 2 * LANES), load(dry, at + 3 * LANES)
    sums = _summed_fours(a, b, c, d)
    store(tile, place, sums)
    squares = fma(d, d, fma(c, c, fma(b, b, a * a)))
    return fnma(sums * splat(f32(0.25)), sums, squares)


@fragment
def _weighted(x: Vector, s: Memory) -> tuple[Vector, Memory]:
    """Four neighbours of every listener through the shelf and the high-pass, less their scale.

    Memories are worked out from memories, not from what comes out: that is ready sooner.
    """
    y = x + s[0]
    s0 = fnma(splat(f32(SHELF[3])), s[0], fma(splat(f32(SHELF_IN[0])), x, s[1]))
    s1 = fnma(splat(f32(SHELF[4])), s[0], splat(f32(SHELF_IN[1])) * x)
    y = y + s[2]
    s2 = fma(splat(f32(POLE - 1.0)), y, s[2])
    z = y + s[3]
    return z, (s0, s1, s2, fma(splat(f32(POLE - 1.0)), z, s[3]))


@fragment
def _remembered(at: int, filters: Floats) -> Memory:
    return load(filters, at), load(filters, at + 16), load(filters, at + 32), load(filters, at + 48)


@fragment
def _remember(memory: Memory, at: int, filters: Floats) -> None:
    for k, value in enumerate(memory):
        store(filters, at + k * LANES, value)


@fragment
def _filtered(filters: Floats, tile: Floats) -> Vector:
    """The power of the sums of both sides, which are filtered side by side."""
    left, right = _remembered(0, filters), _remembered(MEMORIES * LANES, filters)
    power = other = splat(f32(0.0))
    for four in range(FOURS):
        row = TURNED + (four % 4 * 4 + four // 4) * LANES  # as `_summed_fours` leaves them
        x, left = _weighted(load(tile, row), left)
        y, right = _weighted(load(tile, row + SIDE), right)
        power, other = fma(x, x, power), fma(y, y, other)
    _remember(left, 0, filters)
    _remember(right, MEMORIES * LANES, filters)
    return power + other


@fragment
def weigh(
    listeners: int, at: int, frames: int, dry: Floats, filters: Floats, tile: Floats
) -> Vector:
    """The mean K-weighted power of a quantum of each listener.

    Parameters
    ----------
    listeners : int, 1..16
    at, frames : int
        Where the quantum begins in a side; frames of a side.
    dry : (at least listeners * 2 * frames,) float32
        Left and right of each listener.
    filters : (2 * 4 * 16,) float32, in/out
        Memory of the weighting, of left then right sides; zeros at the start.
    tile : (`TILES`,) float32, scratch, zeros at first
        Rows beyond the listeners' stay silent.
    """
    for listener in range(listeners):
        here, place = 2 * listener * frames + at, listener * LANES
        left = _take_apart(here, dry, place, tile)
        right = _take_apart(here + frames, dry, SIDE + place, tile)
        store(tile, REST + place, left + right)
    transpose(tile, 0, LANES, tile, TURNED, LANES)
    transpose(tile, SIDE, LANES, tile, TURNED + SIDE, LANES)
    high = _summed_rows(tile, REST) * splat(f32(OF_HIGH / QUANTUM))
    return fma(_filtered(filters, tile), splat(f32(OF_LOW / QUANTUM)), high)
