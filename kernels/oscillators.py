"""Band-limited oscillators and noise on sixteen lanes."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import IntVector, Vector
from kernels.polynomials import PHASE_TO_HALF_TURNS
from kernels.simd import fma, fnma, greater_of, shift_left, shift_right, splat, to_float


@fragment
def blep(u: Vector) -> Vector:
    """Correct a step, four frames wide: a degree-9 fit of a Kaiser-windowed sinc's tail."""
    p = fma(u, splat(f32(272.97351)), splat(f32(-1128.8614)))
    p = fma(u, p, splat(f32(1824.1058)))
    p = fma(u, p, splat(f32(-1458.4725)))
    p = fma(u, p, splat(f32(613.38721)))
    p = fma(u, p, splat(f32(-138.35764)))
    p = fma(u, p, splat(f32(17.200803)))
    p = fma(u, p, splat(f32(-0.97570073)))
    return u * u * p


@fragment
def saw(phase: IntVector, width: Vector) -> Vector:
    """A saw in -1..1 from a 32-bit phase; worst alias -52 dB at 5 kHz.

    ``width`` is sample_rate / (8 * frequency); valid below a quarter of the sample rate.
    """
    s = to_float(phase) * splat(f32(PHASE_TO_HALF_TURNS))
    edge = splat(f32(1.0)) - width
    zero = splat(f32(0.0))
    before = greater_of(zero, fma(s, width, edge))
    after = greater_of(zero, fnma(s, width, edge))
    return (s + blep(after)) - blep(before)


@fragment
def next_noise(seed: IntVector) -> IntVector:
    """The next state of a 32-bit xorshift generator per lane (Marsaglia 2003); never zero."""
    seed = seed ^ shift_left(seed, 13)
    seed = seed ^ shift_right(seed, 17)
    return seed ^ shift_left(seed, 5)


@fragment
def white(seed: IntVector) -> Vector:
    """White noise in -1..1 from a generator state."""
    return to_float(seed) * splat(f32(PHASE_TO_HALF_TURNS))
