"""Form: a piece is a row of sections, a section a row of phrases, a phrase a row of bars."""

from __future__ import annotations

from functools import lru_cache

from genmusic.composition.chance import choose
from genmusic.composition.plan import theme_of
from genmusic.composition.state import State
from genmusic.composition.theory import OCTAVE, is_minor
from genmusic.controls.spec import Landing
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import SectionRules, Style
from genmusic.seeding import stream

BEATS_PER_BAR = 4
# A listener's mood has to pass the threshold of a piece by this much before the mode follows it,
# so that a wavering hand does not make the harmony waver.
MODE_HYSTERESIS = 0.08


def begin_phrase(state: State, seed: int, style: Style, parameters: MusicalParameters) -> None:
    """Bring the state to the bar that comes next, where a piece, section or phrase may begin."""
    if not state.labels:
        _begin_piece(state, seed, style)
    if state.phrase_bar == 0 and state.phrase == 0:
        _begin_section(state, seed, style)
    if state.phrase_bar == 0:
        _choose_key(state, seed, style, parameters)


def advance(state: State) -> None:
    """Step to the next bar; after the last one of a piece, a new piece begins."""
    state.bar += 1
    state.piece_bar += 1
    state.phrase_bar += 1
    if state.phrase_bar < state.phrases[state.phrase][0]:
        return
    state.phrase_bar = 0
    state.phrase += 1
    state.phrases_begun += 1
    if state.phrase < len(state.phrases):
        return
    state.phrase = 0
    state.section += 1
    if state.section == len(state.labels):
        end_piece(state)


def end_piece(state: State) -> None:
    """Forget the piece: the next bar begins a new one."""
    if state.phrase_bar:
        state.phrases_begun += 1
    state.piece += 1
    state.piece_bar = state.section = state.phrase = state.phrase_bar = 0
    state.labels, state.phrases = (), ()
    state.themes, state.chords, state.melody = {}, (), ()


def bars_until(state: State, landing: Landing) -> int:
    """Bars from the next one to the first that follows a change with this landing."""
    if landing not in ("phrase", "section") or not state.labels:
        return 0
    if landing == "phrase":
        return _rest_of_phrase(state)
    if state.phrase == 0 and state.phrase_bar == 0:
        return 0
    return sum(bars for bars, _ in state.phrases[state.phrase :]) - state.phrase_bar


def section_rules(style: Style, label: str) -> SectionRules:
    """The rules of a section; a label that the style lacks falls back to its theme, then any."""
    sections = style.sections
    fallback = next(iter(sections.values()))
    return sections.get(label) or sections.get(theme_of(label)) or fallback


def heard_before(state: State) -> bool:
    """Whether an earlier section of the piece had the theme of this one."""
    theme = theme_of(state.labels[state.section])
    return any(theme_of(label) == theme for label in state.labels[: state.section])


def _rest_of_phrase(state: State) -> int:
    return state.phrases[state.phrase][0] - state.phrase_bar if state.phrase_bar else 0


def _begin_piece(state: State, seed: int, style: Style) -> None:
    plans = style.form.plans
    state.labels = plans[choose([1.0] * len(plans), _piece_draws(seed, state.piece)[0])]
    state.tonic = _piece_tonic(seed, state.piece)
    state.mode = ""


@lru_cache(maxsize=1024)
def _piece_draws(seed: int, piece: int) -> tuple[float, float, float]:
    """What decides the plan of a piece, how bright it is, and its shade of mode."""
    plan, threshold, flavour = stream(seed, "piece", piece).random(3).tolist()
    return plan, threshold, flavour


def _piece_tonic(seed: int, piece: int) -> int:
    """Twelve pieces visit the twelve keys, in an order of their own."""
    cycle, number = divmod(piece, OCTAVE)
    return int(stream(seed, "tonics", cycle).permutation(OCTAVE)[number])


def _begin_section(state: State, seed: int, style: Style) -> None:
    rules = section_rules(style, state.labels[state.section])
    last = len(rules.phrases) - 1
    draws = stream(seed, "cadences", state.piece, state.section).random(last + 1).tolist()
    phrases = [
        (phrase.bars, _cadence(phrase.cadence, number < last, draws[number], style))
        for number, phrase in enumerate(rules.phrases)
    ]
    if state.section == len(state.labels) - 1:
        phrases[-1] = (phrases[-1][0], "authentic")  # a piece comes home
    state.phrases = tuple(phrases)


def _cadence(cadence: str, inside: bool, draw: float, style: Style) -> str:
    """An authentic cadence inside a section may deceive."""
    deceives = inside and cadence == "authentic" and draw < style.harmony.deceptive
    return "deceptive" if deceives else cadence


def _choose_key(state: State, seed: int, style: Style, parameters: MusicalParameters) -> None:
    """Key and mode of a phrase: what the listener set, or what the piece and the mood say."""
    if parameters.key is not None:
        state.tonic = parameters.key
    if parameters.mode is not None:
        state.mode = parameters.mode
        return
    _, threshold, flavour = _piece_draws(seed, state.piece)
    if state.mode:
        threshold += -MODE_HYSTERESIS if not is_minor(state.mode) else MODE_HYSTERESIS
    bright = parameters.major_share > threshold
    harmony = style.harmony
    modes = harmony.bright_modes if bright else harmony.dark_modes
    state.mode = tuple(modes)[choose(modes.values(), flavour)]
