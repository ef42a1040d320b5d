"""From part buses through strips to the mix."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Float, Floats, Ints, Vector
from kernels.buses import RUNS, SILENT, STEPS, STRIDE, is_sounding, read_quantum, turn_over, wipe
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
Line: TypeAlias = tuple[Float, Float]
"""Where a level begins in a quantum, and by how much it rises a frame."""
SENDS = 4  # rows 1 to 4


@fragment
def ramp(low: float, high: float, t: int) -> Vector:
    """Sixteen frames, from frame ``t`` on, of a line across one quantum."""
    slope = (high - low) * f32(1.0 / QUANTUM)
    return fma(lane_numbers() + splat(f32(t)), splat(f32(slope)), splat(f32(low)))


@fragment
def _is_up(strips: Floats, strip: int, row: int, borders: tuple[int, int]) -> bool:
    low, high = strips[strip, row, borders[0]], strips[strip, row, borders[1]]
    return bool((low != f32(0.0)) | (high != f32(0.0)))


@fragment
def _line(strips: Floats, strip: int, row: int, borders: tuple[int, int]) -> Line:
    low, high = strips[strip, row, borders[0]], strips[strip, row, borders[1]]
    return low, (high - low) * f32(1.0 / QUANTUM)


@fragment
def _along(line: Line, t: int) -> Vector:
    return fma(lane_numbers() + splat(f32(t)), splat(line[1]), splat(line[0]))


@fragment
def _faded(source: int, held: int, gain: Line, buses: Ints) -> Quantum:
    """Take a quantum of both sides of a bus through the fader, from steps to full scale."""
    line = gain[0] * f32(1.0 / STEPS), gain[1] * f32(1.0 / STEPS)
    x = read_quantum(buses, source, held)
    l0, l1, l2, l3, r0, r1, r2, r3 = to_frames(x) if held == RUNS else x
    g0, g1, g2, g3 = _along(line, 0), _along(line, 16), _along(line, 32), _along(line, 48)
    return l0 * g0, l1 * g1, l2 * g2, l3 * g3, r0 * g0, r1 * g1, r2 * g2, r3 * g3


@fragment
def _dip(x: Quantum, depth: Line, dips: Floats, at: int) -> Quantum:
    """Push what went through a fader out of the way of the kick."""
    one = splat(f32(1.0))
    g0 = fnma(_along(depth, 0), load(dips, at), one)
    g1 = fnma(_along(depth, 16), load(dips, at + LANES), one)
    g2 = fnma(_along(depth, 32), load(dips, at + 2 * LANES), one)
    g3 = fnma(_along(depth, 48), load(dips, at + 3 * LANES), one)
    return x[0] * g0, x[1] * g1, x[2] * g2, x[3] * g3, x[4] * g0, x[5] * g1, x[6] * g2, x[7] * g3


@fragment
def _added(x: Quantum, mix: Quantum) -> Quantum:
    """A mix with one part more."""
    return (
        mix[0] + x[0], mix[1] + x[1], mix[2] + x[2], mix[3] + x[3],
        mix[4] + x[4], mix[5] + x[5], mix[6] + x[6], mix[7] + x[7],
    )  # fmt: skip


@fragment
def _sent(x: Quantum, line: Line, space: Side) -> Side:
    """What goes to a space with the middle of one part more."""
    return (
        fma(x[0] + x[4], _along(line, 0), space[0]),
        fma(x[1] + x[5], _along(line, 16), space[1]),
        fma(x[2] + x[6], _along(line, 32), space[2]),
        fma(x[3] + x[7], _along(line, 48), space[3]),
    )


@fragment
def _add_side(x: Vector, level: Vector, fresh: bool, target: int, mix: Floats) -> None:
    before = splat(f32(0.0)) if fresh else load(mix, target)
    store(mix, target, fma(x, level, before))


@fragment
def _add(x: Quantum, line: Line, fresh: bool, target: int, side: int, mix: Floats) -> None:
    """Add what went through a fader to both sides of a send, or begin it."""
    g0, g1, g2, g3 = _along(line, 0), _along(line, 16), _along(line, 32), _along(line, 48)
    right = target + side
    _add_side(x[0], g0, fresh, target, mix)
    _add_side(x[1], g1, fresh, target + LANES, mix)
    _add_side(x[2], g2, fresh, target + 2 * LANES, mix)
    _add_side(x[3], g3, fresh, target + 3 * LANES, mix)
    _add_side(x[4], g0, fresh, right, mix)
    _add_side(x[5], g1, fresh, right + LANES, mix)
    _add_side(x[6], g2, fresh, right + 2 * LANES, mix)
    _add_side(x[7], g3, fresh, right + 3 * LANES, mix)


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
def _send(
    strip: int, q: int, borders: tuple[int, int], strips: Floats, x: Quantum, fed: Ints,
    sends: Floats,
) -> None:  # fmt: skip
    """Feed echo and chorus from what went through a fader."""
    frames = fed.shape[1] * QUANTUM
    for row in range(ECHO, CHORUS + 1):
        if _is_up(strips, strip, row, borders):
            send = row - 1
            line, target = _line(strips, strip, row, borders), send * 2 * frames + q * QUANTUM
            _add(x, line, fed[send, q] == 0, target, frames, sends)
            fed[send, q] = 1


@fragment
def _out_of_strip(
    strip: int, q: int, borders: tuple[int, int], held: int, strips: Floats, dips: Floats,
    buses: Ints,
) -> Quantum:  # fmt: skip
    """A quantum of a strip that is up, whose bus is silent then."""
    at = q * QUANTUM
    x = _faded(strip * 2 * STRIDE + at, held, _line(strips, strip, GAIN, borders), buses)
    wipe(buses, strip, q)
    if _is_up(strips, strip, DUCK, borders):
        x = _dip(x, _line(strips, strip, DUCK, borders), dips, at)
    return x


@fragment
def _mix_quantum(
    q: int,
    listener: int,
    parts: int,
    borders: tuple[int, int],
    strips: Floats,
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
    for part in range(parts):
        strip = listener * parts + part
        held = is_sounding(buses, strip, q)
        if held == SILENT:
            continue
        if not _is_up(strips, strip, GAIN, borders):
            wipe(buses, strip, q)
            continue
        x = _out_of_strip(strip, q, borders, held, strips, dips, buses)
        mix = _added(x, mix)
        if _is_up(strips, strip, ROOM, borders):
            room = _sent(x, _line(strips, strip, ROOM, borders), room)
            fed[ROOM - 1, q] = 1
        if _is_up(strips, strip, HALL, borders):
            hall = _sent(x, _line(strips, strip, HALL, borders), hall)
            fed[HALL - 1, q] = 1
        _send(strip, q, borders, strips, x, fed, sends)
        if stems.shape[0] > 0:
            _leave(x, part * 2 * frames + at, frames, stems)
    _leave(mix, listener * 2 * frames + at, frames, dry)
    if fed[ROOM - 1, q] != 0:
        _leave_side(room, (ROOM - 1) * 2 * frames + at, sends)
    if fed[HALL - 1, q] != 0:
        _leave_side(hall, (HALL - 1) * 2 * frames + at, sends)


@fragment
def mix_strips(
    quanta: int,
    listener: int,
    parts: int,
    step: int,
    strips: Floats,
    dips: Floats,
    buses: Ints,
    fed: Ints,
    sends: Floats,
    dry: Floats,
    stems: Floats,
) -> None:
    """Run the part buses of one listener through their strips, and leave the buses empty.

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
        borders = q * step, (q + 1) * step
        for send in range(SENDS):
            fed[send, q] = 0
        _mix_quantum(
            q, listener, parts, borders, strips, dips, buses, fed, sends, dry, stems
        )  # fmt: skip
    for part in range(parts):
        turn_over(quanta, buses, listener * parts + part)
