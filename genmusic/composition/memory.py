"""Memory: the themes of the piece as tunes, for the model to learn from while it composes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.motif import Themes
from genmusic.composition.plan import Plan
from genmusic.composition.state import PhraseTheme
from genmusic.composition.theory import family, step_pitch
from genmusic.composition.viewpoints import MODES
from kernels.looking import COLUMNS

Integers = NDArray[np.int64]

NOTHING = np.empty((0, COLUMNS), np.int64)


def remembered(plan: Plan, themes: Themes) -> Integers:
    """The phrases sung so far in the piece, each once, but for the one that is being sung.

    In a row, in the columns of `kernels.looking`.
    """
    mode, bar_ticks, beat_ticks = plan.key.mode, plan.bar_ticks, plan.metre.pulse_ticks
    tunes = []
    for label, phrases in themes.items():
        for number, phrase in enumerate(phrases):
            sung_now = label == plan.theme and number == plan.phrase
            if any(phrase.bars) and not (sung_now and not plan.repeated):
                tunes.append(_phrase_tune(phrase, mode, bar_ticks, beat_ticks))
    return np.concatenate(tunes) if tunes else NOTHING


@lru_cache(maxsize=1024)
def _phrase_tune(phrase: PhraseTheme, mode: str, bar_ticks: int, beat_ticks: int) -> Integers:
    """A phrase in the mode of now, its notes as long as they wait for the next."""
    notes = [
        (number * bar_ticks + tick, tick, step_pitch(mode, step))
        for number, bar in enumerate(phrase.bars)
        for tick, step in bar
    ]
    ends = [start for start, *_ in notes[1:]]
    ends.append(len(phrase.bars) * bar_ticks)
    number, last = MODES.index(family(mode)), len(notes) - 1
    return np.array(
        [
            (number, pitch, start, end - start, tick, beat_ticks, n == 0, n == last, n)
            for n, ((start, tick, pitch), end) in enumerate(zip(notes, ends, strict=True))
        ],
        np.int64,
    )
