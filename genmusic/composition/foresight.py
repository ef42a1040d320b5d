"""Foresight: the next phrase is begun with the last bars of this one.

The first bar of a phrase would else have most to do. Its chords are drawn with the last bar but
one, and the last bar settles what its bars have in common. What a phrase depends on is nearly
always known by then; where it has changed since, all is worked out when it is needed, and is what
it would have been without foresight.
"""

from __future__ import annotations

from operator import is_
from typing import NamedTuple

from genmusic.composition import form
from genmusic.composition.clearing import as_asked
from genmusic.composition.model import Model
from genmusic.composition.place import Place, place_of
from genmusic.composition.planning import Asked, ask_harmony, draw_harmony, plan_harmony
from genmusic.composition.settled import Settled, settle
from genmusic.composition.state import Slot, State
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.rules.style import HarmonyRules


class Begun(NamedTuple):
    """A phrase that has been begun."""

    state: State  # at its first bar
    asked: Asked  # of its chords
    place: Place
    settled: Settled


class Foresight:
    """What was foreseen last."""

    def __init__(self) -> None:
        self._asked: Asked | None = None
        self._by: tuple[HarmonyRules | None, Model | None] = (None, None)
        self._chords: tuple[Slot, ...] = ()
        self._begun: Begun | None = None
        self._marks: tuple[object, ...] = ()  # what that depends on, to be the same objects

    def chords(self, asked: Asked, rules: HarmonyRules, model: Model) -> tuple[Slot, ...]:
        """The chords of a phrase, foreseen or not."""
        if self._by[0] is rules and self._by[1] is model and self._asked == asked:
            return self._chords
        return draw_harmony(asked, rules, model)

    def begun(
        self, state: State, style: Style, model: Model, parameters: MusicalParameters
    ) -> Begun | None:
        """The phrase that the next bar begins, if it was foreseen; to be used once."""
        begun, self._begun = self._begun, None
        if begun is None or state.phrase_bar:
            return None
        marks = _marks(state, style, model, parameters)
        return begun if all(map(is_, marks, self._marks)) else None

    def look(
        self, state: State, seed: int, style: Style, model: Model, parameters: MusicalParameters
    ) -> None:
        """Foresee what there is time for after a bar, if nobody leads elsewhere."""
        self._begun = None
        is_led = state.cue or state.closes_at or style.scenario is not None or style.hooks
        if is_led or (state.phrase_bar and form.rest_of_phrase(state) > 1):
            return
        coming = state.copy()
        if state.phrase_bar:
            form.advance(coming)
        form.begin_phrase(coming, seed, style, parameters)
        asked, rules = ask_harmony(coming, seed, style, parameters), style.harmony
        chords = self.chords(asked, rules, model)
        if state.phrase_bar:
            self._asked, self._by, self._chords = asked, (rules, model), chords
            return
        plan_harmony(coming, asked, style, parameters, chords)
        place = place_of(coming, seed, as_asked(style, parameters), parameters)
        self._begun = Begun(coming, asked, place, settle(place, model, ends_piece=False))
        self._marks = _marks(state, style, model, parameters)


def _marks(
    state: State, style: Style, model: Model, parameters: MusicalParameters
) -> tuple[object, ...]:
    return *state.held, style, model, parameters
