"""Planning: what is settled about a phrase and a bar before the parts are written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from genmusic.composition import cues, form
from genmusic.composition.chance import BarChance, draw, draw_bar
from genmusic.composition.colour import Planned, colour_chords
from genmusic.composition.harmony import Task, end_chords, plan_chords
from genmusic.composition.hooks import Moment, hooked
from genmusic.composition.metre import Metre, metre
from genmusic.composition.model import Model
from genmusic.composition.place import Place, density_of
from genmusic.composition.plan import Plan, Span, section_rules, theme_of
from genmusic.composition.state import PhraseTheme, Slot, State
from genmusic.composition.theory import FIFTH, OCTAVE
from genmusic.mood.mapping import MusicalParameters
from genmusic.names import MODES
from genmusic.rules import Scenario, Style
from genmusic.rules.style import HarmonyRules
from genmusic.score.harmony import Chord, Key

CHORDS_PER_BAR = 4
CHORDS_PER_PHRASE = 8 * CHORDS_PER_BAR
CLOSING_BARS = 2  # that slacken towards the end of a piece


class Asked(NamedTuple):
    """All that the chords of a phrase depend on, beside style and model."""

    task: Task
    known: tuple[Slot, ...]  # of its theme, none for a new phrase
    place: tuple[int, int, int]  # seed, piece, and bar of the piece


def ask_harmony(state: State, seed: int, style: Style, parameters: MusicalParameters) -> Asked:
    """What is asked of the chords of the phrase that has been begun."""
    label = state.labels[state.section]
    themes, rules = state.themes.get(theme_of(label), ()), section_rules(style, label)
    bars, cadence = state.phrases[state.phrase]
    task = Task(
        metre=state.metre,
        mode=state.mode,
        bars=bars,
        cadence=cadence,
        start=_degrees(rules.start),
        density=density_of(rules, parameters, form.progress(state)),
        novelty=parameters.novelty,
        dissonance=parameters.dissonance,
        before=tuple([degree for _, degree in state.chords[-2:]]),
    )
    returns = state.phrase < len(themes) and _bars(themes[state.phrase], state.metre) == bars
    known = themes[state.phrase].chords if returns else ()
    return Asked(task, known, (seed, state.piece, state.piece_bar))


@lru_cache(maxsize=256)
def _degrees(counted: tuple[int, ...]) -> frozenset[int]:
    """Degrees that musicians count from 1."""
    return frozenset([degree - 1 for degree in counted])


def draw_harmony(asked: Asked, rules: HarmonyRules, model: Model) -> tuple[Slot, ...]:
    """The chords of a phrase: those of its theme, ended as the cadence wants it, or new ones."""
    seed, piece, piece_bar = asked.place
    draws = draw(1 + CHORDS_PER_PHRASE, seed, "harmony", piece, piece_bar)
    if asked.known:
        return end_chords(asked.task, asked.known, rules, model, draws)
    return plan_chords(asked.task, rules, model, draws)


def plan_harmony(
    state: State, asked: Asked, style: Style, parameters: MusicalParameters, chords: Sequence[Slot]
) -> None:
    """Let the phrase have the chords that were drawn for it, and its theme remember new ones."""
    if asked.known:
        state.chords = tuple(chords)
        return
    theme = theme_of(state.labels[state.section])
    known = state.themes.get(theme, ())
    seed = asked.place[0]
    state.chords = _hooked_chords(state, style, seed, asked.task, parameters, chords)
    if state.phrase == len(known):
        state.themes[theme] = (*known, PhraseTheme(state.chords))


def _hooked_chords(
    state: State,
    style: Style,
    seed: int,
    task: Task,
    parameters: MusicalParameters,
    chords: Sequence[tuple[int, int]],
) -> tuple[tuple[int, int], ...]:
    """What the style's hook makes of the chords of a new phrase."""
    if "harmony" not in style.hooks:
        return tuple(chords)
    moment = Moment(
        style.name,
        state.piece,
        state.piece_bar,
        parameters,
        metre=state.metre,
        bar_ticks=metre(state.metre).bar_ticks,
        section=state.labels[state.section],
        cadence=task.cadence,
        phrase_bars=task.bars,
        density=task.density,
        key=Key(state.tonic, state.mode),
    )
    return hooked(style, "harmony", seed, moment, tuple(chords))


