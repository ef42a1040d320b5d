"""Chance: the random numbers of a bar, and drawing from weights, the same on every machine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.seeding import derive
from kernels import drawing

Doubles = NDArray[np.float64]

COLOUR_DRAWS, MELODY_DRAWS, BASS_DRAWS, DRUM_DRAWS = 16, 24, 20, 36
COUNTER_DRAWS = 16
MOST_NOTES = 32  # of melody in a bar
DRAWS_PER_NOTE = 9  # one for a repeated note, then those of `Model.sample_melody`
TOUCH_PLACES = 320  # places in the bar, over all parts, that are played loosely
_KEY = 2**64 - 1  # the part of an address that names a row of numbers
_MELODY = COLOUR_DRAWS
_BASS = _MELODY + MELODY_DRAWS
_DRUMS = _BASS + BASS_DRAWS
_COUNTER = _DRUMS + DRUM_DRAWS
_NOTES = _COUNTER + COUNTER_DRAWS
_TOUCH = _NOTES + MOST_NOTES * DRAWS_PER_NOTE
_END = _TOUCH + 2 * TOUCH_PLACES


class BarChance(NamedTuple):
    """Uniform numbers in 0..1 for each layer of one bar; most are never looked at."""

    colour: Sequence[float]
    melody: Sequence[float]
    drums: Sequence[float]
    counter: Sequence[float]
    notes: Doubles
    walk: Doubles  # of the bass
    touch: Doubles  # (2, TOUCH_PLACES): time, velocity


def draw(count: int, seed: int, *path: str | int) -> Doubles:
    """Uniform numbers in 0..1 that depend on the seed and the path alone."""
    numbers = np.empty(count)
    drawing.uniforms(np.uint64(derive(seed, *path) & _KEY), numbers)
    return numbers


@lru_cache(maxsize=1024)
def draw_once(seed: int, *path: str | int) -> float:
    """One such number: of what bars and returns of a phrase ask again."""
    return float(draw(1, seed, *path)[0])


def draw_bar(seed: int, piece: int, bar: int) -> BarChance:
    """The numbers of a bar; no layer's depend on how many another one uses."""
    numbers = draw(_END, seed, "bar", piece, bar)
    read = numbers.data  # makes a float of a number when it is asked for
    return BarChance(
        read[:_MELODY],
        read[_MELODY:_BASS],
        read[_DRUMS:_COUNTER],
        read[_COUNTER:_NOTES],
        numbers[_NOTES:_TOUCH],
        numbers[_BASS:_DRUMS],
        numbers[_TOUCH:].reshape(2, TOUCH_PLACES),
    )


def choose(weights: Iterable[float], uniform: float) -> int:
    """The index of one weight, drawn with a uniform number in 0..1; 0 if all weights are 0."""
    sums = list(accumulate(weights))  # in order: sum() rounds differently from Python 3.12 on
    index = bisect_right(sums, uniform * sums[-1])
    return index if index < len(sums) else bisect_right(sums, 0.0) % len(sums)
