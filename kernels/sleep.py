"""Modes that nobody hears any more fall asleep; what is left may sound the same backwards."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Float, Floats, Held, Vector
from kernels.banks import AWAKE, DEPTH, EVEN, LOSS, LOSSES, MOST, SHARE, TURNS
from kernels.lanes import LANES
from kernels.shuffles import turned_1, turned_2, turned_4, turned_8
from kernels.simd import fma, greater_of, load, splat, store, where_less
from kernels.waves import PLACES, Bank

ASLEEP = 3.2e-5  # -90 dB of full scale
# -54 dB: a mode that far below the strongest of its voice is not heard either, nor, once the note
# is let go, one that far below all that was struck.
MASKED = 2e-3
COVERED = 5.6e-4  # -65 dB: what a note covers of what differs from it for some milliseconds
# Of what even waves leave out there is most at both ends of a span, and a third of that power in
# the mean.
LEFT_OUT = 3.0 / LANES**2


@fragment
def _rests(place: int, modes: int, state: Floats) -> bool:
    """Whether both of a mode are at the origin."""
    moves = abs(state[place]) + abs(state[place + modes])
    second = abs(state[place + 2 * modes]) + abs(state[place + 3 * modes])
    return bool(moves + second == f32(0.0))


@fragment
def _power(place: int, modes: int, state: Floats) -> Vector:
    """Of sixteen modes of a string."""
    along, up = load(state, place), load(state, place + modes)
    return fma(along, along, up * up)


@fragment
def _sum_of(x: Vector, tile: Floats) -> Float:
    """The sum of all lanes."""
    x = x + turned_8(x)
    x = x + turned_4(x)
    x = x + turned_2(x)
    store(tile, 0, x + turned_1(x))
    return tile[0]


@fragment
def _greatest_of(x: Vector, tile: Floats) -> Float:
    """The greatest of all lanes."""
    x = greater_of(x, turned_8(x))
    x = greater_of(x, turned_4(x))
    x = greater_of(x, turned_2(x))
    store(tile, 0, greater_of(x, turned_1(x)))
    return tile[0]


@fragment
def _survey(
    at: int, own: int, felt: float, bank: Bank, held: Held, tile: Floats
) -> tuple[Float, Float, Float]:
    """What the modes lose in the mean of their power; of which power nobody hears a mode, or noise.

    The latter is what differs from the voice as a whole.
    """
    settings, state = held[0], held[2]
    turns, places, modes, awake = bank
    losses, zero = turns + (LOSSES - TURNS) * modes, splat(f32(0.0))
    share, power, lost, most = splat(settings[at + SHARE]), zero, zero, zero
    for mode in range(0, awake, LANES):
        first = _power(places + mode, modes, state)
        second = _power(places + 2 * modes + mode, modes, state)
        both = first + second
        power, most = power + both, greater_of(most, both)
        lost = fma(load(settings, losses + mode), fma(second, share, first), lost)
    unheard = f32(ASLEEP * ASLEEP)
    whole = max(_sum_of(power, tile), unheard)
    mean = f32(_sum_of(lost, tile) / whole)
    state[own + MOST] = max(state[own + MOST], whole)
    loudest = state[own + MOST] if felt > f32(0.0) else _greatest_of(most, tile)
    weakest = max(f32(loudest * f32(MASKED * MASKED)), unheard)
    return mean, weakest, max(f32(whole * f32(COVERED * COVERED)), unheard)


@fragment
def _let_sleep(
    at: int, survey: tuple[Float, Float, Float], bank: Bank, held: Held, tile: Floats
) -> Float:
    """Take out modes that nobody can hear any more; how far the others are from losing as much."""
    settings, state = held[0], held[2]
    turns, places, modes, awake = bank
    losses, share, mean = turns + (LOSSES - TURNS) * modes, settings[at + SHARE], survey[0]
    weakest, apart, zero = splat(survey[1]), splat(f32(0.0)), splat(f32(0.0))
    for mode in range(0, awake, LANES):
        first = _power(places + mode, modes, state)
        second = _power(places + 2 * modes + mode, modes, state)
        for place in range(places + mode, places + mode + PLACES * modes, modes):
            store(state, place, where_less(first + second, weakest, zero, load(state, place)))
        loss = load(settings, losses + mode)
        away, second_away = loss - splat(mean), fma(loss, splat(share), splat(f32(-mean)))
        here = fma(first, away * away, second * (second_away * second_away))
        apart = apart + where_less(first + second, weakest, zero, here)
    return _sum_of(apart, tile)


@fragment
def look_after(at: int, own: int, felt: float, bank: Bank, held: Held, tile: Floats) -> None:
    """Let sleep what is not heard, and find out whether all that is may lose as much."""
    settings, state = held[0], held[2]
    _, places, modes, awake = bank
    survey = _survey(at, own, felt, bank, held, tile)
    apart = _let_sleep(at, survey, bank, held, tile)
    while awake > 0 and _rests(places + awake - 1, modes, state):
        awake -= 1
    even = apart < f32(survey[2] * f32(LEFT_OUT)) and settings[at + DEPTH] == f32(0.0)
    state[own + AWAKE], state[own + LOSS] = f32(awake), survey[0]
    state[own + EVEN] = f32(1.0) if even else f32(0.0)
