"""From part buses through strips to the mix."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Ints, Vector
from kernels.buses import SILENT, STEPS, STRIDE, WHOLE, is_sounding, turn_over
from kernels.lanes import LANES, QUANTUM
from kernels.masks import lowest_bit
from kernels.simd import (
    bits_to_float,
    fma,
    fnma,
    lane_numbers,
    load,
    load_int,
    load_splat,
    splat,
    store,
    to_float,
)

HALF = QUANTUM // 2
GAIN, ROOM, HALL, ECHO, CHORUS, DUCK = 0, 1, 2, 3, 4, 5  # rows of a strip; 1 to 4 are sends
STRIP_ROWS = 6
RISES, LEVELS = 8, 16  # in scratch: where those of a strip begin; numbers of a strip
MOVES = 1 << STRIP_ROWS
Desk: TypeAlias = tuple[Ints, Floats]
"""Scratch: which rows of each strip are up, and which move; where each begins, and its rise."""
SENDS = 4  # rows 1 to 4
Pair: TypeAlias = tuple[Vector, Vector]
"""Half a quantum of one side."""
Half: TypeAlias = tuple[Vector, Vector, Vector, Vector]
"""Half a quantum of both sides, left then right."""
Sent: TypeAlias = tuple[Pair, Pair, Half, Half]
"""What goes to room, hall, echo and chorus."""


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

    Then which rows are up, and which of them move: a bit for each. Gains are of a step of a bus.
    """
    rows, levels = 0, desk[1]
    for row in range(STRIP_ROWS):
        low, high = strips[strip, row, borders[0]], strips[strip, row, borders[1]]
        unit = f32(1.0 / STEPS) if row == GAIN else f32(1.0)
        levels[part * LEVELS + row] = low * unit
        levels[part * LEVELS + RISES + row] = (high - low) * f32(1.0 / QUANTUM) * unit
        if (low != f32(0.0)) | (high != f32(0.0)):
            rows |= 1 << row
        if low != high:
            rows |= MOVES << row
    desk[0][part] = rows


@fragment
def _is_up(rows: int, row: int) -> bool:
    return bool(rows & (1 << row) != 0)


@fragment
def _level(rows: int, row: int, at: int, t: int, moves: bool, levels: Floats) -> Pair:
    """The level of a row of a strip at each frame of half a quantum."""
    low = load_splat(levels, at + row)
    if not moves or rows & (MOVES << row) == 0:
        return low, low
    rise, frames = load_splat(levels, at + RISES + row), lane_numbers() + splat(f32(t))
    return fma(frames, rise, low), fma(frames + splat(f32(LANES)), rise, low)


@fragment
def _dipped(gain: Pair, depth: Pair, dips: Floats, at: int) -> Pair:
    """A gain that makes way for the kick."""
    one = splat(f32(1.0))
    return gain[0] * fnma(depth[0], load(dips, at), one), gain[1] * fnma(
        depth[1], load(dips, at + LANES), one
    )


@fragment
def _faded(source: int, whole: bool, gain: Pair, buses: Ints) -> Half:
    """Take half a quantum of both sides of a bus through the fader."""
    a, b = load_int(buses, source), load_int(buses, source + LANES)
    c, d = load_int(buses, source + STRIDE), load_int(buses, source + STRIDE + LANES)
    if whole:
        return (
            to_float(a) * gain[0], to_float(b) * gain[1],
            to_float(c) * gain[0], to_float(d) * gain[1],
        )  # fmt: skip
    return (
        bits_to_float(a) * gain[0], bits_to_float(b) * gain[1],
        bits_to_float(c) * gain[0], bits_to_float(d) * gain[1],
    )  # fmt: skip


@fragment
def _added(x: Half, level: Pair, send: Half) -> Half:
    """What is sent to an effect with one part more."""
    return (
        fma(x[0], level[0], send[0]), fma(x[1], level[1], send[1]),
        fma(x[2], level[0], send[2]), fma(x[3], level[1], send[3]),
    )  # fmt: skip


@fragment
def _added_middle(x: Half, level: Pair, send: Pair) -> Pair:
    """What is sent to a space with the middle of one part more."""
    return fma(x[0] + x[2], level[0], send[0]), fma(x[1] + x[3], level[1], send[1])


@fragment
def _leave(x: Half, target: int, side: int, mix: Floats) -> None:
    """Write half a quantum of both sides."""
    store(mix, target, x[0])
    store(mix, target + LANES, x[1])
    store(mix, target + side, x[2])
    store(mix, target + side + LANES, x[3])


@fragment
def _leave_middle(x: Pair, target: int, mix: Floats) -> None:
    store(mix, target, x[0])
    store(mix, target + LANES, x[1])


@fragment
def _heard(q: int, listener: int, parts: int, desk: Desk, buses: Ints) -> int:
    """Which parts are heard in a quantum: a bit for each."""
    heard = 0
    for part in range(parts):
        if is_sounding(buses, listener * parts + part, q) != SILENT and _is_up(desk[0][part], GAIN):
            heard |= 1 << part
    return heard


