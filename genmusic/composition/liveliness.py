"""Liveliness: how many notes a piece has in the time where the usual one has a single note.

Songs of one mood differ: some hold every note, others patter. Each piece draws where it stands
among the works that the model has learned from, and each of its themes stands near it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.chance import KEPT_DRAWS, draw
from genmusic.composition.lessons import Sequences
from genmusic.units import TICKS_PER_BEAT

Doubles = NDArray[np.float64]

QUANTILES = np.linspace(0.05, 0.95, 19)
STRETCH_NOTES = 128  # of a work: as many as a piece of ours has
FEWEST_NOTES = 24  # of a stretch that says something
FEWEST_STRETCHES = 20
LONGEST_TICKS = 2 * TICKS_PER_BEAT  # a longer time from onset to onset is a rest
# Pieces stand so many times as far from the median, in octaves: the quantiles leave out the
# outermost works, and what a piece sings is less extreme than what its themes ask for.
SPREAD = 1.25
THEME_REACH = 0.15  # how far a theme may stand from its piece, among all works


def learn_liveliness(tunes: Sequences) -> Doubles:
    """Quantiles of the notes in a given time, beside the median; 1 for too few works."""
    waits, works = tunes.columns["wait"], tunes.spread(tunes.works)
    linked = (waits > 0) & (waits <= LONGEST_TICKS)
    waits, works = waits[linked], works[linked]
    begins = np.searchsorted(works, works)  # works come one after the other
    stretches = np.stack([works, (np.arange(len(works)) - begins) // STRETCH_NOTES])
    _, numbers = np.unique(stretches, axis=1, return_inverse=True)
    numbers = numbers.reshape(-1)
    notes = np.bincount(numbers)
    told = notes >= FEWEST_NOTES
    if np.count_nonzero(told) < FEWEST_STRETCHES:
        return np.ones(len(QUANTILES))
    rates = notes[told] / np.bincount(numbers, waits)[told]
    quantiles: Doubles = np.quantile(rates, QUANTILES) / np.median(rates)
    return quantiles


@lru_cache(maxsize=KEPT_DRAWS)
def place_of_theme(seed: int, piece: int, theme: str) -> float:
    """Where a theme stands among all works, 0 the calmest and 1 the liveliest."""
    own = float(draw(1, seed, "liveliness", piece)[0])
    other = float(draw(1, seed, "liveliness", piece, theme)[0])
    place = abs(own + THEME_REACH * (2.0 * other - 1.0))
    return min(place, 2.0 - place)  # turned back at both ends, so that all places stay as likely
