"""The composer: one bar after the other, each from the state, the style and the mood.

Every random choice comes from a stream named after its layer, the piece and the bar, so a bar can
be composed from its checkpoint alone, and a piece does not depend on when the ones before it were
skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from genmusic.composition import form
from genmusic.composition.arrangement import players
from genmusic.composition.bass import choose_roots, compose_bass
from genmusic.composition.chance import BarChance, draw_bar
from genmusic.composition.colour import Planned, colour_chords
from genmusic.composition.comp import VoicedSpan, compose_comp, compose_pad, voice_spans
from genmusic.composition.drums import compose_drums
from genmusic.composition.harmony import Task, end_chords, plan_chords
from genmusic.composition.melody import HISTORY, compose_melody
from genmusic.composition.model import Model
from genmusic.composition.performance import perform
from genmusic.composition.plan import Plan, Row, Span, theme_of
from genmusic.composition.state import PhraseTheme, State, state_from_json
from genmusic.composition.theory import FIFTH, OCTAVE, TONIC
from genmusic.composition.voicing import Lay
from genmusic.controls.spec import Landing
from genmusic.errors import UnknownNameError
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.score.events import Bar, ChordSpan
from genmusic.score.harmony import Chord, Key
from genmusic.seeding import stream
from genmusic.units import TICKS_PER_BEAT

CHORDS_PER_BAR = 4
CHORDS_PER_PHRASE = 8 * CHORDS_PER_BAR


class Composer:
    """Composes an endless row of pieces, bar by bar."""

    def __init__(self, seed: int, style: Style, model: Model) -> None:
        self._seed = seed
        self._style = style
        self._model = model
        self._state = State(style=style.name)

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
        state = self._state
        if style.name == state.style or form.bars_until(state, "section") == 0:
            self._style = style
            state.style = style.name
        form.begin_phrase(state, self._seed, self._style, parameters)
        if state.phrase_bar == 0:
            self._plan_harmony(parameters)
        plan = self._plan_bar(parameters)
        parts = self._compose_parts(plan)
        bar = self._bar(plan, parts)
        form.advance(state)
        return bar

    def bars_until(self, landing: Landing) -> int:
        """Bars from the next one to the first in which a change with this landing is heard."""
        return form.bars_until(self._state, landing)

    def skip(self) -> None:
        """Let the next bar begin a new piece, unless it does so anyway."""
        if self._state.labels:
            form.end_piece(self._state)

    def checkpoint(self) -> dict[str, object]:
        """All that the coming bars depend on besides seed, style, model and mood, for JSON."""
        return self._state.to_json()

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Return to a checkpoint; the composer must hold the style that was playing then."""
        if checkpoint["style"] != self._style.name:
            raise UnknownNameError(
                f"the checkpoint is of the style {checkpoint['style']!r}, "
                f"the composer has {self._style.name!r}"
            )
        self._state = state_from_json(checkpoint)

    def _plan_harmony(self, parameters: MusicalParameters) -> None:
        """The chords of a phrase: those of its theme, or new ones to be remembered."""
        state = self._state
        theme = theme_of(state.labels[state.section])
        known = state.themes.get(theme, ())
        bars, cadence = state.phrases[state.phrase]
        section = form.section_rules(self._style, state.labels[state.section])
        task = Task(
            mode=state.mode,
            bars=bars,
            cadence=cadence,
            start=frozenset(degree - 1 for degree in section.start),
            density=self._density(parameters),
            novelty=parameters.novelty,
            dissonance=parameters.dissonance,
            before=tuple(degree for _, degree in state.chords[-2:]),
        )
        generator = stream(self._seed, "harmony", state.piece, state.piece_bar)
        draws = generator.random(1 + CHORDS_PER_PHRASE).tolist()
        if state.phrase < len(known) and _bars(known[state.phrase]) == bars:
            chords = known[state.phrase].chords
            state.chords = end_chords(task, chords, self._style.harmony, self._model, draws)
            return
        state.chords = plan_chords(task, self._style.harmony, self._model, draws)
        if state.phrase == len(known):
            state.themes[theme] = (*known, PhraseTheme(state.chords))

    def _density(self, parameters: MusicalParameters) -> float:
        section = form.section_rules(self._style, self._state.labels[self._state.section])
        return min(1.0, max(0.0, parameters.density + section.lift))

    def _plan_bar(self, parameters: MusicalParameters) -> Plan:
        state = self._state
        bars, cadence = state.phrases[state.phrase]
        last_phrase = state.phrase == len(state.phrases) - 1
        chance = draw_bar(self._seed, state.piece, state.piece_bar)
        ends_section = last_phrase and state.phrase_bar == bars - 1
        return Plan(
            chance=chance,
            style=self._style,
            parameters=parameters,
            section=state.labels[state.section],
            repeated=form.heard_before(state),
            phrase=state.phrase,
            phrase_bar=state.phrase_bar,
            phrase_bars=bars,
            cadence=cadence,
            ends_section=ends_section,
            ends_piece=ends_section and state.section == len(state.labels) - 1,
            beats=form.BEATS_PER_BAR,
            density=self._density(parameters),
            key=Key(state.tonic, state.mode),
            spans=self._spans(parameters, chance),
        )

    def _spans(self, parameters: MusicalParameters, chance: BarChance) -> tuple[Span, ...]:
        """The coloured chords of the bar, with a way into the key that the listener has set."""
        state = self._state
        chords = _bar_chords(state, form.BEATS_PER_BAR)
        spans = colour_chords(
            chords, state.mode, self._style.harmony, parameters.dissonance, chance.colour
        )
        leaves = state.phrase_bar == state.phrases[state.phrase][0] - 1
        if leaves and parameters.key not in (None, state.tonic):
            return _modulating(spans, ((parameters.key or 0) - state.tonic) % OCTAVE)
        return spans

    def _compose_parts(self, plan: Plan) -> dict[str, Sequence[Row]]:
        """The rows of every part that plays."""
        section = form.section_rules(self._style, plan.section)
        playing = players(self._style, section, plan.density)
        draws = _pattern_draws(self._seed, self._state.piece, plan.theme)
        basses = choose_roots(plan, self._state.bass)
        self._state.bass = basses[plan.spans[-1].start_tick][1]
        parts: dict[str, Sequence[Row]] = {}
        if "melody" in playing:
            parts["melody"] = self._compose_melody(plan)
        if "comp" in playing:
            voiced = self._voice(plan, "comp", self._style.comp.voices, basses)
            parts["comp"] = compose_comp(plan, voiced, draws[0])
        if "pad" in playing:
            parts["pad"] = compose_pad(self._voice(plan, "pad", self._style.pad.voices, basses))
        if "bass" in playing:
            parts["bass"] = compose_bass(plan, basses, draws[1])
        if "drums" in playing:
            parts["drums"] = compose_drums(plan, draws[2])
        return parts

    def _compose_melody(self, plan: Plan) -> Sequence[Row]:
        state = self._state
        bar = compose_melody(plan, self._model, state.themes, state.melody)
        state.melody = (*state.melody, *(pitch for _, _, pitch, _ in bar.rows))[-HISTORY:]
        themes = state.themes.get(plan.theme, ())
        if plan.phrase < len(themes) and not plan.repeated:
            kept = themes[plan.phrase].with_bar(plan.phrase_bar, bar.theme)
            state.themes[plan.theme] = (
                *themes[: plan.phrase], kept, *themes[plan.phrase + 1 :]
            )  # fmt: skip
        return bar.rows

    def _voice(
        self, plan: Plan, part: str, voices: int, basses: Mapping[int, tuple[int, int]]
    ) -> tuple[VoicedSpan, ...]:
        rules = self._style.parts[part]
        voicings = self._state.voicings
        lay = Lay(rules.low, rules.high, voices)
        voiced = voice_spans(plan, lay, voicings.get(part, ()), basses)
        voicings[part] = voiced[-1].pitches
        return voiced

    def _bar(self, plan: Plan, parts: Mapping[str, Sequence[Row]]) -> Bar:
        tonic = plan.key.tonic
        return Bar(
            index=self._state.bar,
            beats=plan.beats,
            tempo_bpm=plan.parameters.tempo_bpm,
            key=plan.key,
            chords=tuple(
                ChordSpan(s.start_tick, Chord((tonic + s.root) % OCTAVE, s.quality))
                for s in plan.spans
            ),
            section=plan.section,
            phrase=self._state.phrases_begun,
            phrase_bar=plan.phrase_bar,
            phrase_bars=plan.phrase_bars,
            notes=perform(plan, parts),
            style=plan.style.name,
        )