@fragment
def _send(x: Half, rows: int, at: int, t: int, moves: bool, levels: Floats, sent: Sent) -> Sent:
    """What is sent to all effects with one part more."""
    room, hall, echo, chorus = sent
    if _is_up(rows, ROOM):
        room = _added_middle(x, _level(rows, ROOM, at, t, moves, levels), room)
    if _is_up(rows, HALL):
        hall = _added_middle(x, _level(rows, HALL, at, t, moves, levels), hall)
    if _is_up(rows, ECHO):
        echo = _added(x, _level(rows, ECHO, at, t, moves, levels), echo)
    if _is_up(rows, CHORUS):
        chorus = _added(x, _level(rows, CHORUS, at, t, moves, levels), chorus)
    return room, hall, echo, chorus


@fragment
def _leave_sends(sent: Sent, rows: int, q: int, at: int, fed: Ints, sends: Floats) -> None:
    """Write what is sent where anything is, and say so."""
    frames = fed.shape[1] * QUANTUM
    if _is_up(rows, ROOM):
        _leave_middle(sent[0], (ROOM - 1) * 2 * frames + at, sends)
    if _is_up(rows, HALL):
        _leave_middle(sent[1], (HALL - 1) * 2 * frames + at, sends)
    if _is_up(rows, ECHO):
        _leave(sent[2], (ECHO - 1) * 2 * frames + at, frames, sends)
    if _is_up(rows, CHORUS):
        _leave(sent[3], (CHORUS - 1) * 2 * frames + at, frames, sends)
    for row in range(ROOM, CHORUS + 1):
        fed[row - 1, q] = 1 if _is_up(rows, row) else 0


@fragment
def _mix_half(
    q: int,
    t: int,
    listener: int,
    parts: int,
    heard: int,
    moves: bool,
    desk: Desk,
    dips: Floats,
    buses: Ints,
    fed: Ints,
    sends: Floats,
    dry: Floats,
    stems: Floats,
) -> None:
    """Run half a quantum of the parts of one listener that are heard through their strips.

    The mix and all that is sent stay in registers until the last part: of a whole quantum they
    would not fit.
    """
    frames, at, levels, none = fed.shape[1] * QUANTUM, q * QUANTUM + t, desk[1], splat(f32(0.0))
    mix, middle, fed_rows = (none, none, none, none), (none, none), 0
    sent = middle, middle, mix, mix
    while heard != 0:
        part = lowest_bit(heard)
        heard &= heard - 1
        strip, here, rows = listener * parts + part, part * LEVELS, desk[0][part]
        gain = _level(rows, GAIN, here, t, moves, levels)
        if _is_up(rows, DUCK):
            gain = _dipped(gain, _level(rows, DUCK, here, t, moves, levels), dips, at)
        x = _faded(strip * 2 * STRIDE + at, is_sounding(buses, strip, q) == WHOLE, gain, buses)
        mix = mix[0] + x[0], mix[1] + x[1], mix[2] + x[2], mix[3] + x[3]
        sent = _send(x, rows, here, t, moves, levels, sent)
        fed_rows |= rows
        if stems.shape[0] > 0:
            _leave(x, part * 2 * frames + at, frames, stems)
    _leave(mix, listener * 2 * frames + at, frames, dry)
    _leave_sends(sent, fed_rows, q, at, fed, sends)


@fragment
def _mix_quantum(
    q: int,
    listener: int,
    parts: int,
    moves: bool,
    desk: Desk,
    dips: Floats,
    buses: Ints,
    fed: Ints,
    sends: Floats,
    dry: Floats,
    stems: Floats,
) -> None:
    """Run a quantum of all parts of one listener through their strips."""
    heard = _heard(q, listener, parts, desk, buses)
    for t in range(0, QUANTUM, HALF):
        _mix_half(
            q, t, listener, parts, heard, moves, desk, dips, buses, fed, sends, dry, stems
        )  # fmt: skip


@fragment
def _set_all_levels(
    strips: Floats, listener: int, parts: int, borders: tuple[int, int], desk: Desk
) -> None:
    """Write the levels of all strips of a listener between two borders."""
    for part in range(parts):
        _set_levels(strips, listener * parts + part, part, borders, desk)


@fragment
def asks_for_dips(listener: int, parts: int, step: int, strips: Floats) -> bool:
    """Whether a strip of a listener may have to make way for the kick."""
    asks = step != 0
    for strip in range(listener * parts, (listener + 1) * parts):
        asks |= strips[strip, DUCK, 0] != f32(0.0)
    return bool(asks)


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
    if step == 0:
        _set_all_levels(strips, listener, parts, (0, 0), desk)
    for q in range(quanta):
        if step == 0:
            _mix_quantum(
                q, listener, parts, False, desk, dips, buses, fed, sends, dry, stems
            )  # fmt: skip
        else:
            _set_all_levels(strips, listener, parts, (q, q + 1), desk)
            _mix_quantum(q, listener, parts, True, desk, dips, buses, fed, sends, dry, stems)
    for part in range(parts):
        turn_over(quanta, buses, listener * parts + part)
