"""The reverb: diffusers and a feedback delay network of eight lines, one listener at a time.

The same kernel makes a room and a hall: what tells them apart is the table of lengths. It works at
half the rate, since walls leave next to nothing above 11 kHz.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels import drifts
from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Longs, Vector
from kernels.drifts import between, plan_drift, whole_frames
from kernels.lanes import LANES, QUANTUM
from kernels.masks import lanes_alike, lowest_bit
from kernels.mixing import ramp_over
from kernels.rates import Pair, doubled, halved
from kernels.rings import FRONT, WRITE, close_ring, count_rest, give, wakes_for
from kernels.simd import (
    float_to_bits,
    fma,
    fnma,
    load,
    load_int,
    shift_right,
    splat,
    splat_int,
    store,
    store_int,
)

LINES = 8
DIFFUSERS = 3
HALVING, DOUBLING = 11, 12  # rings of what the filters between both rates remember
RINGS = 13
SIZE, START, LENGTH = 0, 1, 2  # rows of the table of a space
FRAMES = QUANTUM // 2  # of a quantum at half the rate
MOVING = 4  # lines
MOVE = drifts.STARTS + FRAMES // LANES * drifts.START  # numbers of each in scratch
HEADS, MOVES = 2 * LANES, MOVING * MOVE  # numbers in scratch
CLOSED = (1 << LINES + DIFFUSERS) - 1  # which rings repeat their ends: a bit for each
OF_BOTH = 0.595  # of the sum of both sides: a part in the middle gains what a wide one loses
DIFFUSION = 0.62  # of each diffuser
DRIFT_FRAMES = 4.5  # how far a moving line moves
DRIFT_STEPS = (46_000_000, 31_000_000, 62_000_000, 38_000_000)
"""Of a 32-bit phase in a quantum: 8.0, 5.4, 10.8 and 6.6 turns a second."""
Turns: TypeAlias = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector]
Desk: TypeAlias = tuple[Ints, Floats]
"""Scratch: where each ring is written, then read; how moving lines drift for sixteen quanta."""


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
def _find_heads(listener: int, base: int, space: Ints, places: Ints, heads: Ints) -> int:
    """Write where each ring is written in a quantum, and where it is read; then go on by one.

    Which of them are written at one of their ends: bit 0 for the first.
    """
    row, size = listener * places.shape[1] + WRITE, load_int(space, SIZE * LANES)
    begin = load_int(space, START * LANES) + splat_int(i32(base + FRONT))
    at = load_int(places, row)
    past, following = at - load_int(space, LENGTH * LANES), at + splat_int(i32(FRAMES))
    store_int(heads, 0, begin + at)
    store_int(heads, LANES, begin + past + (size & _below_zero(past)))
    store_int(places, row, following & _below_zero(following - size))
    ends = lanes_alike(at, splat_int(i32(0))) | lanes_alike(following, size)
    return int(ends & CLOSED)


@fragment
def _move(clock: int, moves: Floats) -> None:
    """Write how much longer each moving line is in sixteen quanta."""
    for line in range(MOVING):
        plan_drift(clock, DRIFT_STEPS[line], 0.0, DRIFT_FRAMES, FRAMES, line * MOVE, moves)


@fragment
def _moving(lines: Floats, head: int, t: int, move: int, moves: Floats) -> Vector:
    """Sixteen frames of a moving line, duller than the line is: so highs die first."""
    return between(lines, head - whole_frames(t, move, moves), t, move, moves)


@fragment
def _close_all(lines: Floats, base: int, ends: int, space: Ints, heads: Ints) -> None:
    """Keep the ends of all rings alike that were written there."""
    while ends != 0:
        k = lowest_bit(ends)
        begin = base + space[START, k]
        close_ring(lines, begin, heads[k] - begin - FRONT, int(space[SIZE, k]), FRAMES)
        ends &= ends - 1


@fragment
def _received(source: int, before: Pair, sends: Floats) -> tuple[Pair, Pair]:
    """What is sent to a space, at half the rate; then what the filter remembers."""
    x = (
        load(sends, source), load(sends, source + LANES),
        load(sends, source + 2 * LANES), load(sends, source + 3 * LANES),
    )  # fmt: skip
    return halved(x, before, OF_BOTH)


@fragment
def _return(
    x: tuple[Pair, Pair], before: Pair, bus: tuple[int, int, int], keeps: bool, sends: Floats,
    dry: Floats,
) -> None:  # fmt: skip
    """Add both sides of what comes back to the dry bus, at the full rate."""
    source, out, side = bus
    left, right = doubled(x[0], before[0]), doubled(x[1], before[1])
    give(source, out, side, (left[0], right[0]), keeps, sends, dry)
    give(source + LANES, out + LANES, side, (left[1], right[1]), keeps, sends, dry)
    give(source + 2 * LANES, out + 2 * LANES, side, (left[2], right[2]), keeps, sends, dry)
    give(source + 3 * LANES, out + 3 * LANES, side, (left[3], right[3]), keeps, sends, dry)


@fragment
def _step(
    t: int, x: Vector, lines: Floats, room: Floats, move: int, desk: Desk, bits: IntVector
) -> tuple[Vector, Vector, IntVector]:
    """Sixteen frames of both sides, from ``t`` on; all bits that went in and came out so far."""
    heads, moves = desk
    x = _diffuse(x, lines, (heads[8], heads[24]), t)
    x = _diffuse(x, lines, (heads[9], heads[25]), t)
    x = _diffuse(x, lines, (heads[10], heads[26]), t)
    y0, y1 = _moving(lines, heads[16] + t, t, move, moves), load(lines, heads[17] + t)
    y2, y3 = load(lines, heads[18] + t), _moving(lines, heads[19] + t, t, move + MOVE, moves)
    y4, y5 = load(lines, heads[20] + t), _moving(lines, heads[21] + t, t, move + 2 * MOVE, moves)
    y6, y7 = _moving(lines, heads[22] + t, t, move + 3 * MOVE, moves), load(lines, heads[23] + t)
    z = _hadamard((y0, y1, y2, y3, y4, y5, y6, y7))
    store(lines, heads[0] + t, fma(splat(room[0]), z[0], x))
    store(lines, heads[1] + t, fma(splat(room[1]), z[1], x))
    store(lines, heads[2] + t, fma(splat(room[2]), z[2], x))
    store(lines, heads[3] + t, fma(splat(room[3]), z[3], x))
    store(lines, heads[4] + t, fma(splat(room[4]), z[4], x))
    store(lines, heads[5] + t, fma(splat(room[5]), z[5], x))
    store(lines, heads[6] + t, fma(splat(room[6]), z[6], x))
    store(lines, heads[7] + t, fma(splat(room[7]), z[7], x))
    a, b = z[0] + z[1], z[0] - z[1]  # twice the sums of four lines
    return a, b, bits | float_to_bits(x) | float_to_bits(a) | float_to_bits(b)


@fragment
def _quantum(
    x: Pair, lines: Floats, room: Floats, wet: tuple[float, float], move: int, desk: Desk
) -> tuple[tuple[Pair, Pair], IntVector]:
    """Both sides of what comes back of a quantum; all bits that went in and came out."""
    a0, b0, bits = _step(0, x[0], lines, room, move, desk, splat_int(i32(0)))
    a1, b1, bits = _step(LANES, x[1], lines, room, move, desk, bits)
    low, high = wet
    level, later = ramp_over(FRAMES, low, high, 0), ramp_over(FRAMES, low, high, LANES)
    return ((a0 * level, a1 * later), (b0 * level, b1 * later)), bits


@fragment
def _run(
    first: int,
    quanta: int,
    listener: int,
    step: int,
    bus: int,
    clock: int,
    space: Ints,
    rooms: Floats,
    wet: Floats,
    places: Ints,
    lines: Floats,
    desk: Desk,
    keeps: bool,
    side: int,
    sends: Floats,
    dry: Floats,
) -> None:
    """Run some quanta of one listener; meanwhile the filters remember in registers."""
    base, ring = listener * (lines.shape[0] // places.shape[0]), int(space[SIZE, LINES - 1])
    halving = base + space[START, HALVING] + FRONT
    doubling = base + space[START, DOUBLING] + FRONT
    came = load(lines, halving), load(lines, halving + LANES)
    went = load(lines, doubling), load(lines, doubling + LANES)
    for q in range(first, first + quanta):
        if q == first or q % LANES == 0:
            _move(clock + q - q % LANES, desk[1])
        at, levels = q * QUANTUM, (wet[listener, q * step], wet[listener, (q + 1) * step])
        source, out = (bus - 1) * 2 * side + at, listener * 2 * side + at
        ends = _find_heads(listener, base, space, places, desk[0])
        x, came = _received(source, came, sends)
        y, bits = _quantum(x, lines, rooms[listener, q * step], levels, q % LANES, desk)
        _return(y, went, (source, out, side), keeps, sends, dry)
        went = y[0][1], y[1][1]
        _close_all(lines, base, ends, space, desk[0])
        count_rest(places, listener, FRAMES, ring, bits)
    store(lines, halving, came[0])
    store(lines, halving + LANES, came[1])
    store(lines, doubling, went[0])
    store(lines, doubling + LANES, went[1])


@fragment
def reverb(
    quanta: int,
    listener: int,
    step: int,
    bus: int,
    clocks: Longs,
    space: Ints,
    rooms: Floats,
    wet: Floats,
    places: Ints,
    lines: Floats,
    desk: Desk,
    keeps: bool,
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
    step : int, 0 or 1
        0 if all borders are as the first, so that no other is looked at.
    bus : int
        The send that goes into the reverb, 1..4.
    clocks : (listeners,) int64, quanta
        Since each session began.
    space : (3, 16) int32, frames
        Of the rings of the eight lines and the diffusers, at half the rate: sizes, whole halves
        of a quantum; where each begins among a listener's; delays, at least 34, and longest in
        the last line. A ring is at least 21 frames longer than its delay. Two rings of half a
        quantum follow, for the filters; what follows them is nothing.
    rooms : (listeners, quanta, 8) float32
        For each quantum the gain of a turn through each line (with the 1/sqrt(8) of the matrix).
    wet : (listeners, quanta + 1) float32, linear gain
        Level of the reverberation at each quantum border; lines between.
    places : (listeners, 17) int32, frames, in/out
        For how long nothing but silence was written, and where each ring is written next.
    lines : (listeners * frames of all rings with 80 more each,) float32, in/out
    desk : (`HEADS`,) int32 and (`MOVES`,) float32, scratch
    keeps : bool
        Whether what comes out is left in the send.
    fed : (4, quanta) int32, in/out
        Whether each send holds anything; where it does not, and nothing rings, nothing is done.
    sends : (4 * 2 * frames,) float32, in/out
        Left and right of each; what comes in is on the left, the sum of both sides.
    dry : (at least listeners * 2 * frames,) float32, in/out
        Left and right of each listener.

    Notes
    -----
    J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", 1991,
    with a Hadamard matrix; half of the lines drift, so that no mode stands still to ring. What is
    read between two of their frames is duller than these, which is all the damping there is.
    """
    q, ring = 0, int(space[SIZE, LINES - 1])
    while q < quanta:
        awake = wakes_for(q, listener, bus - 1, ring, FRAMES, places, lines, fed, sends)
        if awake > 0:
            _run(q, awake, listener, step, bus, clocks[listener], space, rooms, wet, places, lines,
                 desk, keeps, quanta * QUANTUM, sends, dry)  # fmt: skip
        q += max(awake, 1)
