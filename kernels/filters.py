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
    """Coefficients for a corner frequency and a damping of 1/Q (2 is flat, 0.1 rings)."""
    held = lesser_of(
        greater_of(cutoff_hz, splat(f32(LOWEST_CUTOFF_HZ))), splat(f32(HIGHEST_CUTOFF_HZ))
    )
    g = tangent(held * splat(f32(RADIANS_PER_HZ)))
    a1 = splat(f32(1.0)) / fma(g, g + damping, splat(f32(1.0)))
    a2 = g * a1
    return a1, a2, g * a2


@fragment
def svf_step(
    x: Vector, s1: Vector, s2: Vector, a1: Vector, a2: Vector, a3: Vector
) -> tuple[Vector, Vector, Vector, Vector]:
    """One frame: band-pass, low-pass and the two integrators' next state."""
    v3 = x - s2
    band = fma(a2, v3, a1 * s1)
    low = fma(a3, v3, fma(a2, s1, s2))
    return band, low, (band + band) - s1, (low + low) - s2