@lru_cache(maxsize=1024)
def _pattern_draws(seed: int, piece: int, theme: str) -> tuple[float, ...]:
    """Draws for the patterns of comp, bass and drums: sections of one theme share theirs."""
    return tuple(stream(seed, "patterns", piece, theme).random(3).tolist())


def _bars(theme: PhraseTheme) -> int:
    return sum(beats for beats, _ in theme.chords) // form.BEATS_PER_BAR


def _bar_chords(state: State, beats: int) -> list[Planned]:
    """The planned chords that begin in the bar."""
    first = state.phrase_bar * beats
    chords: list[Planned] = []
    beat = 0
    for number, (length, degree) in enumerate(state.chords):
        if first <= beat < first + beats:
            last = number == len(state.chords) - 1
            following = TONIC if last else state.chords[number + 1][1]
            is_plain = last or number == 0
            start = (beat - first) * TICKS_PER_BEAT
            chords.append(Planned(start, length, degree, following, is_plain))
        beat += length
    return chords


def _modulating(spans: tuple[Span, ...], tonic: int) -> tuple[Span, ...]:
    """The bar with the dominant of a new tonic in its second half."""
    middle = spans[-1].end_tick // 2
    kept = [span for span in spans if span.start_tick < middle]
    last = kept[-1]
    shortened = Span(
        last.start_tick, middle, last.degree, last.root, last.quality, (tonic + FIFTH) % OCTAVE
    )
    dominant = Span(middle, spans[-1].end_tick, last.degree, (tonic + FIFTH) % OCTAVE, "7", tonic)
    return (*kept[:-1], shortened, dominant)
