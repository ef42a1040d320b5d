"""What a bank of damped modes sounds like, thirty-two frames of a mode at a time.

A mode turns and shrinks by a fixed factor a frame, a number of the plane; its sound is how high it
stands. What a *span* of thirty-two frames sounds like is worked out once for each mode, from its
middle to both sides, both for a mode that then lies on the axis and for one that stands upright; a
span of a bank is a sum of these, weighted with where the modes are in its middle. What a factor
differs from one is kept, not the factor: that keeps the lowest string in tune in float32, and its
decay.

Were it not for decay, what lies on the axis would sound the same backwards but for its sign, and
what stands upright the same: both sides would be the sum and the difference of two sums. A bank
whose modes die so slowly, or so much alike, that the difference is below what can be heard, is
rendered so, and as one that dies as its modes do in the mean: one operation of a mode in sixteen
frames. Else it takes two.

A mode may be there twice, as a piano has several strings for a note: the second turns at a pace of
its own, and what differs from the first within half a span is left out: at 1.5 cents it is 60 dB
below a partial at 5 kHz, and less below it.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.shuffles import backwards, transpose
from kernels.simd import fma, fnma, lane_numbers, load, load_splat, splat, store
from kernels.stretches import STRETCH, begin_of

SPAN = 2 * LANES  # frames
PLACES = 4  # of a mode in the plane: along and up, of the first string and of the second
MOST_MODES = 48  # for which there is scratch; a multiple of sixteen
_WAVE = 4 * LANES  # of a mode in the scratch: later frames along and up, then earlier ones
_TURNS = MOST_MODES * _WAVE  # behind the waves, what a span turns both strings by, less one
_AHEAD = _TURNS + PLACES * MOST_MODES  # and where both will be in each span: along and up
_STATION = 2 * MOST_MODES
_SPANS = QUANTUM // SPAN
SCRATCH = _AHEAD + STRETCH * _SPANS * _STATION

Bank: TypeAlias = tuple[int, int, int, int]
"""Where in the settings the turns of a voice's modes begin, and in the state their places; how many
modes it has, and up to which they are awake. Turns are of half a frame without decay, along and up;
what is lost in a frame; and those of the second string, of a frame with decay."""
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
def _damped(by: Turn, loss: Vector) -> Turn:
    """A turn that also shrinks by a share."""
    return fma(by[0], splat(f32(1.0)) - loss, splat(f32(0.0)) - loss), fnma(by[1], loss, by[1])


@fragment
def _span_of(by: Turn) -> Turn:
    """What thirty-two turns differ from one."""
    return _twice(_twice(_twice(_twice(_twice(by)))))


@fragment
def _unfold_side(half: Turn, by: Turn, begin: int, tile: Floats, scratch: Floats) -> None:
    """Half a span of sixteen modes side by side, from half a frame off the middle on.

    Two quarters at once: in either a frame waits for the one before.
    """
    near = half[0] + splat(f32(1.0)), half[1]
    far = _turned(near, _twice(_twice(_twice(by))))
    for t in range(LANES // 2):
        store(tile, t * LANES, near[0])
        store(tile, (LANES + t) * LANES, near[1])
        store(tile, (LANES // 2 + t) * LANES, far[0])
        store(tile, (LANES + LANES // 2 + t) * LANES, far[1])
        near, far = _turned(near, by), _turned(far, by)
    transpose(tile, 0, LANES, scratch, begin, _WAVE)
    transpose(tile, LANES * LANES, LANES, scratch, begin + LANES, _WAVE)


@fragment
def unfold(
    bank: Bank, felt: float, even: bool, settings: Floats, tile: Floats, scratch: Floats
) -> None:
    """Work out the waves of modes that are awake, and how far a span turns them.

    ``felt`` is what a string loses to it in a frame. Waves that are ``even`` need one side only.
    """
    turns, _, modes, awake = bank
    more, one, side = splat(f32(felt)), splat(f32(1.0)), 2 * LANES
    for mode in range(0, awake, LANES):
        here = turns + mode
        half = load(settings, here), load(settings, here + modes)
        second = load(settings, here + 3 * modes), load(settings, here + 4 * modes)
        loss, begin = load(settings, here + 2 * modes), mode * _WAVE
        loss, whole = fnma(loss, more, loss + more), _twice(half)
        if even:
            _unfold_side(half, whole, begin, tile, scratch)
        else:
            # The roots of 1 - x and of 1 / (1 - x), less one; then 1 / (1 - x) itself.
            shrunk = loss * fma(loss, splat(f32(0.125)), splat(f32(0.5)))
            grown = loss * fma(loss, splat(f32(-0.375)), splat(f32(-0.5)))
            _unfold_side(_damped(half, shrunk), _damped(whole, loss), begin, tile, scratch)
            gain = loss / (loss - one)
            _unfold_side(_damped(half, grown), _damped(whole, gain), begin + side, tile, scratch)
        first, second = _span_of(_damped(whole, loss)), _span_of(_damped(second, more))
        for number, turn in enumerate((first[0], first[1], second[0], second[1])):
            store(scratch, _TURNS + number * MOST_MODES + mode, turn)


@fragment
def _station(first: Turn, second: Turn, place: int, scratch: Floats) -> None:
    """Write where both strings of sixteen modes are in a span."""
    store(scratch, place, first[0] + second[0])
    store(scratch, place + MOST_MODES, first[1] + second[1])


@fragment
def run_ahead(bank: Bank, quanta: int, state: Floats, scratch: Floats) -> None:
    """Write where the modes that are awake will be in each span of so many quanta, and after.

    So no span waits for the one before it; nor does here a quantum for the second of its spans.
    """
    _, places, modes, awake = bank
    for mode in range(0, awake, LANES):
        here, turns = places + mode, _TURNS + mode
        first = load(state, here), load(state, here + modes)
        second = load(state, here + 2 * modes), load(state, here + 3 * modes)
        by = load(scratch, turns), load(scratch, turns + MOST_MODES)
        second_by = load(scratch, turns + 2 * MOST_MODES), load(scratch, turns + 3 * MOST_MODES)
        far, second_far = _twice(by), _twice(second_by)
        for quantum in range(quanta):
            place = _AHEAD + quantum * _SPANS * _STATION + mode
            _station(first, second, place, scratch)
            later, second_later = _turned(first, by), _turned(second, second_by)
            _station(later, second_later, place + _STATION, scratch)
            first, second = _turned(first, far), _turned(second, second_far)
        store(state, here, first[0])
        store(state, here + modes, first[1])
        store(state, here + 2 * modes, second[0])
        store(state, here + 3 * modes, second[1])


@fragment
def _added(sums: Turn, station: int, wave: Turn, scratch: Floats) -> Turn:
    """The parts of a span that change their sign backwards, and those that do not."""
    odd, even = sums
    along, up = load_splat(scratch, station), load_splat(scratch, station + MOST_MODES)
    return fma(wave[1], along, odd), fma(wave[0], up, even)


@fragment
def _lay(sums: Turn, gains: Turn, begin: int, row: Floats) -> None:
    """Write a span of even waves, as its bank dies."""
    odd, even = sums
    store(row, begin, backwards((even - odd) * gains[0]))
    store(row, begin + LANES, (even + odd) * gains[1])


@fragment
def _gains_around(loss: float) -> Turn:
    """How much louder a bank is in the frames before the middle of a span, and quieter after it.

    An exponential in two halves, what changes its sign and what does not; error below 1e-5 where
    a span loses no more than 8 dB.
    """
    frames, one = lane_numbers() + splat(f32(0.5)), splat(f32(1.0))
    x = frames * splat(f32(loss + f32(0.5) * loss * loss))
    square = x * x
    even = fma(square, fma(square, splat(f32(1.0 / 24.0)), splat(f32(0.5))), one)
    odd = x * fma(square, fma(square, splat(f32(1.0 / 120.0)), splat(f32(1.0 / 6.0))), one)
    return even + odd, even - odd


@fragment
def ring_evenly(awake: int, loss: float, quanta: int, scratch: Floats, row: Floats) -> None:
    """Write quanta of a bank whose waves are even, two at once; an odd one may be followed by any.

    ``loss`` is of the bank in a frame.
    """
    gains, zero = _gains_around(loss), splat(f32(0.0))
    for quantum in range(0, quanta, 2):
        place, begin = _AHEAD + quantum * _SPANS * _STATION, begin_of(quantum)
        a, b, c, d = (zero, zero), (zero, zero), (zero, zero), (zero, zero)
        for mode in range(awake):
            wave = load(scratch, mode * _WAVE), load(scratch, mode * _WAVE + LANES)
            a = _added(a, place + mode, wave, scratch)
            b = _added(b, place + _STATION + mode, wave, scratch)
            c = _added(c, place + 2 * _STATION + mode, wave, scratch)
            d = _added(d, place + 3 * _STATION + mode, wave, scratch)
        _lay(a, gains, begin, row)
        _lay(b, gains, begin + SPAN, row)
        _lay(c, gains, begin + 2 * SPAN, row)
        _lay(d, gains, begin + 3 * SPAN, row)


@fragment
def _both_added(sums: Turn, station: int, waves: tuple[Turn, Turn], scratch: Floats) -> Turn:
    """A span in the frames before its middle, latest first, and after it."""
    before, later = sums
    along, up = load_splat(scratch, station), load_splat(scratch, station + MOST_MODES)
    before, later = fma(waves[1][0], up, before), fma(waves[0][0], up, later)
    return fnma(waves[1][1], along, before), fma(waves[0][1], along, later)


@fragment
def _waves_of(mode: int, scratch: Floats) -> tuple[Turn, Turn]:
    """What a mode sounds like after the middle of a span and before it: upright and along."""
    wave = mode * _WAVE
    return (
        (load(scratch, wave), load(scratch, wave + LANES)),
        (load(scratch, wave + 2 * LANES), load(scratch, wave + 3 * LANES)),
    )


@fragment
def _lay_sides(sides: Turn, begin: int, row: Floats) -> None:
    """Write a span."""
    store(row, begin, backwards(sides[0]))
    store(row, begin + LANES, sides[1])


@fragment
def ring(awake: int, quanta: int, scratch: Floats, row: Floats) -> None:
    """Write quanta of all modes that are awake, two at once; an odd one may be followed by any."""
    zero = splat(f32(0.0))
    for quantum in range(0, quanta, 2):
        place, begin = _AHEAD + quantum * _SPANS * _STATION, begin_of(quantum)
        a, b, c, d = (zero, zero), (zero, zero), (zero, zero), (zero, zero)
        for mode in range(awake):
            waves = _waves_of(mode, scratch)
            a = _both_added(a, place + mode, waves, scratch)
            b = _both_added(b, place + _STATION + mode, waves, scratch)
            c = _both_added(c, place + 2 * _STATION + mode, waves, scratch)
            d = _both_added(d, place + 3 * _STATION + mode, waves, scratch)
        _lay_sides(a, begin, row)
        _lay_sides(b, begin + SPAN, row)
        _lay_sides(c, begin + 2 * SPAN, row)
        _lay_sides(d, begin + 3 * SPAN, row)


@fragment
def first_of(span: int, scratch: Floats) -> Turn:
    """The first mode alone in both halves of a span."""
    nothing = splat(f32(0.0)), splat(f32(0.0))
    station, waves = _AHEAD + span * _STATION, _waves_of(0, scratch)
    before, later = _both_added(nothing, station, waves, scratch)
    return backwards(before), later
