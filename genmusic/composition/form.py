"""Form: a piece is a row of sections, a section a row of phrases, a phrase a row of bars.

Pieces follow one another without end, or so that the music is over after a given number of bars:
then the last piece is led to its close in time.
"""

from __future__ import annotations

from functools import lru_cache

from genmusic.composition.chance import KEPT_DRAWS, choose, draw
from genmusic.composition.hooks import Moment, hooked
from genmusic.composition.keys import key_of, piece_tonic, related_key
from genmusic.composition.plan import section_rules, theme_of
from genmusic.composition.state import NO_BACKING, State
from genmusic.composition.theory import is_minor
from genmusic.composition.trails import NO_TRAILS
from genmusic.controls.spec import Landing
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import SectionRules, Style
from genmusic.score.harmony import Key

# A listener's mood has to pass the threshold of a piece by this much before the mode follows it,
# so that a wavering hand does not make the harmony waver.
MODE_HYSTERESIS = 0.08
SHORTEST_PHRASE, LONGEST_PHRASE = 2, 8
HOLD = "hold"  # the cue for a section to come again and again
MOST_LABELS = 64  # of a piece that is led on and on
LEAST_AFTER = 4  # bars: less than that after a section is not worth another one
LEAST_PIECE = 20  # bars: with less left, the piece goes on instead of a new one

Phrases = tuple[tuple[int, str], ...]
"""Bars and cadence of each phrase of a section."""


def begin_phrase(state: State, seed: int, style: Style, parameters: MusicalParameters) -> None:
    """Bring the state to the bar that comes next, where a piece, section or phrase may begin."""
    if not state.labels:
        _begin_piece(state, seed, style, parameters)
    if state.phrase_bar == 0 and state.phrase == 0:
        _begin_section(state, seed, style, max(0, parameters.length_bars - state.bar))
    if state.phrase_bar == 0:
        _choose_key(state, seed, style, parameters)


def advance(state: State, bars: int = 1) -> None:
    """Step to the next bar, or over some to the end of the phrase.

    After the last one of a piece, a new piece begins. Themes that will not return are forgotten, so
    that the state stays small.
    """
    state.bar += bars
    state.piece_bar += bars
    state.phrase_bar += bars
    if state.phrase_bar < state.phrases[state.phrase][0]:
        return
    state.phrase_bar = 0
    state.phrase += 1
    state.phrases_begun += 1
    if state.phrase < len(state.phrases):
        return
    _leave_section(state)


def _leave_section(state: State) -> None:
    """Come to the next section or piece; a section that is held comes again."""
    state.phrase = state.phrase_bar = 0
    if state.cue == HOLD:
        label = state.labels[state.section]
        state.labels, state.section = (label, label, *state.labels[state.section + 1 :]), 1
        return
    state.section += 1
    if state.section == len(state.labels):
        end_piece(state)
        return
    returning = {theme_of(label) for label in state.labels[state.section :]}
    state.themes = {theme: heard for theme, heard in state.themes.items() if theme in returning}


def begin_next_section(state: State) -> None:
    """Let the next bar begin another section of the piece."""
    if state.phrase_bar:
        state.phrases_begun += 1
    add_section(state)
    _leave_section(state)


def add_section(state: State) -> None:
    """See to it that a section follows this one."""
    if in_last_section(state):
        state.labels = (*state.labels, _another(state.labels))[-MOST_LABELS:]
        state.section = len(state.labels) - 2


def close_section(state: State, bars: int, cadence: str) -> None:
    """Let the next bar, which has been begun, begin the last phrase of its section."""
    begun = state.phrases[: state.phrase]
    if state.phrase_bar:
        begun = (*begun, (state.phrase_bar, state.phrases[state.phrase][1]))
        state.phrases_begun += 1
    state.phrases = (*begun, (bars, cadence))
    state.phrase, state.phrase_bar = len(begun), 0


def end_piece(state: State) -> None:
    """Forget the piece: the next bar begins a new one, which owes nothing to those before."""
    begin_piece(state, state.piece + 1)


