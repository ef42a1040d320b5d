"""The composer: one bar after the other, each from the state, the style and the mood.

Every random choice comes from a stream named after its layer, the piece and the bar, so a bar can
be composed from its checkpoint alone, and a piece does not depend on when the ones before it were
skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition import answering, cues, form
from genmusic.composition.arrangement import players
from genmusic.composition.attribution import Decision
from genmusic.composition.bass import (
    Basses,
    choose_basses,
    compose_bass,
    sung_basses,
)
from genmusic.composition.chance import draw
from genmusic.composition.clearing import accompanying, cleared
from genmusic.composition.comp import VoicedSpan, compose_comp, compose_pad, voice_spans
from genmusic.composition.copying import nothing_to_copy
from genmusic.composition.counter import choose_kind, compose_counter
from genmusic.composition.drums import compose_drums
from genmusic.composition.guarding import settle, settle_bass
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.melody import compose_melody
from genmusic.composition.metre import metre
from genmusic.composition.performance import perform
from genmusic.composition.plan import NO_ROWS, Plan, Row, Span, row_table, theme_of
from genmusic.composition.planning import pace, plan_bar, plan_harmony
from genmusic.composition.repertoire import Models
from genmusic.composition.state import State, state_from_json
from genmusic.composition.theory import OCTAVE
from genmusic.composition.trails import NO_TRAIL, Settled, rest
from genmusic.composition.voicing import Lay
from genmusic.composition.word_credits import Decided, PhraseDecision
from genmusic.controls.spec import Landing
from genmusic.errors import UnknownNameError
from genmusic.mood.mapping import MusicalParameters
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.score.events import Bar, ChordSpan, Notes, iter_notes, note_array
from genmusic.score.harmony import Chord

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
        self._state = State(style=style.name)
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
        state, seed = self._state, self._seed
        parameters = self._begin_bar(parameters, style)
        length_bars = parameters.length_bars
        if state.phrase_bar == 0:
            self._plan_harmony(parameters)
        tune = parameters.tune
        written = cleared(self._style, *tune) if tune else self._style
        plan = plan_bar(state, seed, written, parameters)
        bar = self._silence(plan) if 0 < length_bars <= state.bar else self._compose_parts(plan)
        self._end_bar()
        return bar

    def _plan_harmony(self, parameters: MusicalParameters) -> None:
        state, model = self._state, self._model
        task = plan_harmony(state, self._seed, self._style, model, parameters)
        if self.decisions is not None:
            theme = (state.piece, theme_of(state.labels[state.section]))
            rules = self._style.harmony
            self.decisions.append(
                PhraseDecision(state.bar, theme, model, task, rules, state.chords)
            )

    def pass_piece(self, parameters: MusicalParameters, style: Style) -> list[PassedBar]:
        """Go to the next piece without writing a note: the time of each bar on the way.

        A piece owes nothing to those before it, so what follows is as if they had been written.
        """
        passed, piece = [], self._state.piece
        while self._state.piece == piece:
            asked = self._begin_bar(parameters, style)
            passed.append(PassedBar(metre(self._state.metre).beats, *self._time(asked)))
            self._end_bar()
        return passed

    def _begin_bar(self, parameters: MusicalParameters, style: Style) -> MusicalParameters:
        """Come to the next bar; what is asked of it."""
        state = self._state
        cues.leave_section(state)
        if style.name == state.style or form.bars_until(state, "section") == 0:
            self._style = style
            state.style = style.name
        self._model = self._models.mixed(self._style.model.mix, self._style.model.copying)
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
        self._state = state.copy()

    def checkpoint(self) -> dict[str, object]:
        """All that the coming bars depend on besides seed, style, model and mood, for JSON."""
        return self._state.to_json()

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Return to a checkpoint; the composer must hold the style that was playing then."""
        self._check_style(checkpoint["style"])
        self._state = state_from_json(checkpoint)

    def _check_style(self, name: str) -> None:
        if name != self._style.name:
            raise UnknownNameError(
                f"the checkpoint is of the style {name!r}, the composer has {self._style.name!r}"
            )

    def _silence(self, plan: Plan) -> Bar:
        """A bar after the end of the music."""
        return self._bar(plan, {}, choose_basses(plan, self._state.bass))

    def _compose_parts(self, plan: Plan) -> Bar:
        """The bar with the rows of every part that plays; those who listen come last."""
        state, style = self._state, plan.style
        playing = self._playing(plan)
        texture = _draws(self._seed, state.piece, plan.theme, plan.statement)
        groove = _draws(self._seed, state.piece, plan.theme, 0)
        tables: dict[str, Integers] = {part: NO_ROWS for part in PARTS if part in playing}
        basses: Basses = choose_basses(plan, state.bass)
        melody: Sequence[Row] = ()
        if "melody" in playing:
            sung = self._answer(plan) if state.answer else self._compose_melody(plan)
            melody, tables["melody"] = sung.rows, sung.table
        if "bass" in playing:
            rows = compose_bass(plan, basses, groove[0])
            bass = self._settle_bass(plan, rows, tables.get("melody", NO_ROWS))
            basses, tables["bass"] = sung_basses(basses, bass.rows), bass.table
        state.bass = basses[plan.spans[-1].start_tick][1]
        if "counter" in playing:
            tables["counter"] = self._compose_counter(plan, melody, texture[1])
        if "comp" in playing:
            voiced = self._voice(plan, "comp", style.comp.voices, basses)
            rows = compose_comp(plan, voiced, basses, texture[0])
            tables["comp"] = self._settled(plan, "comp", rows).table
        if "pad" in playing:
            rows = compose_pad(self._voice(plan, "pad", style.pad.voices, basses))
            tables["pad"] = self._settled(plan, "pad", rows).table
        if "drums" in playing:
            struck = hooked_bar(plan, "drums", tuple(compose_drums(plan, groove[2])))
            tables["drums"] = row_table(struck)
        for part in state.trails.keys() - tables.keys():  # time goes by for those who rest, too
            state.trails[part] = rest(state.trails[part], plan.bar_ticks)
        return self._bar(plan, tables, basses)

    def _playing(self, plan: Plan) -> frozenset[str]:
        """Who plays, as the style has it, and as those who lead and play along change it."""
        state, style = self._state, plan.style
        playing = players(style, plan.section_rules, plan.density, plan.progress)
        playing = hooked_bar(plan, "arrangement", playing) & style.parts.keys()
        playing = cues.playing(state, style, playing)
        if plan.parameters.tune:
            playing = accompanying(style, playing)
        if state.answer and "melody" in style.parts:
            playing |= {"melody"}
        elif state.answer:
            answering.hear(state, None)  # nobody is there who could
        return playing

    def _compose_counter(self, plan: Plan, melody: Sequence[Row], draw: float) -> Integers:
        composed = compose_counter(plan, melody, choose_kind(plan, draw), self._state.counter)
        settled = self._settled(plan, "counter", composed)
        self._state.counter = settled.rows[-1][2] if settled.rows else 0
        return settled.table

    def _settled(
        self, plan: Plan, part: str, rows: Sequence[Row], begins: Sequence[int] = ()
    ) -> Settled:
        """The rows of a part as hooks leave them, held to the limit against copies."""
        trails, rule = self._state.trails, self._model.copy_rule
        hooked = hooked_bar(plan, part, tuple(rows))
        settled = settle(plan, part, hooked, trails.get(part, NO_TRAIL), rule, begins)
        trails[part] = settled.trail
        return settled

    def _settle_bass(self, plan: Plan, rows: Sequence[Row], melody: Integers) -> Settled:
        """The same for the bass, which keeps from parallels to the melody as well."""
        state, hooked = self._state, hooked_bar(plan, "bass", tuple(rows))
        trail = state.trails.get("bass", NO_TRAIL)
        bass, state.outer = settle_bass(
            plan, hooked, melody, trail, state.outer, self._model.copy_rule
        )
        state.trails["bass"] = bass.trail
        return bass

    def _compose_melody(self, plan: Plan) -> Settled:
        state = self._state
        trail = state.trails.get("melody", NO_TRAIL)
        bar = compose_melody(plan, self._model, state.themes, trail)
        settled = self._settled(plan, "melody", bar.rows, bar.begins)
        if self.decisions is not None and bar.drawn is not None:
            theme = (state.piece, plan.theme)
            self.decisions.append(
                Decision(
                    state.bar, theme, bar.rows, bar.steps, bar.aimed, bar.drawn, plan.metre.name
                )
            )
        themes = state.themes.get(plan.theme, ())
        if plan.phrase < len(themes) and not plan.repeated:
            kept = themes[plan.phrase].with_bar(plan.phrase_bar, bar.theme)
            state.themes[plan.theme] = (
                *themes[: plan.phrase], kept, *themes[plan.phrase + 1 :]
            )  # fmt: skip
        return settled

    def _answer(self, plan: Plan) -> Settled:
        """A bar of the answer to what a player called, in the place of a melody."""
        state = self._state
        rows = answering.play(state, plan)
        trail = state.trails.get("melody", NO_TRAIL)
        settled = settle(plan, "melody", rows, trail, nothing_to_copy())
        state.trails["melody"] = settled.trail
        if self.decisions is not None and rows:
            theme = (state.piece, plan.theme)
            self.decisions.append(Decision(state.bar, theme, rows, (), (), None))
        return settled

    def _voice(
        self, plan: Plan, part: str, voices: int, basses: Mapping[int, tuple[int, int]]
    ) -> tuple[VoicedSpan, ...]:
        rules = plan.style.parts[part]
        voicings = self._state.voicings
        low = max(rules.low, plan.style.comp.chord_low) if part == "comp" else rules.low
        lay = Lay(low, rules.high, voices)
        voiced = voice_spans(plan, lay, voicings.get(part, ()), basses)
        voicings[part] = voiced[-1].pitches
        return voiced

    def _bar(self, plan: Plan, tables: Mapping[str, Integers], basses: Basses) -> Bar:
        state, tonic = self._state, plan.key.tonic
        tempo_bpm, bar_pace = self._time(plan.parameters)
        return Bar(
            index=state.bar,
            beats=plan.beats,
            tempo_bpm=tempo_bpm,
            key=plan.key,
            chords=tuple(
                _sounding_chord(span, tonic, basses[span.start_tick][1] % OCTAVE)
                for span in plan.spans
            ),
            section=plan.section,
            phrase=state.phrases_begun,
            phrase_bar=plan.phrase_bar,
            phrase_bars=plan.phrase_bars,
            notes=_performed(plan, tables),
            style=plan.style.name,
            metre=plan.metre.name,
            pace=bar_pace,
            ends_piece=plan.ends_piece,
            piece=state.piece,
            cue=state.cue,
        )


@lru_cache(maxsize=1024)
def _draws(seed: int, piece: int, theme: str, statement: int) -> tuple[float, ...]:
    """Draws for the patterns of a section: those of one theme share them, or vary them."""
    return tuple(draw(3, seed, "patterns", piece, theme, statement).tolist())


def _performed(plan: Plan, tables: Mapping[str, Integers]) -> Notes:
    notes = perform(plan, tables)
    if "performance" not in plan.style.hooks:
        return notes
    return note_array(hooked_bar(plan, "performance", tuple(iter_notes(notes))))


def _sounding_chord(span: Span, tonic: int, bass: int) -> ChordSpan:
    chord = Chord((tonic + span.root) % OCTAVE, span.quality)
    return ChordSpan(span.start_tick, chord, None if bass == chord.root else bass)
