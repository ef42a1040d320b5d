"""Memory: the themes of the piece as tunes, for the model to learn from while it composes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain
from operator import is_

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.melody import FAMILIES, SCALE_TABLES
from genmusic.composition.motif import Themes
from genmusic.composition.place import Place
from genmusic.composition.state import PhraseTheme
from kernels import remembering
from kernels.looking import COLUMNS

Integers = NDArray[np.int64]

NOTHING = np.empty((0, COLUMNS), np.int64)


class Memory:
    """What a piece has sung so far: each phrase told in numbers once, while it is remembered."""

    def __init__(self) -> None:
        self._place: Place | None = None  # for which the tunes were recalled
        self._asked: tuple[object, ...] = ()
        self._phrases: Sequence[PhraseTheme] = ()
        self._told: dict[int, _Told] = {}  # by the id of the phrase, which lives with it
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
        asked = place.key.mode, place.metre
        if asked != self._asked or not _are_same(phrases, self._phrases):
            known = self._told
            self._told = {id(phrase): known.get(id(phrase)) or _Told(phrase) for phrase in phrases}
            self._tunes = self._laid_out(place)
            self._asked, self._phrases = asked, phrases
        return self._tunes

    def _laid_out(self, place: Place) -> Integers:
        """The phrases that were told, in the mode and the metre of a place."""
        told, mode, metre = self._told.values(), place.key.mode, place.metre
        numbers = np.frombuffer(bytearray().join([one.numbers for one in told]), np.int64)
        tunes = np.empty((sum([one.notes for one in told]), COLUMNS), np.int64)
        remembering.remember(
            numbers, metre.bar_ticks, metre.pulse_ticks, FAMILIES[mode], SCALE_TABLES[mode], tunes
        )  # fmt: skip
        return tunes


class _Told:
    """A phrase in numbers, as `kernels.remembering` reads them."""

    def __init__(self, phrase: PhraseTheme) -> None:
        numbers = [len(phrase.bars)]
        for bar in phrase.bars:
            numbers.append(len(bar))
            numbers += chain.from_iterable(bar)
        self.phrase, self.notes = phrase, sum(map(len, phrase.bars))
        self.numbers = array("q", numbers)


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