def begin_piece(state: State, piece: int) -> None:
    """Let the next bar be the first of a piece, whatever was played before."""
    if state.phrase_bar:
        state.phrases_begun += 1
    state.piece = piece
    state.piece_bar = state.section = state.phrase = state.phrase_bar = 0
    state.labels, state.phrases = (), ()
    state.themes, state.chords, state.trails = {}, (), NO_TRAILS
    state.answer, state.answer_bars = (), 0
    state.backing, state.counter = NO_BACKING, 0


def bars_until(state: State, landing: Landing) -> int:
    """Bars from the next one to the first that follows a change with this landing."""
    if landing not in ("phrase", "section") or not state.labels:
        return 0
    if landing == "phrase":
        return rest_of_phrase(state) if state.phrase_bar else 0
    if state.phrase == 0 and state.phrase_bar == 0:
        return 0
    return rest_of_section(state)


def rest_of_phrase(state: State) -> int:
    """Bars of the phrase that are still to come."""
    return state.phrases[state.phrase][0] - state.phrase_bar


def rest_of_section(state: State) -> int:
    """Bars of the section that are still to come."""
    return bars_of(state.phrases[state.phrase :]) - state.phrase_bar


def progress(state: State) -> float:
    """Share of the section that is over, 0 in its first bar and 1 in its last."""
    bars = bars_of(state.phrases)
    return (bars - rest_of_section(state)) / max(bars - 1, 1)


def bars_of(phrases: Phrases) -> int:
    """How long phrases are together."""
    return sum([bars for bars, _ in phrases])


def in_last_section(state: State) -> bool:
    """Whether the section is the last one of its piece; one that is held never is."""
    return state.cue != HOLD and state.section == len(state.labels) - 1


def statement(state: State) -> int:
    """How many earlier sections of the piece had the theme of this one."""
    theme, before = theme_of(state.labels[state.section]), state.labels[: state.section]
    return [theme_of(label) for label in before].count(theme) if before else 0


def next_tonic(state: State, seed: int, style: Style, parameters: MusicalParameters) -> int:
    """The tonic of the phrase after this one, as far as it is known now."""
    if parameters.key is not None:
        return parameters.key
    if state.phrase < len(state.phrases) - 1:
        return state.tonic
    if state.section < len(state.labels) - 1:
        return _section_key(state, seed, style, state.section + 1, parameters).tonic
    segue = style.form.transition == "segue"
    return piece_tonic(seed, state.piece + 1) if segue else state.tonic


def tempo_factor(seed: int, piece: int, style: Style) -> float:
    """How much faster than the mood says a piece is."""
    return 1.0 + style.form.tempo_spread * (2.0 * _piece_draws(seed, piece)[3] - 1.0)


def _begin_piece(state: State, seed: int, style: Style, parameters: MusicalParameters) -> None:
    draws = _piece_draws(seed, state.piece)
    plans = style.form.plans
    plan = plans[choose([1.0] * len(plans), draws[0])]
    moment = Moment(style.name, state.piece, 0, parameters)
    state.labels = hooked(style, "form", seed, moment, plan)
    state.home = piece_tonic(seed, state.piece)
    state.home_mode = ""
    state.metre = _draw_metre(style, draws[4])


def _draw_metre(style: Style, draw: float) -> str:
    metres = style.form.metres
    return tuple(metres)[choose(metres.values(), draw)]


@lru_cache(maxsize=KEPT_DRAWS)
def _piece_draws(seed: int, piece: int) -> tuple[float, ...]:
    """What decides a piece's plan, how bright it is, its shade of mode, its tempo and metre."""
    return tuple(draw(5, seed, "piece", piece).tolist())


def _begin_section(state: State, seed: int, style: Style, bars_left: int) -> None:
    """The phrases of a section; with ``bars_left`` other than 0, so that the music can close."""
    _adopt_metre(state, seed, style)
    phrases = _phrases(state, seed, style)
    if bars_left:
        bars = bars_of(phrases)
        if bars_left - bars < LEAST_AFTER:
            state.labels = state.labels[: state.section + 1]
            phrases = _fitted(phrases, bars_left)
        elif in_last_section(state) and bars_left - bars < LEAST_PIECE:
            state.labels = (*state.labels, _another(state.labels))
    if in_last_section(state):
        phrases = (*phrases[:-1], (phrases[-1][0], "authentic"))  # a piece comes home
    state.phrases = phrases


