"""Chance: the random numbers of a bar, and drawing from weights, the same on every machine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.seeding import derive_key
from genmusic.values import made
from kernels import drawing
from kernels.basslines import DRAWS as BASS_DRAWS

Doubles = NDArray[np.float64]

COLOUR_DRAWS, MELODY_DRAWS, DRUM_DRAWS = 16, 24, 36
COUNTER_DRAWS = 16
MOST_NOTES = 32  # of melody in a bar
DRAWS_PER_NOTE = 9  # one for a repeated note, then those of `Model.sample_melody`
KEPT_DRAWS = 4096  # pieces and themes of which it is remembered: those of 1000 listeners
TOUCH_PLACES = 320  # places in the bar, over all parts, that are played loosely
MELODY = COLOUR_DRAWS
WALK = MELODY + MELODY_DRAWS
_DRUMS = WALK + BASS_DRAWS
_COUNTER = _DRUMS + DRUM_DRAWS
_DRAWN = _COUNTER + COUNTER_DRAWS
NOTES = (_DRAWN, _DRAWN + MOST_NOTES)
_TIMES = _DRAWN + MOST_NOTES * DRAWS_PER_NOTE
TOUCH = (_TIMES, _TIMES + TOUCH_PLACES)
"""Where the numbers of a bar for its melody begin, for a walking bass, for the notes of a melody
(whether each may repeat, and its draws), for time and velocity."""


class BarChance(NamedTuple):
    """Uniform numbers in 0..1 for each layer of one bar; some are never looked at."""

    colour: Sequence[float]
    melody: Sequence[float]
    drums: Sequence[float]
    counter: Sequence[float]
    key: int  # of the row, of which kernels look up what they need


def draw(count: int, seed: int, *path: str | int) -> Doubles:
    """Uniform numbers in 0..1 that depend on the seed and the path alone."""
    return _row(derive_key(seed, *path), count)


def _row(key: int, count: int) -> Doubles:
    numbers = np.empty(count)
    drawing.uniforms(key, numbers)
    return numbers


@lru_cache(maxsize=KEPT_DRAWS)
def draw_once(seed: int, *path: str | int) -> float:
    """One such number: of what bars and returns of a phrase ask again."""
    return float(draw(1, seed, *path)[0])


def draw_bar(seed: int, piece: int, bar: int) -> BarChance:
    """The numbers of a bar; no layer's depend on how many another one uses."""
    key = derive_key(seed, "bar", piece, bar)
    read = _row(key, _DRAWN).data  # makes a float of a number when it is asked for
    layers = read[:MELODY], read[MELODY:WALK], read[_DRUMS:_COUNTER], read[_COUNTER:]
    return made(BarChance, (*layers, key))


def choose(weights: Iterable[float], uniform: float) -> int:
    """The index of one weight, drawn with a uniform number in 0..1; 0 if all weights are 0."""
    sums = list(accumulate(weights))  # in order: sum() rounds differently from Python 3.12 on
    index = bisect_right(sums, uniform * sums[-1])
    return index if index < len(sums) else bisect_right(sums, 0.0) % len(sums)
