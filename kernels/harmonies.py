"""Harmonies: the degrees of a phrase, drawn from what works do and what a style wants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs
from kernels.handles import reader
from kernels.words import SOME_EXPECTED, SOME_WORDS, Expected, Words, begin, expect

DEGREES = 7
ORDER = 3  # chords before that say what comes next


class Chords(NamedTuple):
    """How the chords of a mix of models lie in a mode."""

    words: Words
    family: int  # what trees call the mode
    degrees: Longs  # (chords,) of each chord, -1 for one outside the scale
    symbols: Longs  # (DEGREES,) the most frequent chord of each, -1 for none


class Taste(NamedTuple):
    """What is wanted of the degrees."""

    weights: Doubles  # (DEGREES,) > 0
    learned: float  # how far the models count
    free: float  # what a degree weighs beside that
    plain: float  # share of plain against squared probability
    stay: float  # weight of staying on the same degree
    diminished: int  # the degree with the diminished triad
    tolerance: float  # its weight


class Desk(NamedTuple):
    """Room for the chords of a phrase."""

    before: Longs  # (ORDER,) the chords that say what comes next, the last one first
    expected: Doubles  # (DEGREES,)
    room: Expected


_LINE = np.zeros(1, np.int64)
_read_chords = reader(Chords(SOME_WORDS, 0, _LINE, _LINE))
_read_desk = reader(Desk(_LINE, np.zeros(1), SOME_EXPECTED))


@fragment
def _only(mask: int) -> int:
    """The degree of a mask that has no other."""
    degree = 0
    while mask >> degree > 1:
        degree += 1
    return degree


@fragment
def _draw(taste: Taste, mask: int, last: int, uniform: float, expected: Doubles) -> int:
    """One of the degrees that a mask allows, a bit each; the expectations become weights."""
    total = 0.0
    for degree in range(DEGREES):
        likely = expected[degree] * (taste.plain + (1.0 - taste.plain) * expected[degree])
        weight = (taste.learned * likely + taste.free) * taste.weights[degree]
        weight *= taste.tolerance if degree == taste.diminished else 1.0
        weight *= taste.stay if degree == last else 1.0
        total += weight if mask >> degree & 1 > 0 else 0.0
        expected[degree] = total  # the sum so far
    found = 0
    while found < DEGREES - 1 and expected[found] <= uniform * total:
        found += 1
    while found > 0 and not mask >> found & 1:  # at the end of the sums
        found -= 1
    return found


@fragment
def _look_back(chords: Chords, degrees: Longs, before: Longs) -> None:
    """The most frequent chords of the last degrees, the last one first, -1 from where they end."""
    known, place = 0, len(degrees)
    for back in range(place - 1, max(place - 1 - ORDER, -1), -1):
        if chords.symbols[degrees[back]] >= 0:
            before[known] = chords.symbols[degrees[back]]
            known += 1
    for step in range(known, ORDER):
        before[step] = -1


@kernel
def draw_degrees(
    chords_words: Longs,
    weights: Doubles,
    learned: float,
    free: float,
    plain: float,
    stay: float,
    diminished: int,
    tolerance: float,
    masks: Longs,
    draws: Doubles,
    before: int,
    desk_words: Longs,
    out: Longs,
) -> None:
    """Draw a degree for each chord, of those that its mask allows.

    Parameters
    ----------
    chords_words : (words,) int64
        Of the `Chords`, as their `handles.Handle` has them: what the models know.
    weights, learned, free, plain, stay, diminished, tolerance
        The `Taste`: what is wanted.
    masks : (coming,) int64
        The degrees that each chord may have, a bit each; none is 0.
    draws : (>= coming,) float64, 0..1
    before : int
        How many degrees of ``out`` are known.
    desk_words : (words,) int64
        Of the `Desk`.
    out : (before + coming,) int64, in/out
        Degrees; those that are known, and then those drawn.
    """
    chords = _read_chords(chords_words)
    taste = Taste(weights, learned, free, plain, stay, diminished, tolerance)
    desk = _read_desk(desk_words)
    begin(chords.words, chords.family, -1, desk.room)
    for n in range(len(masks)):
        mask, place = masks[n], before + n
        if mask & (mask - 1) == 0:
            out[place] = _only(mask)
            continue
        _look_back(chords, out[:place], desk.before)
        expect(chords.words, desk.before, desk.room)
        for degree in range(DEGREES):
            desk.expected[degree] = 0.0
        for chord in range(len(chords.degrees)):
            degree = chords.degrees[chord]
            if degree >= 0:
                desk.expected[degree] += desk.room.mixed[chord]
        last = out[place - 1] if place > 0 else -1
        out[place] = _draw(taste, mask, last, draws[n], desk.expected)
