"""From floats to 16 bits: dither, rounding, and left and right side by side."""

from __future__ import annotations

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, IntVector, Vector
from kernels.lanes import LANES
from kernels.simd import (
    fma,
    greater_of,
    lane_numbers,
    lesser_of,
    load,
    nearest,
    shift_left,
    shift_right,
    splat,
    splat_int,
    store_int,
    to_float,
    to_int,
)

HALF, LOWER_HALF = 16, 0xFFFF  # bits of a word
FIRST_PRIME, SECOND_PRIME, GOLDEN = 0x7FEB352D, -2073254261, -1640531527  # odd, as signed 32 bits


@fragment
def _mixed(x: IntVector) -> IntVector:
    """A bijective hash of 32 bits (C. Wellons, hash-prospector, "lowbias32")."""
    x = (x ^ shift_right(x, 16)) * splat_int(np.int32(FIRST_PRIME))
    x = (x ^ shift_right(x, 15)) * splat_int(np.int32(SECOND_PRIME))
    return x ^ shift_right(x, 16)


@fragment
def _noise(key: int, frame: int) -> tuple[Vector, Vector]:
    """Triangular noise of two steps from end to end for both sides of sixteen frames.

    It is the difference and the sum of the same two even ones, which do not correlate.
    """
    word = np.int32((key ^ (frame >> 32) * GOLDEN) & 0x7FFFFFFF)
    low = np.int32(((frame & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000)
    bits = _mixed((splat_int(low) + to_int(lane_numbers())) ^ splat_int(word))
    one = to_float(bits & splat_int(np.int32(LOWER_HALF)))
    other = to_float(shift_right(bits, HALF))
    step = splat(f32(2.0**-HALF))
    return (one - other) * step, (one + other - splat(f32(LOWER_HALF))) * step


@fragment
def _rounded(value: Vector, noise: Vector, top: Float) -> IntVector:
    """Sixteen samples as whole numbers."""
    value = fma(value, splat(top), noise)
    return to_int(nearest(greater_of(lesser_of(value, splat(top)), splat(-top))))


@kernel
def pack16(key: int, first_frame: int, full_scale: float, sides: Floats, out: Ints) -> None:
    """Dither, round and interleave a block.

    Parameters
    ----------
    key : int, 31 bits
        Names the noise.
    first_frame : int
        Where the block begins, a multiple of 16: the noise of a sample follows from its frame.
    full_scale : float
        What 1.0 becomes; what exceeds it is clipped.
    sides : (2, frames) float32
        Left and right; frames are a multiple of 16.
    out : (frames,) int32, written in full
        Left in the lower half of each number, right in the upper: in memory, left comes first.
    """
    flat, frames, top = sides.reshape(-1), sides.shape[1], f32(full_scale)
    for t in range(0, frames, LANES):
        noise, other = _noise(key, first_frame + t)
        left = _rounded(load(flat, t), noise, top)
        right = _rounded(load(flat, frames + t), other, top)
        both = (left & splat_int(np.int32(LOWER_HALF))) | shift_left(right, HALF)
        store_int(out, t, both)
