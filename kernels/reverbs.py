"""The reverb: a feedback delay network of eight lines, sixteen listeners at a time."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import lane_ramp
from kernels.simd import fma, load, splat, store

LENGTHS = (1031, 1151, 1259, 1373, 1481, 1597, 1709, 1823)  # frames, primes: 21 to 38 ms
STARTS = (0, 1031, 2182, 3441, 4814, 6295, 7892, 9601)
LINES = 8
ROWS = LINES + 1  # the gain of a turn through each line, and the damping
FRAMES = 11_424  # the sum of the lengths
Mix: TypeAlias = tuple[Floats, Floats, Floats, Floats]
Lines: TypeAlias = tuple[Floats, Floats, Ints, Floats]
ANTI_DENORMAL = 1e-18  # a whisper of DC: subnormal arithmetic would cost twice as much


@fragment
def _damped(line: Floats, at: int, low: Vector, damping: Vector) -> Vector:
    """The damped output of one line."""
    x = load(line, at)
    return fma(damping, low - x, x)


@fragment
def _heads(places: Ints) -> tuple[int, ...]:
    """Where each line is read and written, in the array of all lines."""
    return (
        (STARTS[0] + places[0]) * LANES,
        (STARTS[1] + places[1]) * LANES,
        (STARTS[2] + places[2]) * LANES,
        (STARTS[3] + places[3]) * LANES,
        (STARTS[4] + places[4]) * LANES,
        (STARTS[5] + places[5]) * LANES,
        (STARTS[6] + places[6]) * LANES,
        (STARTS[7] + places[7]) * LANES,
    )


@fragment
def _frames_to_wrap(limit: int, places: Ints) -> int:
    """How many frames all lines can run before one of them wraps."""
    for k in range(LINES):
        limit = min(limit, LENGTHS[k] - places[k])
    return limit


@fragment
def _stretch(t0: int, count: int, mix: Mix, wet: Floats, lines: Lines) -> None:
    """Run the network from frame ``t0`` on, without a wrap on the way."""
    dry_left, dry_right, in_left, in_right = mix
    line, low, places, gains = lines
    y0, y1, y2, y3 = load(low, 0), load(low, 16), load(low, 32), load(low, 48)
    y4, y5, y6, y7 = load(low, 64), load(low, 80), load(low, 96), load(low, 112)
    h0, h1, h2, h3, h4, h5, h6, h7 = _heads(places)
    whisper = splat(f32(ANTI_DENORMAL))
    quarter = splat(f32(-0.25))
    for o in range(count):
        r = o * LANES
        b = t0 * LANES + r
        g = ((t0 + o) // QUANTUM) * ROWS * LANES
        damping = load(gains, g + LINES * LANES)
        left = load(in_left, b) + whisper
        right = load(in_right, b) + whisper
        y0 = _damped(line, h0 + r, y0, damping)
        y1 = _damped(line, h1 + r, y1, damping)
        y2 = _damped(line, h2 + r, y2, damping)
        y3 = _damped(line, h3 + r, y3, damping)
        y4 = _damped(line, h4 + r, y4, damping)
        y5 = _damped(line, h5 + r, y5, damping)
        y6 = _damped(line, h6 + r, y6, damping)
        y7 = _damped(line, h7 + r, y7, damping)
        even = (y0 + y2) + (y4 + y6)
        odd = (y1 + y3) + (y5 + y7)
        mean = (even + odd) * quarter
        store(line, h0 + r, fma(load(gains, g + 0), y0 + mean, left))
        store(line, h1 + r, fma(load(gains, g + 16), y1 + mean, right))
        store(line, h2 + r, fma(load(gains, g + 32), y2 + mean, left))
        store(line, h3 + r, fma(load(gains, g + 48), y3 + mean, right))
        store(line, h4 + r, fma(load(gains, g + 64), y4 + mean, left))
        store(line, h5 + r, fma(load(gains, g + 80), y5 + mean, right))
        store(line, h6 + r, fma(load(gains, g + 96), y6 + mean, left))
        store(line, h7 + r, fma(load(gains, g + 112), y7 + mean, right))
        level = lane_ramp(wet, t0 + o)
        # Rounded before it is added: what is added can be had as a stem, to the last bit.
        store(dry_left, b, load(dry_left, b) + level * even)
        store(dry_right, b, load(dry_right, b) + level * odd)
    for k, y in enumerate((y0, y1, y2, y3, y4, y5, y6, y7)):
        store(low, k * LANES, y)


@kernel
def reverb(
    frames: int,
    mix: Mix,
    wet: Floats,
    lines: Lines,
) -> None:
    """Add reverberation to sixteen listeners.

    Parameters
    ----------
    frames : int
        Frames in the block.
    mix : four (frames * 16,) float32
        Dry left and right (in/out), reverb send left and right.
    wet : ((quanta + 1) * 16,) float32, linear gain
        Level of the reverberation at each quantum border; lines between.
    lines : (11424 * 16,) float32, (128,) float32, (8,) int32, (quanta * 9 * 16,) float32
        Delay lines, damping filters and places in the lines (in/out); for each quantum the gain
        of a turn through each line, and the damping 0..1, in lanes.

    Notes
    -----
    J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", 1991,
    with a Householder feedback matrix.
    """
    places = lines[2]
    t = 0
    while t < frames:
        count = _frames_to_wrap(frames - t, places)
        _stretch(t, count, mix, wet, lines)
        t += count
        for k in range(LINES):
            places[k] = (places[k] + count) % LENGTHS[k]
