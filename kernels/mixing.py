"""From part buses through strips to the mix."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, Vector
from kernels.buses import FLOATS, SILENT, STEPS, STRIDE, is_sounding, turn_over, wipe
from kernels.lanes import LANES, QUANTUM
from kernels.simd import (
    bits_to_float,
    fma,
    fnma,
    lane_numbers,
    load,
    load_int,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
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
def _is_up(strips: Floats, strip: int, row: int, quantum: int) -> bool:
    low, high = strips[strip, row, quantum], strips[strip, row, quantum + 1]
    return bool((low != f32(0.0)) | (high != f32(0.0)))


@fragment
def _line(strips: Floats, strip: int, row: int, quantum: int) -> Line:
    low, high = strips[strip, row, quantum], strips[strip, row, quantum + 1]
    return low, (high - low) * f32(1.0 / QUANTUM)


@fragment
def _along(line: Line, t: int) -> Vector:
    return fma(lane_numbers() + splat(f32(t)), splat(line[1]), splat(line[0]))


@fragment
def _fade(source: int, held: int, gain: Line, buses: Ints, pair: Floats) -> None:
    """Take a quantum of both sides of a bus, which is empty then, through the fader."""
    steps = f32(1.0) if held == FLOATS else f32(1.0 / STEPS)
    line, silence = (gain[0] * steps, gain[1] * steps), splat_int(i32(0))
    for t in range(0, QUANTUM, LANES):
        left, right = load_int(buses, source + t), load_int(buses, source + STRIDE + t)
        store_int(buses, source + t, silence)
        store_int(buses, source + STRIDE + t, silence)
        level = _along(line, t)
        if held == FLOATS:
            store(pair, t, bits_to_float(left) * level)
            store(pair, QUANTUM + t, bits_to_float(right) * level)
        else:
            store(pair, t, to_float(left) * level)
            store(pair, QUANTUM + t, to_float(right) * level)


@fragment
def _dip(depth: Line, dips: Floats, at: int, pair: Floats) -> None:
    """Push what went through a fader out of the way of the kick."""
    for t in range(0, QUANTUM, LANES):
        level = fnma(_along(depth, t), load(dips, at + t), splat(f32(1.0)))
        store(pair, t, load(pair, t) * level)
        store(pair, QUANTUM + t, load(pair, QUANTUM + t) * level)


@fragment
def _add(pair: Floats, line: Line, fresh: bool, target: int, side: int, mix: Floats) -> None:
    """Add what went through a fader to both sides of a mix, or begin it."""
    for t in range(0, QUANTUM, LANES):
        level, left, right = _along(line, t), splat(f32(0.0)), splat(f32(0.0))
        if not fresh:
            left, right = load(mix, target + t), load(mix, target + side + t)
        store(mix, target + t, fma(load(pair, t), level, left))
        store(mix, target + side + t, fma(load(pair, QUANTUM + t), level, right))


@fragment
def _silence(target: int, side: int, mix: Floats) -> None:
    for t in range(target, target + QUANTUM, LANES):
        store(mix, t, splat(f32(0.0)))
        store(mix, side + t, splat(f32(0.0)))


@fragment
def _send(strip: int, q: int, strips: Floats, pair: Floats, fed: Ints, sends: Floats) -> None:
    """Feed the effects from what went through a fader."""
    frames = fed.shape[1] * QUANTUM
    for send in range(SENDS):
        if _is_up(strips, strip, send + 1, q):
            line, target = _line(strips, strip, send + 1, q), send * 2 * frames + q * QUANTUM
            _add(pair, line, fed[send, q] == 0, target, frames, sends)
            fed[send, q] = 1


@kernel
def mix_strips(
    quanta: int,
    listener: int,
    parts: int,
    strips: Floats,
    dips: Floats,
    buses: Ints,
    pair: Floats,
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
    strips : (listeners * parts, 6, quanta + 1) float32, linear gain
        Fader, sends to room, hall, echo and chorus, and how far the kick pushes the strip down,
        at each quantum border; lines between.
    dips : (frames,) float32, 0..1
        How much of that depth is asked for, as `ducks.duck` writes it.
    buses : (listeners * parts * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`; they are turned over.
    pair : (128,) float32, scratch
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
    frames, first = quanta * QUANTUM, listener * parts
    whole = f32(1.0), f32(0.0)
    for q in range(quanta):
        at, fresh = q * QUANTUM, True
        target = listener * 2 * frames + at
        for send in range(SENDS):
            fed[send, q] = 0
        for part in range(parts):
            strip = first + part
            held = is_sounding(buses, strip, q)
            if held == SILENT:
                continue
            if not _is_up(strips, strip, GAIN, q):
                wipe(buses, strip, q)
                continue
            gain = _line(strips, strip, GAIN, q)
            _fade(strip * 2 * STRIDE + at, held, gain, buses, pair)
            if _is_up(strips, strip, DUCK, q):
                _dip(_line(strips, strip, DUCK, q), dips, at, pair)
            _add(pair, whole, fresh, target, frames, dry)
            fresh = False
            _send(strip, q, strips, pair, fed, sends)
            if stems.shape[0] > 0:
                _add(pair, whole, True, part * 2 * frames + at, frames, stems)
        if fresh:
            _silence(target, frames, dry)
    for part in range(parts):
        turn_over(quanta, buses, first + part)
