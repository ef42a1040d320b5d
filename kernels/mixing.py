"""From part buses through strips to the mix."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Ints, Vector
from kernels.buses import RUNS, SILENT, STEPS, STRIDE, is_sounding, read_quantum, turn_over
from kernels.lanes import LANES, QUANTUM
from kernels.runs import Four as Side
from kernels.runs import Quantum, to_frames
from kernels.simd import (
    fma,
    fnma,
    lane_numbers,
    load,
    splat,
    store,
)

GAIN, ROOM, HALL, ECHO, CHORUS, DUCK = 0, 1, 2, 3, 4, 5  # rows of a strip; 1 to 4 are sends
STRIP_ROWS = 6
RISES, LEVELS = 8, 16  # in scratch: where those of a strip begin; numbers of a strip
MOVES = 1 << STRIP_ROWS
Desk: TypeAlias = tuple[Ints, Floats]
"""Scratch: which rows of each strip are up, and which move; where each begins, and its rise."""
SENDS = 4  # rows 1 to 4


@fragment
def ramp(low: float, high: float, t: int) -> Vector:
    """Sixteen frames, from frame ``t`` on, of a line across one quantum."""
    return ramp_over(QUANTUM, low, high, t)


@fragment
def ramp_over(frames: int, low: float, high: float, t: int) -> Vector:
    """Sixteen frames, from frame ``t`` on, of a line across so many."""
    slope = (high - low) / f32(frames)
    return fma(lane_numbers() + splat(f32(t)), splat(f32(slope)), splat(f32(low)))


@fragment
def _set_levels(
    strips: Floats, strip: int, part: int, borders: tuple[int, int], desk: Desk
) -> None:
    """Write where each row of a strip begins in a quantum, and by how much it rises a frame.

    Then which rows are up, and which of them move: a bit for each.
    """
    rows, levels = 0, desk[1]
    for row in range(STRIP_ROWS):
        low, high = strips[strip, row, borders[0]], strips[strip, row, borders[1]]
        levels[part * LEVELS + row] = low
        levels[part * LEVELS + RISES + row] = (high - low) * f32(1.0 / QUANTUM)
        if (low != f32(0.0)) | (high != f32(0.0)):
            rows |= 1 << row
        if low != high:
            rows |= MOVES << row
    desk[0][part] = rows


@fragment
def _is_up(rows: int, row: int) -> bool:
    return bool(rows & (1 << row) != 0)


@fragment
def _levels(rows: int, row: int, at: int, levels: Floats) -> Side:
    """The level of a row of a strip at each frame of a quantum."""
    low = splat(levels[at + row])
    if rows & (MOVES << row) == 0:
        return low, low, low, low
    rise, frames = splat(levels[at + RISES + row]), lane_numbers()
    return (
        fma(frames, rise, low), fma(frames + splat(f32(16)), rise, low),
        fma(frames + splat(f32(32)), rise, low), fma(frames + splat(f32(48)), rise, low),
    )  # fmt: skip


@fragment
def _faded(source: int, held: int, gain: Side, buses: Ints) -> Quantum:
    """Take a quantum of both sides of a bus through the fader, from steps to full scale."""
    x = read_quantum(buses, source, held)
    l0, l1, l2, l3, r0, r1, r2, r3 = to_frames(x) if held == RUNS else x
    unit = splat(f32(1.0 / STEPS))
    g0, g1, g2, g3 = gain[0] * unit, gain[1] * unit, gain[2] * unit, gain[3] * unit
    return l0 * g0, l1 * g1, l2 * g2, l3 * g3, r0 * g0, r1 * g1, r2 * g2, r3 * g3


@fragment
def _dip(x: Quantum, depth: Side, dips: Floats, at: int) -> Quantum:
    """Push what went through a fader out of the way of the kick."""
    one = splat(f32(1.0))
    g0 = fnma(depth[0], load(dips, at), one)
    g1 = fnma(depth[1], load(dips, at + LANES), one)
    g2 = fnma(depth[2], load(dips, at + 2 * LANES), one)
    g3 = fnma(depth[3], load(dips, at + 3 * LANES), one)
    return x[0] * g0, x[1] * g1, x[2] * g2, x[3] * g3, x[4] * g0, x[5] * g1, x[6] * g2, x[7] * g3


@fragment
def _added(x: Quantum, mix: Quantum) -> Quantum:
    """A mix with one part more."""
    return (
        mix[0] + x[0], mix[1] + x[1], mix[2] + x[2], mix[3] + x[3],
        mix[4] + x[4], mix[5] + x[5], mix[6] + x[6], mix[7] + x[7],
    )  # fmt: skip


@fragment
def _sent(x: Quantum, level: Side, space: Side) -> Side:
    """What goes to a space with the middle of one part more."""
    return (
        fma(x[0] + x[4], level[0], space[0]), fma(x[1] + x[5], level[1], space[1]),
        fma(x[2] + x[6], level[2], space[2]), fma(x[3] + x[7], level[3], space[3]),
    )  # fmt: skip


@fragment
def _add(x: Side, level: Side, target: int, mix: Floats) -> None:
    """Add one side of what went through a fader to a send."""
    store(mix, target, fma(x[0], level[0], load(mix, target)))
    store(mix, target + LANES, fma(x[1], level[1], load(mix, target + LANES)))
    store(mix, target + 2 * LANES, fma(x[2], level[2], load(mix, target + 2 * LANES)))
    store(mix, target + 3 * LANES, fma(x[3], level[3], load(mix, target + 3 * LANES)))


@fragment
def _leave_side(x: Side, target: int, mix: Floats) -> None:
    store(mix, target, x[0])
    store(mix, target + LANES, x[1])
    store(mix, target + 2 * LANES, x[2])
    store(mix, target + 3 * LANES, x[3])


@fragment
def _leave(x: Quantum, target: int, side: int, mix: Floats) -> None:
    """Write a quantum of both sides."""
    _leave_side((x[0], x[1], x[2], x[3]), target, mix)
    _leave_side((x[4], x[5], x[6], x[7]), target + side, mix)


@fragment
def _begin(x: Side, level: Side, target: int, mix: Floats) -> None:
    """Begin one side of a send with what went through a fader."""
    _leave_side(
        (x[0] * level[0], x[1] * level[1], x[2] * level[2], x[3] * level[3]), target, mix
    )  # fmt: skip


@fragment
def _send(q: int, at: int, x: Quantum, desk: Desk, fed: Ints, sends: Floats) -> None:
    """Feed echo and chorus from what went through a fader."""
    side, rows = fed.shape[1] * QUANTUM, desk[0][at // LEVELS]
    lefts, rights = (x[0], x[1], x[2], x[3]), (x[4], x[5], x[6], x[7])
    for row in range(ECHO, CHORUS + 1):
        if not _is_up(rows, row):
            continue
        level, left = _levels(rows, row, at, desk[1]), (row - 1) * 2 * side + q * QUANTUM
        if fed[row - 1, q] != 0:
            _add(lefts, level, left, sends)
            _add(rights, level, left + side, sends)
        else:
            fed[row - 1, q] = 1
            _begin(lefts, level, left, sends)
            _begin(rights, level, left + side, sends)


@fragment
def _out_of_strip(
    strip: int, q: int, at: int, held: int, desk: Desk, dips: Floats, buses: Ints
) -> Quantum:
    """A quantum of a strip that is up."""
    place, rows, levels = q * QUANTUM, desk[0][at // LEVELS], desk[1]
    gain = _levels(rows, GAIN, at, levels)
    x = _faded(strip * 2 * STRIDE + place, held, gain, buses)
    if _is_up(rows, DUCK):
        x = _dip(x, _levels(rows, DUCK, at, levels), dips, place)
    return x


@fragment
def _mix_quantum(
    q: int,
    listener: int,
    parts: int,
    desk: Desk,
    dips: Floats,
    buses: Ints,
    fed: Ints,
    sends: Floats,
    dry: Floats,
    stems: Floats,
) -> None:
    """Run a quantum of all parts of one listener through their strips.

    The mix and what goes to both spaces stay in registers until the last part.
    """
    frames, at, none = fed.shape[1] * QUANTUM, q * QUANTUM, splat(f32(0.0))
    mix = none, none, none, none, none, none, none, none
    room, hall = (none, none, none, none), (none, none, none, none)
    levels, fed_rows = desk[1], 0
    for part in range(parts):
        strip, here, rows = listener * parts + part, part * LEVELS, desk[0][part]
        held = is_sounding(buses, strip, q)
        if held == SILENT or not _is_up(rows, GAIN):
            continue
        x = _out_of_strip(strip, q, here, held, desk, dips, buses)
        mix = _added(x, mix)
        fed_rows |= rows
        if _is_up(rows, ROOM):
            room = _sent(x, _levels(rows, ROOM, here, levels), room)
        if _is_up(rows, HALL):
            hall = _sent(x, _levels(rows, HALL, here, levels), hall)
        _send(q, here, x, desk, fed, sends)
        if stems.shape[0] > 0:
            _leave(x, part * 2 * frames + at, frames, stems)
    _leave(mix, listener * 2 * frames + at, frames, dry)
    if _is_up(fed_rows, ROOM):
        fed[ROOM - 1, q] = 1
        _leave_side(room, (ROOM - 1) * 2 * frames + at, sends)
    if _is_up(fed_rows, HALL):
        fed[HALL - 1, q] = 1
        _leave_side(hall, (HALL - 1) * 2 * frames + at, sends)


@fragment
def mix_strips(
    quanta: int,
    listener: int,
    parts: int,
    step: int,
    strips: Floats,
    desk: Desk,
    dips: Floats,
    buses: Ints,
    fed: Ints,
    sends: Floats,
    dry: Floats,
    stems: Floats,
) -> None:
    """Run the part buses of one listener through their strips, and leave the buses silent.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listener : int
    parts : int
        Strips of a listener.
    step : int, 0 or 1
        0 if all borders are as the first, so that no other is looked at.
    strips : (listeners * parts, 6, quanta + 1) float32, linear gain
        Fader, sends to room, hall, echo and chorus, and how far the kick pushes the strip down,
        at each quantum border; lines between.
    desk : (parts,) int32 and (parts * `LEVELS`,) float32, scratch
    dips : (frames,) float32, 0..1
        How much of that depth is asked for, as `ducks.duck` writes it.
    buses : (listeners * parts * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`; they are turned over.
    fed : (4, quanta) int32, written in full
        Whether each send holds anything.
    sends : (4 * 2 * frames,) float32
        Left and right of each, of room and hall the sum alone on the left; written where it is fed.
    dry : (at least listeners * 2 * frames,) float32
        Left and right of each listener; this one's are written in full.
    stems : (parts * 2 * frames,) float32, or (0,)
        What each strip gives to the dry bus, written where it sounds.

    Notes
    -----
    What is left out because it is silent or its level is zero would change no sample.
    """
    for q in range(quanta):
        if q * step != 0 or q == 0:
            for part in range(parts):
                borders = q * step, (q + 1) * step
                _set_levels(strips, listener * parts + part, part, borders, desk)
        for send in range(SENDS):
            fed[send, q] = 0
        _mix_quantum(
            q, listener, parts, desk, dips, buses, fed, sends, dry, stems
        )  # fmt: skip
    for part in range(parts):
        turn_over(quanta, buses, listener * parts + part)
