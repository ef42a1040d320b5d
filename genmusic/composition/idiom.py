"""Idiom: what a player's phrases teach, a variable-order model of steps and lengths.

The same trees as those of the trained models, grown anew from what the player has played in this
session: a symbol is an interval with the time until the next note.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from genmusic.composition.markov import Grown, Smoothing, grow
from genmusic.controls.calls import CallNote
from kernels import sampling

WIDEST = 12  # semitones of an interval; wider ones count as an octave
WAITS = (160, 240, 320, 480, 640, 720, 960, 1440, 1920, 2880)
"""Ticks from note to note, as the model tells them apart."""
SYMBOLS = (2 * WIDEST + 1) * len(WAITS)
ORDER = 3
MOST_REMEMBERED = 96  # symbols, over all phrases
ANYWHERE = 0  # the step that every context begins with
SMOOTHING = Smoothing(
    discounts=(0.0, 0.0, 0.3, 0.5, 0.6), strengths=(0.0, 0.0, 0.0, 0.5), least=(1,)
)

Phrase = tuple[int, ...]
"""A phrase as symbols."""


def symbols_of(notes: Sequence[CallNote]) -> Phrase:
    """Each note but the first as an interval from the one before, and the time between them."""
    return tuple(
        (min(WIDEST, max(-WIDEST, b.pitch - a.pitch)) + WIDEST) * len(WAITS)
        + _nearest_wait(b.start_tick - a.start_tick)
        for a, b in pairwise(notes)
    )


def interval_and_wait(symbol: int) -> tuple[int, int]:
    """Semitones from the note before, and ticks since it."""
    interval, wait = divmod(symbol, len(WAITS))
    return interval - WIDEST, WAITS[wait]


def remember(known: Sequence[Phrase], phrase: Phrase) -> tuple[Phrase, ...]:
    """The phrases with a new one; the oldest are forgotten."""
    phrases = (*known, phrase)
    while len(phrases) > 1 and sum(map(len, phrases)) > MOST_REMEMBERED:
        phrases = phrases[1:]
    return phrases


def go_on(known: Sequence[Phrase], before: Sequence[int], uniform: float) -> int:
    """The symbol that follows others as the player might go on, drawn with a number in 0..1."""
    context = np.array([ANYWHERE, *reversed(before[-ORDER:])], np.int64)
    shares = np.empty(SYMBOLS)
    sampling.distribution(_model(tuple(known)).tree, context, len(context), shares)
    sums = list(accumulate(shares.tolist()))
    return min(bisect_right(sums, uniform * sums[-1]), SYMBOLS - 1)


@lru_cache(maxsize=64)
def _model(phrases: tuple[Phrase, ...]) -> Grown:
    """The tree of some phrases."""
    contexts, symbols, works = [], [], []
    for number, phrase in enumerate(phrases):
        for place, symbol in enumerate(phrase):
            before = [*reversed(phrase[max(0, place - ORDER) : place])]
            contexts.append([ANYWHERE, *before, *[-1] * (ORDER - len(before))])
            symbols.append(symbol)
            works.append(number)
    return grow(
        np.array(contexts, np.int64).reshape(-1, 1 + ORDER),
        np.array(symbols, np.int64),
        np.array(works, np.int64),
        SMOOTHING,
    )


def _nearest_wait(ticks: int) -> int:
    return min(range(len(WAITS)), key=lambda number: abs(WAITS[number] - ticks))
