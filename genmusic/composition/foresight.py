"""Foresight: the next phrase is begun with the bars of this one, a step with each.

The first bar of a phrase would else have most to do. What a phrase depends on is nearly always
known by then; where it has changed since, all is worked out when it is needed, and is what it would
have been without foresight.
"""

from __future__ import annotations

from operator import attrgetter

from genmusic.composition import form
from genmusic.composition.clearing import as_asked
from genmusic.composition.memory import Memory
from genmusic.composition.model import Model
from genmusic.composition.place import Place
from genmusic.composition.planning import ask_harmony, draw_harmony, plan_harmony
from genmusic.composition.settled import Held, Settled
from genmusic.composition.state import State
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style

MOST_AHEAD = 3  # bars of the phrase that are still to come when the next one is begun


class Begun:
    """A phrase that is begun before its time: its form, its chords, what its bars share."""

    def __init__(
        self,
        state: State,
        ahead: int,
        seed: int,
        style: Style,
        model: Model,
        parameters: MusicalParameters,
        held: Held,
    ) -> None:
        """Begin the phrase that comes after so many bars."""
        self._seed, self._style, self._model, self._parameters = seed, style, model, parameters
        self._held = held
        self._state = coming = state.copy()
        if ahead:
            form.advance(coming, ahead)
        self._marks = _marks_of(coming)
        form.begin_phrase(coming, seed, style, parameters)
        self.asked = ask_harmony(coming, seed, style, parameters)
        self._has_chords = False
        self._place: Place | None = None
        self._settled: Settled | None = None

    def is_for(self, style: Style, model: Model, parameters: MusicalParameters) -> bool:
        """Whether this is what is asked for: the same objects."""
        return style is self._style and model is self._model and parameters is self._parameters

    def follows(self, state: State) -> bool:
        """Whether this is the next phrase that begins."""
        return self._state.phrases_begun == state.phrases_begun + (state.phrase_bar > 0)

    def stands_behind(self, state: State) -> bool:
        """Whether the next bar begins this phrase: form has come to where it was to come."""
        return not state.phrase_bar and self._marks == _marks_of(state)

    @property
    def steps(self) -> int:
        """What is still to be done, to recall the phrases before being the last."""
        return 1 + (not self._has_chords) + (self._place is None) + (self._settled is None)

    def go_on(self, state: State, memory: Memory) -> None:
        """Take the next step; the phrases before are all sung when it is the last."""
        if not self._has_chords:
            self._draw_chords()
        elif self._place is None:
            self._come_to_place()
        elif self._settled is None:
            self.prepared()
        elif self._settled.singing is not None:
            memory.recall(self._place, state.themes)

    def _draw_chords(self) -> None:
        if not self._has_chords:
            chords = draw_harmony(self.asked, self._style.harmony, self._model)
            plan_harmony(self._state, self.asked, self._style, self._parameters, chords)
            self._has_chords = True

    def _come_to_place(self) -> Place:
        if self._place is None:
            self._draw_chords()
            written = as_asked(self._style, self._parameters)
            self._place = self._held.place(self._state, self._seed, written, self._parameters)
        return self._place

    def prepared(self) -> tuple[Place, Settled]:
        """What all its bars have in common."""
        place = self._come_to_place()
        if self._settled is None:
            self._settled = self._held.settle(place, self._model, ends_piece=False)
        return place, self._settled

    def hand_over(self, state: State) -> None:
        """Begin the phrase in a state that stands before it."""
        self._draw_chords()
        begun = self._state
        if state.metre != begun.metre:
            state.themes = {}
        state.labels, state.phrases, state.metre = begun.labels, begun.phrases, begun.metre
        state.home, state.home_mode = begun.home, begun.home_mode
        state.tonic, state.mode = begun.tonic, begun.mode
        plan_harmony(state, self.asked, self._style, self._parameters, begun.chords)


_marks_of = attrgetter(
    "bar", "phrases_begun", "piece", "piece_bar", "labels", "section", "phrases", "phrase",
    "metre", "home", "home_mode", "chords", "cue", "closes_at",
)  # fmt: skip


class Foresight:
    """What was foreseen last."""

    def __init__(self, seed: int, memory: Memory, held: Held) -> None:
        self._seed, self._memory, self._held = seed, memory, held
        self._begun: Begun | None = None

    def forget(self) -> None:
        """Foresee anew: the music goes on elsewhere."""
        self._begun = None

    def begun(
        self, state: State, style: Style, model: Model, parameters: MusicalParameters
    ) -> Begun | None:
        """The phrase that the next bar begins, if it was foreseen and nothing has changed."""
        begun = self._begun
        if begun is None or state.phrase_bar or not begun.is_for(style, model, parameters):
            return None
        return begun if begun.stands_behind(state) else None

    def look(self, state: State, style: Style, model: Model, parameters: MusicalParameters) -> None:
        """Take the steps that are due after a bar, if nobody leads elsewhere."""
        ahead = form.rest_of_phrase(state) if state.phrase_bar else 0
        is_led = state.cue or state.closes_at or style.scenario is not None or style.hooks
        if ahead > MOST_AHEAD or is_led:
            return
        begun = self._begun
        if begun is None or not begun.follows(state) or not begun.is_for(style, model, parameters):
            self._begun = Begun(state, ahead, self._seed, style, model, parameters, self._held)
            return
        for _ in range(-(-begun.steps // (ahead + 1))):
            begun.go_on(state, self._memory)
