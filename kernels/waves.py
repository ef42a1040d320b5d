"""What a bank of damped modes sounds like, thirty-two frames of a mode at a time.

A mode turns and shrinks by a fixed factor a frame, a number of the plane; its sound is how high it
stands. What a *span* of thirty-two frames sounds like is worked out once for each mode, both for
one that starts on the axis and for one that starts upright, and a span of a bank is a sum of these,
weighted with where the modes are. So a mode costs two operations in sixteen frames. What a factor
differs from one is kept, not the factor: that keeps the lowest string in tune in float32, and its
decay.

A mode may be there twice, as a piano has several strings for a note: the second turns at a pace of
its own, and what differs from the first within a span is left out. It starts so that both are where
they belong in the middle of a span, which leaves at 1.5 cents 60 dB below a partial at 5 kHz, and
less below it.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.shuffles import transpose
from kernels.simd import fma, fnma, load, load_splat, splat, store
from kernels.stretches import STRETCH, begin_of

SPAN = 2 * LANES  # frames
PLACES = 4  # of a mode in the plane: along and up, of the first string and of the second
MOST_MODES = 48  # for which there is scratch; a multiple of sixteen
_WAVE = 2 * SPAN  # of a mode in the scratch: sixteen frames along and upright, then sixteen more
_FAR = MOST_MODES * _WAVE  # behind the waves, what sixteen frames turn by, less one
_TURNS = _FAR + 2 * MOST_MODES  # then what a span turns both strings by
_AHEAD = _TURNS + PLACES * MOST_MODES  # and where both will be before each span: along and up
_STATION = 2 * MOST_MODES
_SPANS = QUANTUM // SPAN
SCRATCH = _AHEAD + STRETCH * _SPANS * _STATION

Bank: TypeAlias = tuple[int, int, int, int]
"""Where in the settings the turns of a voice's modes begin, and in the state their places; how many
modes it has, and up to which they are awake."""
Turn: TypeAlias = tuple[Vector, Vector]
"""A number of the plane, or what it differs from one."""


@fragment
def _turned(place: Turn, by: Turn) -> Turn:
    """A place in the plane after a turn, of which is given what it differs from one."""
    along, up = place
    return (
        fma(along, by[0], fnma(up, by[1], along)),
        fma(along, by[1], fma(up, by[0], up)),
    )


@fragment
def _twice(by: Turn) -> Turn:
    """What two turns differ from one: (1 + d)^2 - 1 = d + d + d^2."""
    along, up = by
    double = along + along
    return fma(along, along, fnma(up, up, double)), fma(double, up, up + up)


@fragment
def _damped(by: Turn, damper: Vector) -> Turn:
    """A turn on a string with felt on it: all modes alike die faster."""
    return fma(by[0], splat(f32(1.0)) - damper, splat(f32(0.0)) - damper), fnma(
        by[1], damper, by[1]
    )


@fragment
def _unfold_some(by: Turn, mode: int, tile: Floats, scratch: Floats) -> None:
    """The first halves of the waves of sixteen modes side by side."""
    place = splat(f32(1.0)), splat(f32(0.0))
    for t in range(LANES):
        store(tile, t * LANES, place[0])
        store(tile, (LANES + t) * LANES, place[1])
        place = _turned(place, by)
    for part in range(2):
        begin = mode * _WAVE + part * LANES
        transpose(tile, part * LANES * LANES, LANES, scratch, begin, _WAVE)


@fragment
def unfold(bank: Bank, damper: float, settings: Floats, tile: Floats, scratch: Floats) -> None:
    """Work out the waves of modes that are awake, and how far a span turns them."""
    turns, _, modes, awake = bank
    felt = splat(f32(damper))
    for mode in range(0, awake, LANES):
        here = turns + mode
        by = _damped((load(settings, here), load(settings, here + modes)), felt)
        _unfold_some(by, mode, tile, scratch)
        for string in range(2):
            here = turns + 2 * string * modes + mode
            by = _damped((load(settings, here), load(settings, here + modes)), felt)
            far = _twice(_twice(_twice(_twice(by))))
            if string == 0:
                store(scratch, _FAR + mode, far[0])
                store(scratch, _FAR + MOST_MODES + mode, far[1])
            place, farther = _TURNS + 2 * string * MOST_MODES + mode, _twice(far)
            store(scratch, place, farther[0])
            store(scratch, place + MOST_MODES, farther[1])
    for mode in range(awake):
        wave = mode * _WAVE
        far = load_splat(scratch, _FAR + mode), load_splat(scratch, _FAR + MOST_MODES + mode)
        later = _turned((load(scratch, wave), load(scratch, wave + LANES)), far)
        store(scratch, wave + 2 * LANES, later[0])
        store(scratch, wave + 3 * LANES, later[1])


@fragment
def run_ahead(bank: Bank, quanta: int, state: Floats, scratch: Floats) -> None:
    """Write where the modes that are awake will be before each span of so many quanta, and after.

    So no span waits for the one before it.
    """
    _, places, modes, awake = bank
    for mode in range(0, awake, LANES):
        here, turns = places + mode, _TURNS + mode
        first = load(state, here), load(state, here + modes)
        second = load(state, here + 2 * modes), load(state, here + 3 * modes)
        by = load(scratch, turns), load(scratch, turns + MOST_MODES)
        second_by = load(scratch, turns + 2 * MOST_MODES), load(scratch, turns + 3 * MOST_MODES)
        for span in range(quanta * _SPANS):
            place = _AHEAD + span * _STATION + mode
            store(scratch, place, first[0] + second[0])
            store(scratch, place + MOST_MODES, first[1] + second[1])
            first, second = _turned(first, by), _turned(second, second_by)
        store(state, here, first[0])
        store(state, here + modes, first[1])
        store(state, here + 2 * modes, second[0])
        store(state, here + 3 * modes, second[1])


@fragment
def ring(awake: int, quantum: int, scratch: Floats, row: Floats) -> None:
    """Write a quantum of all modes that are awake, of those that were run ahead."""
    first = _AHEAD + quantum * _SPANS * _STATION
    second, begin, zero = first + _STATION, begin_of(quantum), splat(f32(0.0))
    a0, b0, a1, b1 = zero, zero, zero, zero
    a2, b2, a3, b3 = zero, zero, zero, zero
    for mode in range(awake):
        wave = mode * _WAVE
        along, up = (
            load_splat(scratch, first + mode),
            load_splat(scratch, first + MOST_MODES + mode),
        )
        x, y = load_splat(scratch, second + mode), load_splat(scratch, second + MOST_MODES + mode)
        flat, upright = load(scratch, wave), load(scratch, wave + LANES)
        flat_2, upright_2 = load(scratch, wave + 2 * LANES), load(scratch, wave + 3 * LANES)
        a0, b0 = fma(upright, along, a0), fma(flat, up, b0)
        a1, b1 = fma(upright_2, along, a1), fma(flat_2, up, b1)
        a2, b2 = fma(upright, x, a2), fma(flat, y, b2)
        a3, b3 = fma(upright_2, x, a3), fma(flat_2, y, b3)
    store(row, begin, a0 + b0)
    store(row, begin + LANES, a1 + b1)
    store(row, begin + 2 * LANES, a2 + b2)
    store(row, begin + 3 * LANES, a3 + b3)


@fragment
def wave_of_first(frame: int, scratch: Floats) -> Vector:
    """Sixteen frames of the first mode alone, from a frame of the stretch on."""
    station = _AHEAD + frame // SPAN * _STATION
    along, up = load_splat(scratch, station), load_splat(scratch, station + MOST_MODES)
    wave = 2 * (frame % SPAN)
    return fma(load(scratch, wave + LANES), along, load(scratch, wave) * up)
