"""Left and right in one word: floats of 16 bits, for lines that are long and heard softly.

A half has a sign, 5 bits of exponent and 10 of mantissa, as in IEEE 754, but reaches from 2^-26 to
16: what is smaller is silence. It is rounded to the nearest; the error lies 70 dB below the sound.
"""

from __future__ import annotations

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import IntVector, Vector
from kernels.simd import (
    bits_to_float,
    float_to_bits,
    lesser_of,
    magnitude,
    shift_left,
    shift_right,
    splat,
    splat_int,
    where_less,
)

LARGEST = 15.98  # what is rounded to 16 would not fit
SMALLEST = 2.0**-26
SCALE = 2.0**100  # between the exponents of both kinds of floats
SIGN, PLAIN = -0x80000000, 0x7FFF  # of a float; of a half without its sign
ROUNDING = 0x1000  # half a step
CUT, WIDTH = 13, 16  # bits of mantissa that are left out; bits of a half


@fragment
def _half(x: Vector) -> IntVector:
    """Sixteen floats as halves, in the upper bits."""
    size = lesser_of(magnitude(x), splat(f32(LARGEST)))
    heard = where_less(size, splat(f32(SMALLEST)), splat(f32(0.0)), size)
    plain = float_to_bits(heard * splat(f32(1.0 / SCALE))) + splat_int(np.int32(ROUNDING))
    sign = float_to_bits(x) & splat_int(np.int32(SIGN))
    return sign | shift_left(shift_right(plain, CUT), WIDTH)


@fragment
def _float(half: IntVector) -> Vector:
    """Sixteen halves, in the upper bits, as floats."""
    plain = shift_right(half, WIDTH - CUT) & splat_int(np.int32(PLAIN << CUT))
    bits = (half & splat_int(np.int32(SIGN))) | plain
    return bits_to_float(bits) * splat(f32(SCALE))


@fragment
def joined(left: Vector, right: Vector) -> Vector:
    """Sixteen frames of two sides as words, of which nothing but the bits counts."""
    return bits_to_float(_half(left) | shift_right(_half(right), WIDTH))


@fragment
def parted(words: Vector) -> tuple[Vector, Vector]:
    """Left and right of sixteen words."""
    bits = float_to_bits(words)
    return _float(bits), _float(shift_left(bits, WIDTH))
