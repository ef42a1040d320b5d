"""Words that hold two frames of a recording each, sixteen frames apart.

The earlier frame is in the upper half of a word, the later one in the lower half. Read as a number,
a word is the earlier frame with a trace of the later one, which is taken into account when it is
rounded.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Vector
from kernels.simd import (
    LANES,
    bits_to_float,
    float_to_bits,
    fnma,
    greater_of,
    lesser_of,
    nearest,
    shift_left,
    splat,
    to_float,
    to_int,
)

PAIR_FRAMES = 2 * LANES  # in sixteen words
TOP = 32_767.0  # of half a word
UNIT = 2.0**-16  # of a frame that was read, to one that was written


@fragment
def _rounded(x: Vector) -> Vector:
    top = splat(f32(TOP - 1.0))
    return nearest(greater_of(lesser_of(x, top), splat(f32(0.0)) - top))


@fragment
def paired(earlier: Vector, later: Vector) -> Vector:
    """Two times sixteen frames of at most `TOP` as words, of which nothing but the bits counts."""
    behind = _rounded(later)
    front = _rounded(fnma(behind, splat(f32(UNIT)), earlier))
    return bits_to_float(shift_left(to_int(front), 16) + to_int(behind))


@fragment
def unpaired(words: Vector) -> tuple[Vector, Vector]:
    """The earlier and the later frames of sixteen words, 2^16 times as large."""
    bits = float_to_bits(words)
    return to_float(bits), to_float(shift_left(bits, 16))
