"""Sine, power of two, logarithm and tangent as polynomials on sixteen lanes.

Kernels never call libm: its last bits differ between versions, a polynomial's do not.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import IntVector, Vector
from kernels.simd import (
    bits_to_float,
    float_to_bits,
    fma,
    fnma,
    nearest,
    shift_left,
    shift_right,
    splat,
    splat_int,
    to_float,
    to_int,
)

PHASE_TO_HALF_TURNS = 2.0**-31
SQRT_HALF_BITS = 0x3F3504F3
ONE_BITS = 0x3F800000
MANTISSA_BITS = 0x007FFFFF


@fragment
def sine(phase: IntVector) -> Vector:
    """Sine of a 32-bit phase (2^32 is one turn); odd minimax, error below 7e-6 (-103 dB)."""
    s = to_float(phase) * splat(f32(PHASE_TO_HALF_TURNS))
    q = s * s
    p = fma(q, splat(f32(-0.06368984)), splat(f32(0.51749128)))
    p = fma(q, p, splat(f32(-2.0247731)))
    p = fma(q, p, splat(f32(3.14152114)))
    return fnma(s, q, s) * p


@fragment
def sine_of_turns(turns: Vector) -> Vector:
    """Sine of an angle in turns; error below 7e-6, and what a float of that size leaves open."""
    r = turns - nearest(turns)
    z = fnma(r, r, splat(f32(0.25)))  # nought at every half turn, as the sine is
    p = fma(z, splat(f32(32.609169)), splat(f32(41.782000)))
    p = fma(z, p, splat(f32(37.787520)))
    p = fma(z, p, splat(f32(12.564396)))
    return r * z * p


@fragment
def plain_sine_of_turns(turns: Vector) -> Vector:
    """The same, shorter: error below 3e-4, all in odd harmonics, of which the third has -73 dB."""
    r = turns - nearest(turns)
    z = fnma(r, r, splat(f32(0.25)))
    p = fma(z, splat(f32(55.522683)), splat(f32(36.074453)))
    return r * z * fma(z, p, splat(f32(12.623493)))


@fragment
def exp2(x: Vector) -> Vector:
    """Two to the power x for -60 < x < 60; relative error below 3e-7."""
    whole = nearest(x)
    f = x - whole
    p = fma(f, splat(f32(1.3333558e-3)), splat(f32(9.6181291e-3)))
    p = fma(f, p, splat(f32(5.5504109e-2)))
    p = fma(f, p, splat(f32(2.4022651e-1)))
    p = fma(f, p, splat(f32(6.9314718e-1)))
    p = fma(f, p, splat(f32(1.0)))
    return p * bits_to_float(shift_left(to_int(whole) + splat_int(i32(127)), 23))


@fragment
def log2(x: Vector) -> Vector:
    """The inverse of `exp2` for normal positive x; error below 3e-7 (from 1/4 to 4) or one ulp."""
    # log2(m) = 2 / ln 2 artanh((m - 1) / (m + 1)) with m from sqrt(1/2) to sqrt(2)
    bits = float_to_bits(x) + splat_int(i32(ONE_BITS - SQRT_HALF_BITS))
    whole = to_float(shift_right(bits, 23) - splat_int(i32(127)))
    m = bits_to_float((bits & splat_int(i32(MANTISSA_BITS))) + splat_int(i32(SQRT_HALF_BITS)))
    ratio = (m - splat(f32(1.0))) / (m + splat(f32(1.0)))
    q = ratio * ratio
    p = fma(q, splat(f32(0.32059890)), splat(f32(0.41219859)))
    p = fma(q, p, splat(f32(0.57707802)))
    p = fma(q, p, splat(f32(0.96179669)))
    p = fma(q, p, splat(f32(2.8853901)))
    return fma(ratio, p, whole)


@fragment
def tangent(x: Vector) -> tuple[Vector, Vector]:
    """Tangent for 0 <= x < 1.3 as a quotient: what is above and below the line.

    A Pade quotient of degree 5 over 4; error below 1e-4.
    """
    q = x * x
    above = fma(q, q - splat(f32(105.0)), splat(f32(945.0)))
    return x * above, fma(q, fma(q, splat(f32(15.0)), splat(f32(-420.0))), splat(f32(945.0)))
