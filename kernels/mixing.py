"""From part buses through strips to the mix."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Vector
from kernels.buses import SILENT, STRIDE, is_sounding, read_bus, turn_over, wipe
from kernels.lanes import LANES, QUANTUM
from kernels.simd import fma, fnma, lane_numbers, load, splat, store

GAIN, ROOM, HALL, ECHO, CHORUS, DUCK = 0, 1, 2, 3, 4, 5  # rows of a strip; 1 to 4 are sends
STRIP_ROWS = 6
Pair: TypeAlias = tuple[Vector, Vector]
"""Left and right."""
BUSES = 5  # dry, and what the sends feed, in their order
SENDS = BUSES - 1
NO_PART = -1  # ends the list of strips that sound


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
def _set_lines(strips: Floats, strip: int, quantum: int, part: int, lines: Floats) -> None:
    """Write where each row of a strip begins in a quantum, and by how much it rises a frame."""
    for row in range(STRIP_ROWS):
        low, high = strips[strip, row, quantum], strips[strip, row, quantum + 1]
        lines[part, row, 0] = low
        lines[part, row, 1] = (high - low) * f32(1.0 / QUANTUM)


@fragment
def _read_strips(
    first: int, quantum: int, strips: Floats, buses: Ints, use: Ints, lines: Floats
) -> int:
    """Find the strips that sound in a quantum and their lines; all rows that are up."""
    everything, count = 0, 0
    for part in range(lines.shape[0]):
        held = is_sounding(buses, first + part, quantum)
        if held == SILENT:
            continue
        rows = _rows_in_use(strips, first + part, quantum)
        if rows == 0:
            wipe(buses, first + part, quantum)
            continue
        _set_lines(strips, first + part, quantum, part, lines)
        use[0, count], use[1, count], use[2, count] = part, held, rows
        everything |= rows
        count += 1
    use[0, count] = NO_PART
    return everything


@fragment
def _level(lines: Floats, part: int, row: int, frame: Vector) -> Vector:
    return fma(frame, splat(lines[part, row, 1]), splat(lines[part, row, 0]))


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
    source: int, part: int, use: tuple[int, int], dip: Vector, frame: Vector, lines: Floats,
    buses: Ints,
) -> Pair:  # fmt: skip
    """Sixteen frames of a part bus through its fader, and out of the way of the kick."""
    held, rows = use
    pair = read_bus(buses, source, held), read_bus(buses, source + STRIDE, held)
    pair = _through(pair, _level(lines, part, GAIN, frame))
    if rows & 1 << DUCK:
        depth = _level(lines, part, DUCK, frame)
        pair = _through(pair, fnma(depth, dip, splat(f32(1.0))))
    return pair


@fragment
def _mix_frames(
    at: tuple[int, int, int], dip: Vector, use: Ints, lines: Floats, buses: Ints, stems: Floats
) -> tuple[Pair, Pair, Pair, Pair, Pair]:
    """Sixteen frames of one listener: dry bus and sends."""
    first, place, frames = at
    t = place & (QUANTUM - 1)
    silence, frame = splat(f32(0.0)), lane_numbers() + splat(f32(t))
    dry, room, hall = (silence, silence), (silence, silence), (silence, silence)
    echo, chorus = (silence, silence), (silence, silence)
    number = 0
    while use[0, number] != NO_PART:
        part, held, rows = int(use[0, number]), int(use[1, number]), int(use[2, number])
        number += 1
        source = (first + part) * 2 * STRIDE + place
        pair = _strip_frames(source, part, (held, rows), dip, frame, lines, buses)
        dry = dry[0] + pair[0], dry[1] + pair[1]
        if rows & 1 << ROOM:
            room = _sent(room, pair, _level(lines, part, ROOM, frame))
        if rows & 1 << HALL:
            hall = _sent(hall, pair, _level(lines, part, HALL, frame))
        if rows & 1 << ECHO:
            echo = _sent(echo, pair, _level(lines, part, ECHO, frame))
        if rows & 1 << CHORUS:
            chorus = _sent(chorus, pair, _level(lines, part, CHORUS, frame))
        if stems.shape[0] > 0:
            _store_pair(stems, part * 2 * frames + place, frames, pair)
    return dry, room, hall, echo, chorus


@fragment
def _write_frames(
    place: int, frames: int, fed: int, pairs: tuple[Pair, Pair, Pair, Pair, Pair], sends: Floats
) -> None:
    """Write the sends that are fed."""
    _, room, hall, echo, chorus = pairs
    if fed & 1 << ROOM:
        _store_pair(sends, place + (ROOM - 1) * 2 * frames, frames, room)
    if fed & 1 << HALL:
        _store_pair(sends, place + (HALL - 1) * 2 * frames, frames, hall)
    if fed & 1 << ECHO:
        _store_pair(sends, place + (ECHO - 1) * 2 * frames, frames, echo)
    if fed & 1 << CHORUS:
        _store_pair(sends, place + (CHORUS - 1) * 2 * frames, frames, chorus)


@kernel
def mix_strips(
    quanta: int,
    listener: int,
    strips: Floats,
    dips: Floats,
    buses: Ints,
    scratch: tuple[Ints, Floats],
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
    strips : (listeners * parts, 6, quanta + 1) float32, linear gain
        Fader, sends to room, hall, echo and chorus, and how far the kick pushes the strip down,
        at each quantum border; lines between.
    dips : (frames,) float32, 0..1
        How much of that depth is asked for, as `ducks.duck` writes it.
    buses : (listeners * parts * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`; they are turned over.
    scratch : (3, parts + 1) int32, and (parts, 6, 2) float32
    fed : (4, quanta) int32, written in full
        Whether each send holds anything.
    sends : (4 * 2 * frames,) float32
        Left and right of each; written where it is fed.
    dry : (at least listeners * 2 * frames,) float32
        Left and right of each listener; this one's are written in full.
    stems : (parts * 2 * frames,) float32, or (0,)
        What each strip gives to the dry bus, written where it sounds.

    Notes
    -----
    What is left out because it is silent or its level is zero would change no sample.
    """
    use, lines = scratch
    parts, frames = lines.shape[0], quanta * QUANTUM
    first, target = listener * parts, listener * 2 * frames
    for q in range(quanta):
        everything = _read_strips(first, q, strips, buses, use, lines)
        for send in range(1, BUSES):
            fed[send - 1, q] = everything >> send & 1
        for t in range(0, QUANTUM, LANES):
            place = q * QUANTUM + t
            pairs = _mix_frames((first, place, frames), load(dips, place), use, lines, buses, stems)
            _store_pair(dry, target + place, frames, pairs[0])
            _write_frames(place, frames, everything, pairs, sends)
        number = 0
        while use[0, number] != NO_PART:
            wipe(buses, first + use[0, number], q)
            number += 1
    for part in range(parts):
        turn_over(quanta, buses, first + part)
