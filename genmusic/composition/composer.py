"""The composer: one bar after the other, each from the state, the style and the mood.

Every random choice comes from a stream named after its layer, the piece and the bar, so a bar can
be composed from its checkpoint alone, and a piece does not depend on when the ones before it were
skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition import answering, cues, form
from genmusic.composition.accompaniment import (
    NUMBER,
    Accompanist,
    Melody,
    Written,
)
from genmusic.composition.ahead import BarAhead, Stand
from genmusic.composition.arrangement import players
from genmusic.composition.attribution import Decision
from genmusic.composition.bars import bar_of
from genmusic.composition.clearing import accompanying, as_asked
from genmusic.composition.counter import compose_counter
from genmusic.composition.decisions import decision_of
from genmusic.composition.drums import compose_drums
from genmusic.composition.foresight import Begun, Foresight
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.melody import Singing, compose_melody, singing_of
from genmusic.composition.memory import Memory
from genmusic.composition.metre import metre
from genmusic.composition.place import Place
from genmusic.composition.plan import NO_ROWS, Plan, row_table, table_rows, theme_of
from genmusic.composition.planning import (
    Asked,
    ask_harmony,
    draw_harmony,
    pace,
    plan_bar,
    plan_harmony,
)
from genmusic.composition.readiness import make_ready
from genmusic.composition.repertoire import Models
from genmusic.composition.settled import Held
from genmusic.composition.state import State, state_from_json
from genmusic.composition.word_credits import Decided, PhraseDecision
from genmusic.controls.spec import Landing
from genmusic.errors import UnknownNameError
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.score.events import Bar
from genmusic.values import made

Integers = NDArray[np.int64]


class PassedBar(NamedTuple):
    """The time of a bar that was not written."""

    beats: int
    tempo_bpm: float
    pace: tuple[float, ...]


class Composer:
    """Composes a row of pieces, bar by bar: endless, or closing after a number of bars."""

    def __init__(self, seed: int, style: Style, models: Models) -> None:
        self._seed = seed
        self._length_bars = 0  # as the last bar was asked; 0 for music without an end
        self._style = style
        self._models = models
        self._model = models.mixed(style.model.mix, style.model.copying)
        make_ready(style, self._model)
        self._state = State(style=style.name)
        self._memory = Memory()
        self._place: Place | None = None  # of the phrase, while it is known,
        self._held = Held()  # and what its bars have in common
        self._foresight = Foresight(seed, self._memory, self._held)
        self._ahead: BarAhead | None = None
        self.bars_at_once = 0
        """Bars that were composed when they were asked for, and not ahead."""
        self.decisions: list[Decided] | None = None
        """Where melodies are noted as they are decided, if anybody wants to know."""

    @property
    def piece(self) -> int:
        """Pieces since the session began, of the bar that comes next."""
        return self._state.piece

    @property
    def style(self) -> Style:
        """The style of the last bar."""
        return self._style

    def compose_bar(self, parameters: MusicalParameters, style: Style) -> Bar:
        """The next bar; another style is adopted at the next section, a new edition at once."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or not self._can_use(ahead, parameters, style):
            self.bars_at_once += 1
            return self._compose(parameters, style)
        self._go_to(ahead.behind)
        return ahead.bar

    def compose_ahead(
        self, parameters: MusicalParameters, style: Style
    ) -> tuple[Bar, Style] | None:
        """The bar that comes next if nothing else is asked, and its style; it is still to come.

        Bars that are composed one after the other, for many listeners, take a third of the time.
        None where somebody would notice: who keeps decisions, or an operator's hook.
        """
        stand = self._stand
        if self.decisions is not None or self._style.hooks or style.hooks:
            return None
        if self._ahead is None or not self._can_use(self._ahead, parameters, style):
            begun_at = made(Stand, (stand.state.copy(), *stand[1:]))
            bar = self._compose(parameters, style)
            self._ahead = BarAhead(begun_at.marks, parameters, style, bar, self._stand)
            self._go_to(begun_at)
        return self._ahead.bar, self._ahead.behind.style

    def _can_use(self, ahead: BarAhead, parameters: MusicalParameters, style: Style) -> bool:
        model = ahead.behind.style.model
        known = self._models.mixed(model.mix, model.copying)
        still = self.decisions is None and known is ahead.behind.model
        return still and ahead.answers(self._stand, parameters, style)

    @property
    def _stand(self) -> Stand:
        return made(Stand, (self._state, self._style, self._model, self._length_bars))

    def _go_to(self, stand: Stand) -> None:
        self._state, self._style, self._model, self._length_bars = stand

    def _compose(self, parameters: MusicalParameters, style: Style) -> Bar:
        place = self._begin_bar(parameters, style)
        state = self._state
        plan = plan_bar(state, self._seed, place)
        is_over = 0 < self._length_bars <= state.bar
        bar = self._compose_parts(place, plan) if not is_over else self._silence(place, plan)
        self._end_bar()
        self._foresight.look(state, self._style, self._model, place.parameters)
        return bar

    def _begin_bar(self, parameters: MusicalParameters, style: Style) -> Place:
        """Come to the next bar: where it stands."""
        self._adopt(style)
        state = self._state
        if state.phrase_bar == 0:
            begun = self._foresight.begun(state, self._style, self._model, parameters)
            if begun is not None:
                return self._enter(begun)
        parameters = self._begin_phrase(parameters)
        written = as_asked(self._style, parameters)
        if state.phrase_bar == 0:
            self._plan_harmony(parameters)
        place = self._place
        if place is None or state.phrase_bar == 0 or not place.is_of(state, written, parameters):
            place = self._place = self._held.place(state, self._seed, written, parameters)
        return place

    def _enter(self, begun: Begun) -> Place:
        """Come to the first bar of a phrase that was foreseen."""
        begun.hand_over(self._state)
        self._place, settled = place, _ = begun.prepared()
        self._held.hold(settled)
        self._length_bars = place.parameters.length_bars
        self._decide_harmony(begun.asked)
        return place

    def _plan_harmony(self, parameters: MusicalParameters) -> None:
        state, style = self._state, self._style
        asked = ask_harmony(state, self._seed, style, parameters)
        chords = draw_harmony(asked, style.harmony, self._model)
        plan_harmony(state, asked, style, parameters, chords)
        self._decide_harmony(asked)

    def _decide_harmony(self, asked: Asked) -> None:
        """Note how the chords of the phrase came about."""
        if self.decisions is None:
            return
        state, rules = self._state, self._style.harmony
        theme = (state.piece, theme_of(state.labels[state.section]))
        self.decisions.append(
            PhraseDecision(state.bar, theme, self._model, asked.task, rules, state.chords)
        )

    def pass_piece(self, parameters: MusicalParameters, style: Style) -> list[PassedBar]:
        """Go to the next piece without writing a note: the time of each bar on the way.

        A piece owes nothing to those before it, so what follows is as if they had been written.
        """
        passed, piece = [], self._state.piece
        while self._state.piece == piece:
            self._adopt(style)
            asked = self._begin_phrase(parameters)
            passed.append(PassedBar(metre(self._state.metre).beats, *self._time(asked)))
            self._end_bar()
        return passed

    def _adopt(self, style: Style) -> None:
        """Come to the next bar in the style that is asked for, if it may begin there."""
        state = self._state
        cues.leave_section(state)
        if style.name == state.style or form.bars_until(state, "section") == 0:
            self._style = style
            state.style = style.name
        self._model = self._models.mixed(self._style.model.mix, self._style.model.copying)

    def _begin_phrase(self, parameters: MusicalParameters) -> MusicalParameters:
        """Begin what begins with the next bar; what is asked of it."""
        state = self._state
        if state.phrase_bar and not (state.cue or state.closes_at):
            self._length_bars = parameters.length_bars
            return parameters
        form.begin_phrase(state, self._seed, self._style, parameters)
        cues.close_section(state)
        asked = cues.heeding(parameters, state)
        self._length_bars = asked.length_bars
        return asked

    def _end_bar(self) -> None:
        form.advance(self._state)
        cues.end_bar(self._state)

    def _time(self, parameters: MusicalParameters) -> tuple[float, tuple[float, ...]]:
        """Tempo of the bar that comes next, and the pace of its beats."""
        state = self._state
        factor = form.tempo_factor(self._seed, state.piece, self._style)
        tempo_bpm = parameters.tempo_bpm * factor
        if self._style.scenario is not None:
            tempo_bpm = self._style.scenario.bar(state.piece_bar).tempo_bpm
        return tempo_bpm, pace(state, self._style, self._length_bars, 0)

    def bars_until(self, landing: Landing) -> int:
        """Bars from the next one to the first in which a change with this landing is heard."""
        return form.bars_until(self._state, landing)

    def coming_paces(self, landing: Landing) -> list[tuple[float, ...]]:
        """The pace of the beats of each bar before the one that `bars_until` counts to."""
        bars = range(self.bars_until(landing))
        return [pace(self._state, self._style, self._length_bars, ahead) for ahead in bars]

    def skip(self) -> None:
        """Let the next bar begin a new piece, unless it does so anyway."""
        cues.ask(self._state, "")
        if self._state.labels:
            form.end_piece(self._state)

    def hear(self, call: str | None) -> None:
        """Answer a call from the next bar on; None breaks off what is being answered."""
        answering.hear(self._state, call)

    def cue(self, cue: str) -> None:
        """Let a cue be in force from the next bar on; empty: none any more."""
        cues.ask(self._state, cue)

    @property
    def is_led(self) -> bool:
        """Whether somebody asked for what is not done yet: a cue, or an answer to a call."""
        return bool(self._state.cue or self._state.answer)

    @property
    def cue_in_force(self) -> str:
        """The cue that has not been done yet; empty for none."""
        return self._state.cue

    def begin_piece(self, piece: int) -> None:
        """Let the next bar be the first of a piece, which may have been played before."""
        form.begin_piece(self._state, piece)

    def keep(self) -> State:
        """What `go_back` needs to come back to this bar line."""
        return self._state.copy()

    def go_back(self, state: State) -> None:
        """Return to a bar line; the composer must hold the style that was playing then."""
        self._check_style(state.style)
        self._state, self._place = state.copy(), None
        self._foresight.forget()

    def checkpoint(self) -> dict[str, object]:
        """All that the coming bars depend on besides seed, style, model and mood, for JSON."""
        return self._state.to_json()

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Return to a checkpoint; the composer must hold the style that was playing then."""
        self._check_style(checkpoint["style"])
        self._state, self._place = state_from_json(checkpoint), None
        self._foresight.forget()

    def _check_style(self, name: str) -> None:
        if name != self._style.name:
            raise UnknownNameError(
                f"the checkpoint is of the style {name!r}, the composer has {self._style.name!r}"
            )

    def _silence(self, place: Place, plan: Plan) -> Bar:
        """A bar after the end of the music."""
        settled = self._held.settled(place, self._model, ends_piece=plan.ends_piece)
        figures = self._held.figures(plan, place)
        accompanist = Accompanist(plan, frozenset(), figures, settled.manner)
        return self._bar(plan, self._write(accompanist, Melody()))

    def _compose_parts(self, place: Place, plan: Plan) -> Bar:
        """The bar with the notes of every part that plays; those who listen come last."""
        playing = self._playing(place, plan)
        state, held = self._state, self._held
        settled = held.settled(place, self._model, ends_piece=plan.ends_piece)
        accompanist = Accompanist(plan, playing, held.figures(plan, place), settled.manner)
        rows, melody = NO_ROWS, Melody()
        if "melody" in playing:
            rows, melody = self._sing(place, plan, settled.singing)
            accompanist.lay("melody", rows)
        if "counter" in playing:
            second = tuple(compose_counter(plan, rows.tolist(), place.counter, state.counter))
            accompanist.lay("counter", row_table(hooked_bar(plan, "counter", second)))
        if "drums" in playing:
            accompanist.lay("drums", self._drums(plan, place.groove.beat))
        written = self._write(accompanist, melody)
        if "counter" in playing:
            state.counter = written.counter
        return self._bar(plan, written)

    def _write(self, accompanist: Accompanist, melody: Melody) -> Written:
        return accompanist.write(self._state, self._model.copy_rule, melody)

    def _drums(self, plan: Plan, draw: float) -> Integers:
        struck = compose_drums(plan, draw)
        if "drums" not in plan.style.hooks:
            return struck
        return row_table(hooked_bar(plan, "drums", table_rows(struck)))

    def _playing(self, place: Place, plan: Plan) -> frozenset[str]:
        """Who plays, as the style has it, and as those who lead and play along change it."""
        state, style = self._state, plan.style
        playing = place.players
        if playing is None:
            playing = players(style, place.section_rules, plan.density, plan.progress)
        if plan.ends_piece:
            playing |= {"bass"} & style.parts.keys()  # a last chord stands on its root
        if "arrangement" in style.hooks:
            playing = hooked_bar(plan, "arrangement", playing).intersection(style.parts)
        playing = cues.playing(state, style, playing)
        if plan.parameters.tune:
            playing = accompanying(style, playing)
        if state.answer and "melody" in style.parts:
            playing |= {"melody"}
        elif state.answer:
            answering.hear(state, None)  # nobody is there who could
        return playing

    def _sing(self, place: Place, plan: Plan, singing: Singing | None) -> tuple[Integers, Melody]:
        """The melody of the bar, or the answer to what a player called."""
        state = self._state
        if state.answer:
            return self._answer(plan)
        memory = self._memory.recall(place, state.themes)
        trail = state.trails.of(NUMBER["melody"])
        if singing is None:  # a hook may call for it where the section does not
            singing = singing_of(place, self._model, ends_piece=plan.ends_piece)
        bar = compose_melody(plan, singing, self._model, state.themes, memory, trail)
        if self.decisions is not None and bar.task is not None:
            self.decisions.append(decision_of(state.bar, plan, self._model, bar))
        themes = state.themes.get(plan.theme, ())
        if plan.phrase < len(themes) and not plan.repeated:
            kept = themes[plan.phrase].with_bar(plan.phrase_bar, bar.theme)
            state.themes[plan.theme] = (
                *themes[: plan.phrase], kept, *themes[plan.phrase + 1 :]
            )  # fmt: skip
        hooks = plan.style.hooks
        if not hooks or "melody" not in hooks:
            return bar.rows, Melody(bar.begins)
        return row_table(hooked_bar(plan, "melody", table_rows(bar.rows))), Melody(bar.begins)

    def _answer(self, plan: Plan) -> tuple[Integers, Melody]:
        """A bar of the answer to what a player called, in the place of a melody."""
        state = self._state
        rows = answering.play(state, plan)
        if self.decisions is not None and rows:
            theme = (state.piece, plan.theme)
            self.decisions.append(Decision(state.bar, theme, rows, (), (), None))
        return row_table(rows), Melody(answers=True)

    def _bar(self, plan: Plan, written: Written) -> Bar:
        return bar_of(plan, written, self._state, *self._time(plan.parameters))
