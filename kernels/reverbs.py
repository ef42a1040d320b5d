"""The reverb: diffusers and a feedback delay network of eight lines, one listener at a time.

The same kernel makes a room and a hall: what tells them apart is the table of lengths.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Float, Floats, Ints, IntVector, Longs, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ramp
from kernels.rings import FRONT, WRITE, close_ring, count_rest, give, place_of, sleeps
from kernels.simd import (
    float_to_bits,
    fma,
    fnma,
    lane_numbers,
    largest_magnitude,
    load,
    splat,
    splat_int,
    store,
)

LINES = 8
DIFFUSERS = 3  # a side
RINGS = LINES + 2 * DIFFUSERS
SIZE, START, LENGTH = 0, 1, 2  # columns of the table of a space
ROWS = LINES + 1  # of a room: the gain of a turn through each line, and the damping
DIFFUSION = 0.62  # of each diffuser
DRIFT_FRAMES = 9.0  # how far a moving line moves
DRIFT_STEPS = (46_000_000, 31_000_000, 62_000_000, 38_000_000)
"""Of a 32-bit phase in a quantum: 8.0, 5.4, 10.8 and 6.6 thousandths of a turn."""
Turns: TypeAlias = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector]
Drift: TypeAlias = tuple[float, float]


@fragment
def _butterfly(a: Vector, b: Vector) -> tuple[Vector, Vector]:
    return a + b, a - b


@fragment
def _hadamard(y: Turns) -> Turns:
    """Mix eight lines so that each goes into all, without the factor of 1/sqrt(8)."""
    a0, a1 = _butterfly(y[0], y[1])
    a2, a3 = _butterfly(y[2], y[3])
    a4, a5 = _butterfly(y[4], y[5])
    a6, a7 = _butterfly(y[6], y[7])
    b0, b2 = _butterfly(a0, a2)
    b1, b3 = _butterfly(a1, a3)
    b4, b6 = _butterfly(a4, a6)
    b5, b7 = _butterfly(a5, a7)
    c0, c4 = _butterfly(b0, b4)
    c1, c5 = _butterfly(b1, b5)
    c2, c6 = _butterfly(b2, b6)
    c3, c7 = _butterfly(b3, b7)
    return c0, c1, c2, c3, c4, c5, c6, c7


@fragment
def _diffuse(x: Vector, lines: Floats, heads: tuple[int, int], t: int) -> Vector:
    """An allpass (Schroeder 1962)."""
    delayed = load(lines, heads[1] + t)
    kept = fnma(splat(f32(DIFFUSION)), delayed, x)
    store(lines, heads[0] + t, kept)
    return fma(splat(f32(DIFFUSION)), kept, delayed)


@fragment
def _heads(space: Ints, base: int, places: Ints, listener: int, k: int) -> tuple[int, int]:
    """Where a ring is written and read in a quantum."""
    begin, ring, at = base + space[k, START], space[k, SIZE], places[listener, WRITE + k]
    return begin + FRONT + at, place_of(begin, at - space[k, LENGTH], ring)


@fragment
def _damped(lines: Floats, place: int, damping: Vector) -> Vector:
    """Sixteen frames, the highs softened by the frame before each."""
    here = load(lines, place)
    return fma(damping, load(lines, place - 1) - here, here)


@fragment
def _drift(clock: int, k: int) -> Float:
    """How many frames a line is longer at the border of a quantum: a rounded triangle."""
    phase = (clock * DRIFT_STEPS[k]) & 0xFFFFFFFF
    wave = abs(f32(phase) * f32(2.0**-31) - f32(1.0))
    return wave * wave * (f32(3.0) - f32(2.0) * wave) * f32(DRIFT_FRAMES)


@fragment
def _drifts(clock: int) -> tuple[Drift, Drift, Drift, Drift]:
    """How much longer each moving line is at the start of a quantum, and its rise a frame."""
    d0, d1, d2, d3 = _drift(clock, 0), _drift(clock, 1), _drift(clock, 2), _drift(clock, 3)
    a_frame = f32(1.0 / QUANTUM)
    return (
        (d0, (_drift(clock + 1, 0) - d0) * a_frame),
        (d1, (_drift(clock + 1, 1) - d1) * a_frame),
        (d2, (_drift(clock + 1, 2) - d2) * a_frame),
        (d3, (_drift(clock + 1, 3) - d3) * a_frame),
    )


@fragment
def _moving(lines: Floats, head: int, t: int, drift: Drift, damping: Vector) -> Vector:
    """As `_damped`, from between two frames."""
    longer = drift[0] + f32(t) * drift[1]
    whole = int(longer)
    share = fma(lane_numbers(), splat(drift[1]), splat(longer - f32(whole)))
    place = head + t - whole
    near, far = _damped(lines, place, damping), _damped(lines, place - 1, damping)
    return fma(share, far - near, near)


@fragment
def _turn(lines: Floats, place: int, value: Vector, bits: IntVector) -> IntVector:
    """Send a value into a line; all bits that went into lines so far."""
    store(lines, place, value)
    return bits | float_to_bits(value)


@fragment
def _close_all(lines: Floats, base: int, space: Ints, listener: int, places: Ints) -> None:
    """Go on by a quantum in all rings."""
    for k in range(RINGS):
        close_ring(lines, base + space[k, START], k, int(space[k, SIZE]), listener, places)


@fragment
def _quantum(
    clock: int,
    listener: int,
    places: Ints,
    space: Ints,
    base: int,
    lines: Floats,
    bus: tuple[int, int, int],
    room: Floats,
    wet: tuple[float, float],
    sends: Floats,
    dry: Floats,
) -> Float:
    """Run one quantum of one listener; about the largest value that went into a line."""
    source, out, side = bus
    m0, m1, m2, m3 = _drifts(clock)
    d0, d1 = _heads(space, base, places, listener, 8), _heads(space, base, places, listener, 9)
    d2, d3 = _heads(space, base, places, listener, 10), _heads(space, base, places, listener, 11)
    d4, d5 = _heads(space, base, places, listener, 12), _heads(space, base, places, listener, 13)
    h0, h1 = _heads(space, base, places, listener, 0), _heads(space, base, places, listener, 1)
    h2, h3 = _heads(space, base, places, listener, 2), _heads(space, base, places, listener, 3)
    h4, h5 = _heads(space, base, places, listener, 4), _heads(space, base, places, listener, 5)
    h6, h7 = _heads(space, base, places, listener, 6), _heads(space, base, places, listener, 7)
    damping, bits = splat(room[LINES]), splat_int(np.int32(0))
    for t in range(0, QUANTUM, LANES):
        here = source + t
        left = _diffuse(_diffuse(load(sends, here), lines, d0, t), lines, d1, t)
        right = _diffuse(_diffuse(load(sends, here + side), lines, d3, t), lines, d4, t)
        left, right = _diffuse(left, lines, d2, t), _diffuse(right, lines, d5, t)
        y0 = _moving(lines, h0[1], t, m0, damping)
        y1 = _damped(lines, h1[1] + t, damping)
        y2 = _damped(lines, h2[1] + t, damping)
        y3 = _moving(lines, h3[1], t, m1, damping)
        y4 = _damped(lines, h4[1] + t, damping)
        y5 = _moving(lines, h5[1], t, m2, damping)
        y6 = _moving(lines, h6[1], t, m3, damping)
        y7 = _damped(lines, h7[1] + t, damping)
        z = _hadamard((y0, y1, y2, y3, y4, y5, y6, y7))
        bits = _turn(lines, h0[0] + t, fma(splat(room[0]), z[0], left), bits)
        bits = _turn(lines, h1[0] + t, fma(splat(room[1]), z[1], right), bits)
        bits = _turn(lines, h2[0] + t, fma(splat(room[2]), z[2], left), bits)
        bits = _turn(lines, h3[0] + t, fma(splat(room[3]), z[3], right), bits)
        bits = _turn(lines, h4[0] + t, fma(splat(room[4]), z[4], left), bits)
        bits = _turn(lines, h5[0] + t, fma(splat(room[5]), z[5], right), bits)
        bits = _turn(lines, h6[0] + t, fma(splat(room[6]), z[6], left), bits)
        bits = _turn(lines, h7[0] + t, fma(splat(room[7]), z[7], right), bits)
        level = ramp(wet[0], wet[1], t)
        even, odd = z[0] + z[1], z[0] - z[1]  # twice the sums of four lines
        give(here, out + t, side, (even * level, odd * level), sends, dry)
    _close_all(lines, base, space, listener, places)
    return largest_magnitude(bits)


@fragment
def reverb(
    quanta: int,
    listener: int,
    bus: int,
    clocks: Longs,
    space: Ints,
    rooms: Floats,
    wet: Floats,
    places: Ints,
    lines: Floats,
    fed: Ints,
    sends: Floats,
    dry: Floats,
) -> None:
    """Add the reverberation of what one listener sends to a space to the dry bus.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listener : int
    bus : int
        The send that goes into the reverb, 1..4, and is left holding what comes out.
    clocks : (listeners,) int64, quanta
        Since each session began.
    space : (14, 3) int32, frames
        Of the rings of the eight lines, the left and the right diffusers: the size, whole quanta;
        where it begins among a listener's; the delay, at least 66 + 9, and longest in the last
        line. A ring is at least 25 frames longer than its delay.
    rooms : (listeners, quanta, 9) float32
        For each quantum the gain of a turn through each line (with the 1/sqrt(8) of the matrix),
        and the damping, 0..0.5.
    wet : (listeners, quanta + 1) float32, linear gain
        Level of the reverberation at each quantum border; lines between.
    places : (listeners, 15) int32, frames, in/out
        For how long nothing but silence was written, and where each ring is written next.
    lines : (listeners * frames of all rings with 80 more each,) float32, in/out
    fed : (4, quanta) int32, in/out
        Whether each send holds anything; where it does not, and nothing rings, nothing is done.
    sends : (4 * 2 * frames,) float32, in/out
        Left and right of each.
    dry : (at least listeners * 2 * frames,) float32, in/out
        Left and right of each listener.

    Notes
    -----
    J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", 1991,
    with a Hadamard matrix; half of the lines drift, so that no mode stands still to ring.
    """
    frames, ring = quanta * QUANTUM, int(space[LINES - 1, SIZE])
    base = listener * (lines.shape[0] // places.shape[0])
    for q in range(quanta):
        if sleeps(q, listener, bus - 1, ring, places, lines, fed, sends):
            continue
        at, levels = q * QUANTUM, (wet[listener, q], wet[listener, q + 1])
        largest = _quantum(
            clocks[listener] + q,
            listener,
            places,
            space,
            base,
            lines,
            ((bus - 1) * 2 * frames + at, listener * 2 * frames + at, frames),
            rooms[listener, q],
            levels,
            sends,
            dry,
        )
        count_rest(places, listener, ring, largest)
