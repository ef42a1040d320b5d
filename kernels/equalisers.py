"""Three bands for each strip: low shelf, bell, high shelf; eight strips at a time."""

from __future__ import annotations

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.simd import (
    float_to_bits,
    fma,
    greater_of,
    largest_magnitude,
    load,
    magnitude,
    splat,
    splat_int,
    store,
    transpose,
    where_less,
)

LOW_PACE, LOW_RISE, MID_PACE, MID_WIDTH, MID_RISE, HIGH_PACE, HIGH_RISE = range(7)
BANDS = 7  # rows
RISES = (LOW_RISE, MID_RISE, HIGH_RISE)
MEMORIES = 4  # low, two of the bell, high


@fragment
def _is_flat(bands: Floats, here: int, row: int, rows: int) -> bool:
    """Whether sixteen rows are to be left as they are throughout a quantum."""
    bits = splat_int(np.int32(0))
    for border in range(2):
        for rise in RISES:
            at = ((here + border) * BANDS + rise) * rows + row
            bits = bits | float_to_bits(load(bands, at))
    return bool(largest_magnitude(bits) == f32(0.0))


@fragment
def _in_use(rises: tuple[Vector, Vector, Vector], slopes: tuple[Vector, Vector, Vector]) -> Vector:
    """1 for rows that are changed in this quantum, 0 for those that pass."""
    total = magnitude(rises[0]) + magnitude(rises[1]) + magnitude(rises[2])
    steep = greater_of(magnitude(slopes[0]), greater_of(magnitude(slopes[1]), magnitude(slopes[2])))
    return where_less(splat(f32(0.0)), total + steep, splat(f32(1.0)), splat(f32(0.0)))


@fragment
def _run(bands: Floats, q: int, row: int, rows: int, memory: Floats, tile: Floats) -> None:
    """Filter a tile of 64 frames of sixteen rows in place."""
    one, two = splat(f32(1.0)), splat(f32(2.0))
    here = q * BANDS * rows + row
    there = here + BANDS * rows
    low, mid, high = (
        load(bands, here + LOW_RISE * rows),
        load(bands, here + MID_RISE * rows),
        load(bands, here + HIGH_RISE * rows),
    )
    step = splat(f32(1.0 / QUANTUM))
    low_slope = (load(bands, there + LOW_RISE * rows) - low) * step
    mid_slope = (load(bands, there + MID_RISE * rows) - mid) * step
    high_slope = (load(bands, there + HIGH_RISE * rows) - high) * step
    used = _in_use((low, mid, high), (low_slope, mid_slope, high_slope))
    low_in, high_in = load(bands, here + LOW_PACE * rows), load(bands, here + HIGH_PACE * rows)
    low_keep, high_keep = one - low_in, one - high_in
    g, k = load(bands, here + MID_PACE * rows), load(bands, here + MID_WIDTH * rows)
    # The trapezoidal state-variable filter (Simper 2013), its two states solved for the next ones.
    a1 = one / fma(g, g + k, one)
    a2 = g * a1
    own, other, first_in = two * a1 - one, two * a2, two * a2
    second_own, second_in = one - two * g * a2, two * g * a2
    s, c, d, h = load(memory, 0), load(memory, 16), load(memory, 32), load(memory, 48)
    for t in range(0, QUANTUM * LANES, LANES):
        x = load(tile, t)
        after = fma(low_keep, s, low_in * x)
        x = fma(low, s + after, x)
        s = after
        band = fma(own, c, first_in * x - other * d)
        d = fma(other, c, fma(second_own, d, second_in * x))
        x = fma(mid, c + band, x)
        c = band
        after = fma(high_keep, h, high_in * x)
        x = fma(high, (x + x) - (h + after), x)
        h = after
        low, mid, high = low + low_slope, mid + mid_slope, high + high_slope
        store(tile, t, x)
    for number, value in enumerate((s, c, d, h)):
        store(memory, number * LANES, value * used)


@kernel
def equalise(quanta: int, bands: Floats, tile: Floats, memories: Floats, buses: Floats) -> None:
    """Equalise part buses in place.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    bands : (quanta + 1, 7, rows) float32
        For each side of each strip, at each quantum border: pace of the low shelf, 0..2, and half
        of its gain less 1; pace and width (1 / Q) of the bell, and half of its gain less 1 times
        the width; pace of the high shelf, 0..2, and half of its gain less 1. Rows come in
        sixteens; a row whose three gains are zero is left as it is.
    tile : (64 * 16,) float32, scratch
    memories : (rows / 16, 4 * 16) float32, in/out
    buses : (rows * frames,) float32, in/out
        A row of frames for each side of each strip.
    """
    frames, rows = quanta * QUANTUM, bands.shape[2]
    flat = bands.reshape(-1)
    for group in range(rows // LANES):
        row, memory = group * LANES, memories[group]
        for q in range(quanta):
            if _is_flat(flat, q, row, rows):
                memory[:] = 0.0
                continue
            start = row * frames + q * QUANTUM
            for t in range(0, QUANTUM, LANES):
                transpose(buses, start + t, frames, tile, t * LANES, LANES)
            _run(flat, q, row, rows, memory, tile)
            for t in range(0, QUANTUM, LANES):
                transpose(tile, t * LANES, LANES, buses, start + t, frames)
