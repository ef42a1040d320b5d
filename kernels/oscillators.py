"""Band-limited oscillators and noise on sixteen lanes."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import IntVector, Vector
from kernels.polynomials import PHASE_TO_HALF_TURNS
from kernels.simd import (
    fma,
    fnma,
    greater_of,
    lesser_of,
    shift_left,
    shift_right,
    splat,
    to_float,
)

REACH_FRAMES = 4.5  # of the smoothed edge, to either side
FULL_SCALE = 2.0**31  # of a saw: whoever uses it brings it down with its gain


@fragment
def saw_width(increment: Vector) -> Vector:
    """What `saw` needs besides a phase that moves by so much a frame.

    That is frames to half a period, as phases have it.
    """
    width = splat(f32(1.0 / REACH_FRAMES)) / increment
    return greater_of(width, splat(f32(1.0 / FULL_SCALE)))


@fragment
def saw(phase: IntVector, width: Vector) -> Vector:
    """A saw in `FULL_SCALE` up and down that falls at phase 0; ``width`` is from `saw_width`.

    The edge is an odd polynomial of degree 19, nine frames wide: the step response of the narrowest
    low-pass with -0.3 dB at 8 kHz, -1.3 dB at 14 kHz and -3.5 dB at 16 kHz, by linear programming
    against what folds back to below 20 kHz. The worst alias is -93 dB at 5.3 kHz, beyond which the
    edge narrows and aliases rise, -106 dB at 1 kHz.
    """
    x = to_float(phase)
    one = splat(f32(1.0))
    edge = lesser_of(greater_of(x * width, splat(f32(-1.0))), one)
    q = fma(edge + edge, edge, splat(f32(-1.0)))
    p = fma(q, splat(f32(-0.0585178211 * FULL_SCALE)), splat(f32(0.185727879 * FULL_SCALE)))
    p = fma(q, p, splat(f32(-0.362914383 * FULL_SCALE)))
    p = fma(q, p, splat(f32(0.686287165 * FULL_SCALE)))
    p = fma(q, p, splat(f32(-1.04374862 * FULL_SCALE)))
    p = fma(q, p, splat(f32(1.1066767 * FULL_SCALE)))
    p = fma(q, p, splat(f32(-0.810020268 * FULL_SCALE)))
    p = fma(q, p, splat(f32(0.497769266 * FULL_SCALE)))
    p = fma(q, p, splat(f32(-0.559926629 * FULL_SCALE)))
    p = fma(q, p, splat(f32(1.35866666 * FULL_SCALE)))
    return fnma(edge, p, x)


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
