"""Memory: the themes of the piece as tunes, for the model to learn from while it composes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import is_

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.motif import Themes
from genmusic.composition.place import Place
from genmusic.composition.state import PhraseTheme
from genmusic.composition.theory import family, step_pitch
from genmusic.composition.viewpoints import MODES
from genmusic.names import MODES as SCALES
from kernels import looking
from kernels.looking import COLUMNS

Integers = NDArray[np.int64]

NOTHING = np.empty((0, COLUMNS), np.int64)
STEPS = 512  # around the tonic; more than a theme may have, however it is turned
_PITCHES = {
    mode: np.array([step_pitch(mode, step) for step in range(-STEPS // 2, STEPS // 2)])
    for mode in SCALES
}


class Memory:
    """What a piece has sung so far: each phrase laid out once, and kept while it is remembered."""

    def __init__(self) -> None:
        self._place: Place | None = None  # for which the tunes were recalled
        self._asked: tuple[object, ...] = ()
        self._phrases: Sequence[PhraseTheme] = ()
        self._laid: dict[int, tuple[PhraseTheme, Integers]] = {}  # by its id, which lives with it
        self._tunes = NOTHING

    def recall(self, place: Place, themes: Themes) -> Integers:
        """The phrases sung, each once, but for the one in its place; not to be changed.

        In a row, in the columns of `kernels.looking`. While the phrase in a place is sung, all
        others stay what they are.
        """
        if place is self._place:
            return self._tunes
        self._place = place
        phrases = remembered(place, themes)
        asked = (place.key.mode, place.metre.bar_ticks, place.metre.pulse_ticks)
        if asked != self._asked or not _are_same(phrases, self._phrases):
            if asked[1:] != self._asked[1:]:
                self._laid = {}
            known = self._laid
            self._laid = {
                id(phrase): known.get(id(phrase)) or (phrase, _laid_out(phrase, *asked[1:]))
                for phrase in phrases
            }
            tunes = [tune for _, tune in self._laid.values()]
            self._tunes = _in_mode(np.concatenate(tunes), asked[0]) if tunes else NOTHING
            self._asked, self._phrases = asked, phrases
        return self._tunes


def _are_same(phrases: Sequence[PhraseTheme], others: Sequence[PhraseTheme]) -> bool:
    """Whether phrases are the very same; to compare what they hold takes far longer."""
    return len(phrases) == len(others) and all(map(is_, phrases, others))


def remembered(place: Place, themes: Themes) -> list[PhraseTheme]:
    """The phrases sung so far in the piece but for the one in its place."""
    now = None if place.statement else place.phrase
    return [
        phrase
        for label, phrases in themes.items()
        for number, phrase in enumerate(phrases)
        if any(phrase.bars) and not (number == now and label == place.theme)
    ]


def _laid_out(phrase: PhraseTheme, bar_ticks: int, beat_ticks: int) -> Integers:
    """A phrase whose notes are as long as they wait for the next, with steps for pitches.

    Note by note: for so few of them each step of NumPy takes longer than all in a row.
    """
    bar_lines = range(0, len(phrase.bars) * bar_ticks, bar_ticks)
    bars = zip(bar_lines, phrase.bars, strict=True)
    notes = [(line + tick, step, tick) for line, bar in bars for tick, step in bar]
    ends = [start for start, _, _ in notes[1:]]
    ends.append(bar_lines.stop)
    rows = [
        (0, step, start, end - start, tick, beat_ticks, 0, 0, reach)
        for reach, ((start, step, tick), end) in enumerate(zip(notes, ends, strict=True))
    ]
    numbers = np.fromiter(chain.from_iterable(rows), np.int64, COLUMNS * len(rows))
    tune = numbers.reshape(-1, COLUMNS)
    tune[0, looking.BEGINS] = tune[-1, looking.ENDS] = 1
    return tune


def _in_mode(tune: Integers, mode: str) -> Integers:
    """The same tune with pitches for its steps, and the mode of now."""
    tune[:, looking.PITCH] = _PITCHES[mode][tune[:, looking.PITCH] + STEPS // 2]
    tune[:, looking.MODE] = MODES.index(family(mode))
    return tune