def _adopt_metre(state: State, seed: int, style: Style) -> None:
    """A style that lacks the metre of the piece brings its own, and new themes with it."""
    if not style.form.metres.get(state.metre):
        state.metre = _draw_metre(style, _piece_draws(seed, state.piece)[4])
        state.themes = {}


def _phrases(state: State, seed: int, style: Style) -> Phrases:
    phrases = _planned(section_rules(style, state.labels[state.section]))
    if not style.harmony.deceptive or "authentic" not in [cadence for _, cadence in phrases[:-1]]:
        return phrases
    draws = draw(len(phrases), seed, "cadences", state.piece, state.section).tolist()
    inner = [
        (bars, _cadence(cadence, draws[number], style))
        for number, (bars, cadence) in enumerate(phrases[:-1])
    ]
    return (*inner, phrases[-1])


def _planned(rules: SectionRules) -> Phrases:
    """The phrases of a section, as a style has them."""
    return tuple([(phrase.bars, phrase.cadence) for phrase in rules.phrases])


def _fitted(phrases: Phrases, bars: int) -> Phrases:
    """The phrases of a section, shortened or repeated to a number of bars."""
    fitted: list[tuple[int, str]] = []
    number = 0
    while bars:
        length, cadence = phrases[number % len(phrases)]
        if bars - length < SHORTEST_PHRASE:
            length = bars if bars <= LONGEST_PHRASE else bars // 2
        fitted.append((length, cadence))
        bars -= length
        number += 1
    return tuple(fitted)


def _another(labels: tuple[str, ...]) -> str:
    """A section to go on with: the one before the last if there is one, so that both alternate."""
    return labels[-2] if len(labels) > 2 else labels[-1]


def _cadence(cadence: str, draw: float, style: Style) -> str:
    """A cadence inside a section: an authentic one may deceive."""
    deceives = cadence == "authentic" and draw < style.harmony.deceptive
    return "deceptive" if deceives else cadence


def _choose_key(state: State, seed: int, style: Style, parameters: MusicalParameters) -> None:
    """Key and mode of a phrase: what the listener set, or what the piece and the mood say."""
    if style.scenario is not None:
        given = style.scenario.bar(state.piece_bar)
        state.home, state.home_mode = given.tonic, given.mode
        state.tonic, state.mode = given.tonic, given.mode
        return
    if parameters.key is not None:
        state.home = parameters.key
    state.home_mode = parameters.mode or _home_mode(state, seed, style, parameters)
    key = _section_key(state, seed, style, state.section, parameters)
    state.tonic, state.mode = key.tonic, key.mode


def _home_mode(state: State, seed: int, style: Style, parameters: MusicalParameters) -> str:
    _, threshold, flavour, *_ = _piece_draws(seed, state.piece)
    if state.home_mode:
        threshold += -MODE_HYSTERESIS if not is_minor(state.home_mode) else MODE_HYSTERESIS
    bright = parameters.major_share > threshold
    harmony = style.harmony
    modes = harmony.bright_modes if bright else harmony.dark_modes
    return tuple(modes)[choose(modes.values(), flavour)]


def _section_key(
    state: State, seed: int, style: Style, section: int, parameters: MusicalParameters
) -> Key:
    """The key of a section: beside that of the piece, unless the listener has set it."""
    home = key_of(state.home, state.home_mode)
    last = section == len(state.labels) - 1
    if parameters.key is not None or last:
        return home
    relations = section_rules(style, state.labels[section]).keys
    theme = theme_of(state.labels[section])
    key = related_key(home, relations[_relation(seed, state.piece, theme, len(relations))])
    return key_of(key.tonic, parameters.mode) if parameters.mode else key


@lru_cache(maxsize=KEPT_DRAWS)
def _relation(seed: int, piece: int, theme: str, relations: int) -> int:
    """Which of its relations the sections of a theme take in a piece."""
    return int(draw(1, seed, "relation", piece, theme)[0] * relations)
