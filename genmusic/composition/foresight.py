"""Foresight: the chords of the next phrase, worked out with the last bar of this one.

The first bar of a phrase has most to do, and the last one least. What the chords depend on is
nearly always known by then; where it has changed since, they are drawn when they are needed, and
are what they would have been without foresight.
"""

from __future__ import annotations

from genmusic.composition import form
from genmusic.composition.model import Model
from genmusic.composition.planning import Asked, ask_harmony, draw_harmony
from genmusic.composition.state import Slot, State
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.rules.style import HarmonyRules


class Foresight:
    """The chords that were foreseen last."""

    def __init__(self) -> None:
        self._asked: Asked | None = None
        self._by: tuple[HarmonyRules | None, Model | None] = (None, None)
        self._chords: tuple[Slot, ...] = ()

    def chords(self, asked: Asked, rules: HarmonyRules, model: Model) -> tuple[Slot, ...]:
        """The chords of a phrase, foreseen or not."""
        if self._by[0] is rules and self._by[1] is model and self._asked == asked:
            return self._chords
        return draw_harmony(asked, rules, model)

    def look(
        self, state: State, seed: int, style: Style, model: Model, parameters: MusicalParameters
    ) -> None:
        """Foresee the phrase that comes next, if a bar has ended one and nobody leads elsewhere."""
        is_led = state.cue or state.closes_at or style.scenario is not None
        if state.phrase_bar or is_led or "form" in style.hooks:
            return
        coming = state.copy()
        form.begin_phrase(coming, seed, style, parameters)
        rules = style.harmony
        self._asked, self._by = ask_harmony(coming, seed, style, parameters), (rules, model)
        self._chords = draw_harmony(self._asked, rules, model)
