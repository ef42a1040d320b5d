"""Memory: the themes of the piece as tunes, for the model to learn from while it composes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.motif import Themes
from genmusic.composition.plan import Plan
from genmusic.composition.state import PhraseTheme
from genmusic.composition.theory import family, step_pitch
from genmusic.composition.viewpoints import MODES, Tune
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
        (number * bar_ticks + tick, step_pitch(mode, step))
        for number, bar in enumerate(phrase.bars)
        for tick, step in bar
    ]
    starts, pitches = np.array(notes, np.int64).T
    numbers = np.arange(len(notes))
    return Tune(
        modes=np.full(len(notes), MODES.index(family(mode))),
        pitches=pitches,
        starts=starts,
        durations=np.diff(starts, append=len(phrase.bars) * bar_ticks),
        positions=starts % bar_ticks,
        beats=np.full(len(notes), beat_ticks),
        begins=numbers == 0,
        ends=numbers[::-1] == 0,
    ).table(numbers)
