"""From part buses through strips to the mix."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.simd import fma, fnma, lane_numbers, load, splat, store

GAIN, ROOM, HALL, ECHO, CHORUS, DUCK = 0, 1, 2, 3, 4, 5  # rows of a strip; 1 to 4 are sends
STRIP_ROWS = 6
Pair: TypeAlias = tuple[Vector, Vector]
"""Left and right."""
Place: TypeAlias = tuple[int, int, int, int]
"""Listener, quantum, frame in the quantum, and frames in the block."""
BUSES = 5  # dry, and what the sends feed, in their order


@fragment
def ramp(low: float, high: float, t: int) -> Vector:
    """Sixteen frames, from frame ``t`` on, of a line across one quantum."""
    slope = (high - low) * f32(1.0 / QUANTUM)
    return fma(lane_numbers() + splat(f32(t)), splat(f32(slope)), splat(f32(low)))


@fragment
def _rows_in_use(strips: Floats, strip: int, quantum: int) -> int:
    """A bit for each row of a strip that is up in a quantum; none if the fader is down."""
    rows = 0
    for row in range(STRIP_ROWS):
        levels = strips[strip, row, quantum], strips[strip, row, quantum + 1]
        if levels[0] != f32(0.0) or levels[1] != f32(0.0):
            rows |= 1 << row
    return rows if rows & 1 << GAIN else 0


@fragment
def _level(strips: Floats, strip: int, row: int, place: Place) -> Vector:
    _, quantum, t, _ = place
    return ramp(strips[strip, row, quantum], strips[strip, row, quantum + 1], t)


@fragment
def _through(pair: Pair, level: Vector) -> Pair:
    return pair[0] * level, pair[1] * level


@fragment
def _sent(total: Pair, pair: Pair, level: Vector) -> Pair:
    return fma(pair[0], level, total[0]), fma(pair[1], level, total[1])


@fragment
def _store_pair(mix: Floats, place: int, side: int, pair: Pair) -> None:
    store(mix, place, pair[0])
    store(mix, place + side, pair[1])


@fragment
def _strip_frames(
    place: Place, strip: int, rows: int, strips: Floats, ducks: Floats, buses: Floats
) -> Pair:
    """Sixteen frames of a part bus through its fader, and out of the way of the kick."""
    listener, quantum, t, frames = place
    source = strip * 2 * frames + quantum * QUANTUM + t
    pair = (load(buses, source), load(buses, source + frames))
    pair = _through(pair, _level(strips, strip, GAIN, place))
    if rows & 1 << DUCK:
        dip = load(ducks, listener * frames + quantum * QUANTUM + t)
        depth = _level(strips, strip, DUCK, place)
        pair = _through(pair, fnma(depth, dip, splat(f32(1.0))))
    return pair


@fragment
def _mix_frames(
    place: Place,
    first: int,
    strips: Floats,
    rows_in_use: Ints,
    ducks: Floats,
    buses: Floats,
) -> tuple[Pair, Pair, Pair, Pair, Pair]:
    """Sixteen frames of one listener, who has the strips from ``first`` on: dry bus and sends."""
    silence = splat(f32(0.0))
    dry, room, hall = (silence, silence), (silence, silence), (silence, silence)
    echo, chorus = (silence, silence), (silence, silence)
    for part in range(rows_in_use.shape[0]):
        rows, strip = rows_in_use[part], first + part
        if rows:
            pair = _strip_frames(place, strip, rows, strips, ducks, buses)
            dry = dry[0] + pair[0], dry[1] + pair[1]
            if rows & 1 << ROOM:
                room = _sent(room, pair, _level(strips, strip, ROOM, place))
            if rows & 1 << HALL:
                hall = _sent(hall, pair, _level(strips, strip, HALL, place))
            if rows & 1 << ECHO:
                echo = _sent(echo, pair, _level(strips, strip, ECHO, place))
            if rows & 1 << CHORUS:
                chorus = _sent(chorus, pair, _level(strips, strip, CHORUS, place))
    return dry, room, hall, echo, chorus


@fragment
def _write_frames(
    place: Place, fed: int, pairs: tuple[Pair, Pair, Pair, Pair, Pair], bus: int, mix: Floats
) -> None:
    """Write the dry bus and the sends that are fed; ``bus`` is the length of all of one kind."""
    listener, quantum, t, frames = place
    target = listener * 2 * frames + quantum * QUANTUM + t
    dry, room, hall, echo, chorus = pairs
    _store_pair(mix, target, frames, dry)
    if fed & 1 << ROOM:
        _store_pair(mix, target + ROOM * bus, frames, room)
    if fed & 1 << HALL:
        _store_pair(mix, target + HALL * bus, frames, hall)
    if fed & 1 << ECHO:
        _store_pair(mix, target + ECHO * bus, frames, echo)
    if fed & 1 << CHORUS:
        _store_pair(mix, target + CHORUS * bus, frames, chorus)


@kernel
def mix_strips(
    quanta: int,
    buses: Floats,
    strips: Floats,
    ducks: Floats,
    rows_in_use: Ints,
    fed: Ints,
    mix: Floats,
) -> None:
    """Run the part buses of each listener through their strips.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    buses : (at least listeners * parts * 2 * frames,) float32
        Part buses.
    strips : (listeners * parts, 6, quanta + 1) float32, linear gain
        Fader, sends to room, hall, echo and chorus, and how far the kick pushes the strip down,
        at each quantum border; lines between.
    ducks : (listeners * frames,) float32, 0..1
        How much of that depth is asked for, as `ducks.duck` writes it.
    rows_in_use : (parts,) int32, scratch
    fed : (4, listeners, quanta) int32, written in full
        Whether each send bus holds anything.
    mix : (5 * listeners * 2 * frames,) float32
        Dry bus and sends, left then right of each listener; the dry bus is written in full, a
        send where it is fed.

    Notes
    -----
    What is left out because its level is zero would change no sample.
    """
    parts = rows_in_use.shape[0]
    listeners, frames = strips.shape[0] // parts, quanta * QUANTUM
    for listener in range(listeners):
        for q in range(quanta):
            everything = 0
            for part in range(parts):
                rows = _rows_in_use(strips, listener * parts + part, q)
                rows_in_use[part] = rows
                everything |= rows
            for send in range(1, BUSES):
                fed[send - 1, listener, q] = everything >> send & 1
            for t in range(0, QUANTUM, LANES):
                place = (listener, q, t, frames)
                pairs = _mix_frames(place, listener * parts, strips, rows_in_use, ducks, buses)
                _write_frames(place, everything, pairs, listeners * 2 * frames, mix)
