"""Band-limited oscillators and noise on sixteen lanes."""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import IntVector, Vector
from kernels.polynomials import PHASE_TO_HALF_TURNS
from kernels.simd import (
    fma,
    greater_of,
    lesser_of,
    splat,
    splat_int,
    to_float,
)

REACH_FRAMES = 4.5  # of the smoothed edge, to either side
EDGE_END = 2.0**0.5  # where the edge ends, so that its square is ready for `edge`
FULL_SCALE = 2.0**31  # of a saw: whoever uses it brings it down with its gain


@fragment
def saw_width(increment: Vector) -> Vector:
    """What `saw` needs besides a phase that moves by so much a frame.

    That is frames to half a period, as phases have it.
    """
    width = splat(f32(EDGE_END / REACH_FRAMES)) / increment
    return greater_of(width, splat(f32(EDGE_END / FULL_SCALE)))


@fragment
def _eve(z: Vector, p: Vector, root: float, rest: float) -> Vector:
    return fma(z + splat(f32(root)), p, splat(f32(rest * FULL_SCALE)))


@fragment
def edge(place: Vector) -> Vector:
    """By how much a saw lies below its straight line, at a place from -`EDGE_END` to `EDGE_END`.

    It goes from -`FULL_SCALE` to `FULL_SCALE`, exactly, and stays there. It is an odd polynomial of
    degree 19, nine frames wide: the step response of the narrowest low-pass with -0.3 dB at 8 kHz,
    -1.3 dB at 14 kHz and -3.5 dB at 16 kHz, by linear programming against what folds back to below
    20 kHz. The worst alias is -93 dB at 5.3 kHz, beyond which the edge narrows and aliases rise,
    -106 dB at 1 kHz.

    It is worked out with half of the multiplications of Horner's rule (J. Eve, "The evaluation of
    polynomials", 1964), and within 9e-6 of what that gives.
    """
    a = lesser_of(greater_of(place, splat(f32(-EDGE_END))), splat(f32(EDGE_END)))
    u = fma(a, a, splat(f32(-0.69)))
    w = u * u
    p = fma(u, splat(f32(-0.04137835 * FULL_SCALE)), splat(f32(0.24677503 * FULL_SCALE)))
    p = _eve(w, p, 13.544187, -2.8275301)
    p = _eve(w, p, 0.7628101, -0.19637907)
    p = _eve(w, p, 0.9372124, -0.49914035)
    return a * _eve(w, p, 2.2883604, 1.8653248)


@fragment
def saw(phase: IntVector, width: Vector) -> Vector:
    """A saw that falls at phase 0, `FULL_SCALE` up and down; its width is from `saw_width`."""
    x = to_float(phase)
    return x - edge(x * width)


@fragment
def next_noise(seed: IntVector) -> IntVector:
    """The next state of a 32-bit congruential generator per lane.

    W. Press et al., "Numerical Recipes", 1992, 7.1. Its low bits repeat soon, which nobody hears.
    """
    return seed * splat_int(i32(1_664_525)) + splat_int(i32(1_013_904_223))


@fragment
def white(seed: IntVector) -> Vector:
    """White noise in -1..1 from a generator state."""
    return to_float(seed) * splat(f32(PHASE_TO_HALF_TURNS))
