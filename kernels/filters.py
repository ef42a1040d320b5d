"""The state-variable filter on sixteen lanes.

Trapezoidal form: A. Simper, "Solving the continuous SVF equations using trapezoidal
integration", Cytomic, 2013.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Vector
from kernels.polynomials import tangent
from kernels.simd import fma, greater_of, lesser_of, splat

RADIANS_PER_HZ = 3.141592653589793 / 48_000.0  # half a turn per frame at the Nyquist frequency
LOWEST_CUTOFF_HZ = 16.0
HIGHEST_CUTOFF_HZ = 18_000.0  # the tangent's fit ends above it


@fragment
def svf_coefficients(cutoff_hz: Vector, damping: Vector) -> tuple[Vector, Vector, Vector]:
    """What `svf_step` needs for a corner frequency and a damping of 1/Q (2 is flat, 0.1 rings).

    With g = tan(pi f / rate) and a = 1 / (1 + g (g + damping)) they are 2 a - 1, 2 g a and
    2 g g a; g is a quotient n / m, so that one division is enough.
    """
    held = lesser_of(
        greater_of(cutoff_hz, splat(f32(LOWEST_CUTOFF_HZ))), splat(f32(HIGHEST_CUTOFF_HZ))
    )
    n, m = tangent(held * splat(f32(RADIANS_PER_HZ)))
    twice = splat(f32(2.0)) / fma(m, m, n * fma(m, damping, n))
    share = n * twice
    return fma(m * m, twice, splat(f32(-1.0))), m * share, n * share


@fragment
def svf_step(
    x: Vector, s1: Vector, s2: Vector, a: Vector, b: Vector, c: Vector
) -> tuple[Vector, Vector]:
    """One frame: the two integrators' next state.

    The band-pass is the mean of s1 before and after, the low-pass that of s2. Written so, a frame
    waits for no more than three operations of the one before.
    """
    v = x - s2
    return fma(b, v, a * s1), fma(c, v, fma(b, s1, s2))