def plan_bar(state: State, seed: int, place: Place) -> Plan:
    """A bar's place in the form, its harmony, and what the mood asks of it."""
    bar, progress = state.phrase_bar, place.progress(state.phrase_bar)
    chance = draw_bar(seed, state.piece, state.piece_bar)
    ends_section = place.bars_before + bar + 1 == place.section_bars
    ends_piece = ends_section and form.in_last_section(state) and _rests(state, place)
    return Plan(  # in their order: to name each takes twice as long
        chance,
        place.style,
        place.parameters,
        place.section,
        state.piece_bar,
        place.statement,
        progress,
        place.phrase,
        bar,
        place.phrase_bars,
        place.cadence,
        ends_section,
        ends_piece,
        place.metre,
        density_of(place.section_rules, place.parameters, progress),
        place.key,
        place.theme,
        place.section_rules,
        _spans(state, seed, place, chance, ends_piece),
        seed,
        state.piece,
        cues.rise(state) if state.cue else 0.0,
    )


def _rests(state: State, place: Place) -> bool:
    """Whether a piece that ends with the bar comes to rest."""
    ends_music = state.bar + 1 == place.parameters.length_bars
    return ends_music or place.style.form.transition == "cadence"


def pace(state: State, style: Style, length_bars: int, ahead: int) -> tuple[float, ...]:
    """How fast each beat goes, in the bar ``ahead`` of the next one in the same section.

    Empty where all keep to the tempo; a piece that comes to rest slackens over its last bars.
    """
    ritardando = style.performance.ritardando
    if not (ritardando and form.in_last_section(state)):
        return ()
    rest = form.rest_of_section(state) - ahead
    ends_music = state.bar + ahead + rest == length_bars
    rests = style.form.transition == "cadence" or ends_music
    if not (rests and rest <= CLOSING_BARS):
        return ()
    beats = metre(state.metre).beats
    done = CLOSING_BARS - rest
    shares = [(done + (beat + 1) / beats) / CLOSING_BARS for beat in range(beats)]
    return tuple(1.0 - ritardando * share * share for share in shares)


def _spans(
    state: State, seed: int, place: Place, chance: BarChance, ends_piece: bool
) -> tuple[Span, ...]:
    """The coloured chords of the bar, with a way into the key of the phrase that follows.

    A chord that a performer holds takes the place of all of them.
    """
    style, parameters, bar_metre = place.style, place.parameters, place.metre
    if parameters.chord is not None:
        return (_held(parameters.chord, state.tonic, bar_metre),)
    if style.scenario is not None:
        return _given(style.scenario, state, bar_metre)
    chords = _bar_chords(place, state.phrase_bar)
    spans = colour_chords(chords, state.mode, style.harmony, parameters.dissonance, chance.colour)
    if ends_piece or state.phrase_bar < place.phrase_bars - 1:
        return spans
    leads_to = form.next_tonic(state, seed, style, parameters)
    if leads_to == state.tonic:
        return spans
    return _modulating(spans, (leads_to - state.tonic) % OCTAVE, bar_metre.half_ticks)


def _held(chord: Chord, tonic: int, bar_metre: Metre) -> Span:
    """A whole bar of one chord."""
    root = (chord.root - tonic) % OCTAVE
    return Span(0, bar_metre.bar_ticks, _degree_below(root), root, chord.quality, root)


def _given(scenario: Scenario, state: State, bar_metre: Metre) -> tuple[Span, ...]:
    """The chords of a scenario's bar."""
    chords = scenario.bar(state.piece_bar).chords
    following = (*chords[1:], scenario.bar(state.piece_bar + 1).chords[0])
    ends = (*(chord.start_tick for chord in chords[1:]), bar_metre.bar_ticks)
    return tuple(
        Span(
            chord.start_tick,
            end,
            _degree_below((chord.root - state.tonic) % OCTAVE),
            (chord.root - state.tonic) % OCTAVE,
            chord.quality,
            (after.root - state.tonic) % OCTAVE,
        )
        for chord, end, after in zip(chords, ends, following, strict=True)
    )


def _degree_below(root: int) -> int:
    """The degree of the scale's step at or below a root."""
    return sum(step <= root for step in MODES["major"]) - 1


def _bars(theme: PhraseTheme, metre_name: str) -> int:
    return sum(eighths for eighths, _ in theme.chords) // metre(metre_name).eighths


def _bar_chords(place: Place, bar: int) -> Sequence[Planned]:
    """The planned chords that begin in a bar."""
    starts, begin = place.starts, bar * place.metre.eighths
    first = bisect_left(starts, begin)
    return place.chords[first : bisect_left(starts, begin + place.metre.eighths, first)]


def _modulating(spans: tuple[Span, ...], tonic: int, middle: int) -> tuple[Span, ...]:
    """The bar with the dominant of a new tonic in its second half."""
    end = spans[-1].end_tick
    kept = [span for span in spans if span.start_tick < middle]
    last = kept[-1]
    root = (tonic + FIFTH) % OCTAVE
    shortened = Span(last.start_tick, middle, last.degree, last.root, last.quality, root)
    return (*kept[:-1], shortened, Span(middle, end, last.degree, root, "7", tonic))
