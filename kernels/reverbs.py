"""The reverb: diffusers and a feedback delay network of eight lines, one listener at a time.

The same kernel makes a room and a hall: what tells them apart is the table of lengths.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Float, Floats, Ints, IntVector, Longs, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ramp
from kernels.rings import FRONT, WRITE, close_ring, count_rest, give, sleeps
from kernels.shuffles import after
from kernels.simd import (
    float_to_bits,
    fma,
    fnma,
    lane_numbers,
    largest_magnitude,
    load,
    load_int,
    magnitude,
    shift_right,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
    unsigned_to_float,
    where_less,
)

LINES = 8
DIFFUSERS = 3
RINGS = LINES + DIFFUSERS
SIZE, START, LENGTH = 0, 1, 2  # rows of the table of a space
STEPS = QUANTUM // LANES
WHOLE, SHARE, RISE = 0, LANES, 2 * LANES  # of drifts, in scratch
ENDS = 2 * LANES  # of heads, in scratch: which rings are written at one of their ends
HEADS, MOVES = 3 * LANES, 3 * LANES  # numbers in scratch
ROWS = LINES + 1  # of a room: the gain of a turn through each line, and the damping
OF_BOTH = 0.595  # of the sum of both sides: a part in the middle gains what a wide one loses
DIFFUSION = 0.62  # of each diffuser
DRIFT_FRAMES = 9.0  # how far a moving line moves
DRIFT_STEPS = (46_000_000, 31_000_000, 62_000_000, 38_000_000)
"""Of a 32-bit phase in a quantum: 8.0, 5.4, 10.8 and 6.6 turns a second."""
Turns: TypeAlias = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector]
Desk: TypeAlias = tuple[Ints, Floats]
"""Scratch: where each ring is written, then read, and is at an end; how moving lines drift."""


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
def _below_zero(x: IntVector) -> IntVector:
    """All bits where a number is, else none."""
    return splat_int(i32(0)) - shift_right(x, 31)


@fragment
def _find_heads(listener: int, base: int, space: Ints, places: Ints, heads: Ints) -> None:
    """Write where each ring is written in a quantum, where it is read, and whether at an end.

    Then go on by one.
    """
    row, size = listener * places.shape[1] + WRITE, load_int(space, SIZE * LANES)
    begin = load_int(space, START * LANES) + splat_int(i32(base + FRONT))
    at = load_int(places, row)
    past, following = at - load_int(space, LENGTH * LANES), at + splat_int(i32(QUANTUM))
    store_int(heads, 0, begin + at)
    store_int(heads, LANES, begin + past + (size & _below_zero(past)))
    store_int(places, row, following & _below_zero(following - size))
    at_begin, before_end = _below_zero(at - splat_int(i32(1))), _below_zero(following - size)
    store_int(heads, ENDS, at_begin | (before_end ^ splat_int(i32(-1))))


@fragment
def _softened(here: Vector, before: Vector, damping: Vector) -> Vector:
    """Sixteen frames, the highs softened by the frame before each; ``before`` comes before."""
    return fma(damping, after(before, here) - here, here)


@fragment
def _of_line(values: tuple[float, float, float, float]) -> Vector:
    """A value for each of the four moving lines, in four lanes each."""
    lanes, a, b = lane_numbers(), splat(f32(values[0])), splat(f32(values[1]))
    c, d = splat(f32(values[2])), splat(f32(values[3]))
    low, high = where_less(lanes, splat(f32(4)), a, b), where_less(lanes, splat(f32(12)), c, d)
    return where_less(lanes, splat(f32(8)), low, high)


@fragment
def _drift(clock: int) -> Vector:
    """How many frames each line is longer at the border of a quantum: a rounded triangle."""
    phase = splat_int(i32(clock)) * to_int(_of_line(DRIFT_STEPS))
    one, two, three = splat(f32(1.0)), splat(f32(2.0)), splat(f32(3.0))
    wave = magnitude(unsigned_to_float(phase) * splat(f32(2.0**-31)) - one)
    return wave * wave * (three - two * wave) * splat(f32(DRIFT_FRAMES))


@fragment
def _move(clock: int, moves: Floats) -> None:
    """Write for each moving line and each sixteen frames how much longer it is, and its rise.

    Whole frames, their share, and the rise a frame, sixteen numbers each.
    """
    now = _drift(clock)
    rise = (_drift(clock + 1) - now) * splat(f32(1.0 / QUANTUM))
    frames = (lane_numbers() - _of_line((0.0, 4.0, 8.0, 12.0))) * splat(f32(LANES))
    longer = now + frames * rise
    whole = to_float(to_int(longer))
    store(moves, WHOLE, whole)
    store(moves, SHARE, longer - whole)
    store(moves, RISE, rise)


@fragment
def _moving(
    lines: Floats, head: int, step: int, line: int, moves: Floats, damping: Vector
) -> Vector:
    """Sixteen frames from between two frames of a line, softened."""
    lane = line * STEPS + step
    share = fma(lane_numbers(), splat(moves[RISE + lane]), splat(moves[SHARE + lane]))
    place = head + step * LANES - int(moves[WHOLE + lane])
    here, before = load(lines, place), load(lines, place - 1)
    near = fma(damping, before - here, here)
    far = fma(damping, load(lines, place - 2) - before, before)
    return fma(share, far - near, near)


@fragment
def _turn(lines: Floats, place: int, value: Vector, bits: IntVector) -> IntVector:
    """Send a value into a line; all bits that went into lines so far."""
    store(lines, place, value)
    return bits | float_to_bits(value)


@fragment
def _close_all(lines: Floats, base: int, space: Ints, heads: Ints) -> None:
    """Keep the ends of all rings alike that were written there."""
    for k in range(RINGS):
        if heads[ENDS + k] != 0:
            begin = base + space[START, k]
            close_ring(lines, begin, heads[k] - begin - FRONT, int(space[SIZE, k]))


@fragment
def _quantum(
    lines: Floats,
    bus: tuple[int, int, int],
    room: Floats,
    wet: tuple[float, float],
    desk: Desk,
    sends: Floats,
    dry: Floats,
) -> Float:
    """Run one quantum of one listener; about the largest value that went into a line."""
    (source, out, side), (heads, moves) = bus, desk
    d0, d1, d2 = (heads[8], heads[24]), (heads[9], heads[25]), (heads[10], heads[26])
    r0, r1, r2, r3 = heads[16], heads[17], heads[18], heads[19]
    r4, r5, r6, r7 = heads[20], heads[21], heads[22], heads[23]
    damping, bits = splat(room[LINES]), splat_int(i32(0))
    b1, b2 = load(lines, r1 - LANES), load(lines, r2 - LANES)
    b4, b7 = load(lines, r4 - LANES), load(lines, r7 - LANES)
    for step in range(STEPS):
        t = step * LANES
        here = source + t
        x = _diffuse(load(sends, here) * splat(f32(OF_BOTH)), lines, d0, t)
        x = _diffuse(_diffuse(x, lines, d1, t), lines, d2, t)
        y0 = _moving(lines, r0, step, 0, moves, damping)
        x1, x2, x4, x7 = (
            load(lines, r1 + t), load(lines, r2 + t), load(lines, r4 + t), load(lines, r7 + t)
        )  # fmt: skip
        y1, y2 = _softened(x1, b1, damping), _softened(x2, b2, damping)
        y3 = _moving(lines, r3, step, 1, moves, damping)
        y4 = _softened(x4, b4, damping)
        y5 = _moving(lines, r5, step, 2, moves, damping)
        y6 = _moving(lines, r6, step, 3, moves, damping)
        y7 = _softened(x7, b7, damping)
        b1, b2, b4, b7 = x1, x2, x4, x7
        z = _hadamard((y0, y1, y2, y3, y4, y5, y6, y7))
        bits = _turn(lines, heads[0] + t, fma(splat(room[0]), z[0], x), bits)
        bits = _turn(lines, heads[1] + t, fma(splat(room[1]), z[1], x), bits)
        bits = _turn(lines, heads[2] + t, fma(splat(room[2]), z[2], x), bits)
        bits = _turn(lines, heads[3] + t, fma(splat(room[3]), z[3], x), bits)
        bits = _turn(lines, heads[4] + t, fma(splat(room[4]), z[4], x), bits)
        bits = _turn(lines, heads[5] + t, fma(splat(room[5]), z[5], x), bits)
        bits = _turn(lines, heads[6] + t, fma(splat(room[6]), z[6], x), bits)
        bits = _turn(lines, heads[7] + t, fma(splat(room[7]), z[7], x), bits)
        level = ramp(wet[0], wet[1], t)
        even, odd = z[0] + z[1], z[0] - z[1]  # twice the sums of four lines
        give(here, out + t, side, (even * level, odd * level), sends, dry)
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
    desk: Desk,
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
    space : (3, 16) int32, frames
        Of the rings of the eight lines and the diffusers: sizes, whole quanta; where each begins
        among a listener's; delays, at least 66 + 9, and longest in the last line. A ring is at
        least 25 frames longer than its delay. What follows them is nothing.
    rooms : (listeners, quanta, 9) float32
        For each quantum the gain of a turn through each line (with the 1/sqrt(8) of the matrix),
        and the damping, 0..0.5.
    wet : (listeners, quanta + 1) float32, linear gain
        Level of the reverberation at each quantum border; lines between.
    places : (listeners, 17) int32, frames, in/out
        For how long nothing but silence was written, and where each ring is written next.
    lines : (listeners * frames of all rings with 80 more each,) float32, in/out
    desk : (`HEADS`,) int32 and (`MOVES`,) float32, scratch
    fed : (4, quanta) int32, in/out
        Whether each send holds anything; where it does not, and nothing rings, nothing is done.
    sends : (4 * 2 * frames,) float32, in/out
        Left and right of each; what comes in is on the left, the sum of both sides.
    dry : (at least listeners * 2 * frames,) float32, in/out
        Left and right of each listener.

    Notes
    -----
    J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", 1991,
    with a Hadamard matrix; half of the lines drift, so that no mode stands still to ring.
    """
    frames, ring = quanta * QUANTUM, int(space[SIZE, LINES - 1])
    base = listener * (lines.shape[0] // places.shape[0])
    for q in range(quanta):
        if sleeps(q, listener, bus - 1, ring, places, lines, fed, sends):
            continue
        at, levels = q * QUANTUM, (wet[listener, q], wet[listener, q + 1])
        source, out = (bus - 1) * 2 * frames + at, listener * 2 * frames + at
        _find_heads(listener, base, space, places, desk[0])
        _move(clocks[listener] + q, desk[1])
        largest = _quantum(
            lines, (source, out, frames), rooms[listener, q], levels, desk, sends, dry
        )  # fmt: skip
        _close_all(lines, base, space, desk[0])
        count_rest(places, listener, ring, largest)
