"""Place: what all bars of a phrase have in common, worked out when it begins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from genmusic.composition import form
from genmusic.composition.arrangement import players
from genmusic.composition.chance import KEPT_DRAWS, draw
from genmusic.composition.colour import Planned
from genmusic.composition.counter import choose_kind
from genmusic.composition.keys import key_of
from genmusic.composition.metre import EIGHTH_TICKS, Metre, metre
from genmusic.composition.plan import section_rules, theme_of
from genmusic.composition.state import Slot, State
from genmusic.composition.theory import TONIC
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import SectionRules, Style
from genmusic.score.harmony import Key
from genmusic.values import value


class Draws(NamedTuple):
    """What chooses the patterns of a section."""

    pattern: float
    kind: float  # of the second voice
    beat: float  # of the drums


@value
class Section:
    """What all phrases of a section have in common."""

    seed: int
    piece: int
    style: Style
    parameters: MusicalParameters
    phrases: form.Phrases
    bars: int
    label: str
    theme: str  # the label without its primes
    rules: SectionRules  # what the style says of it,
    register: int  # and of where its melody lies, in semitones
    statement: int  # how many earlier sections of the piece had the same theme
    groove: Draws  # of the theme,
    texture: Draws  # and of this statement of it
    counter: str  # how the second voice behaves
    players: frozenset[str] | None  # of every bar, None where they come and go
    metre: Metre

    def is_of(self, state: State, style: Style, parameters: MusicalParameters) -> bool:
        """Whether this is still where the composer stands, and what is asked."""
        return (
            self.phrases is state.phrases and self.parameters is parameters and self.style is style
        )


@value
class Place:
    """Where a phrase stands in its piece, its chords, and what is asked of it."""

    seed: int
    piece: int
    style: Style
    parameters: MusicalParameters
    phrases: form.Phrases  # of the section
    phrase: int  # number of this one among them
    phrase_bars: int
    cadence: str
    bars_before: int  # of the section, before the phrase
    section_bars: int
    section: str  # its label,
    theme: str  # without its primes,
    section_rules: SectionRules  # and what the style says of it,
    register: int  # and of where its melody lies, in semitones
    statement: int
    groove: Draws  # of the theme,
    texture: Draws  # and of this statement of it
    counter: str  # how the second voice behaves
    players: frozenset[str] | None  # of every bar, None where they come and go
    metre: Metre
    key: Key
    chords: Sequence[Planned]
    starts: Sequence[int]  # eighth of the phrase at which each chord begins

    def is_of(self, state: State, style: Style, parameters: MusicalParameters) -> bool:
        """Whether this is still where the composer stands, and what is asked."""
        return (
            self.phrases is state.phrases
            and self.phrase == state.phrase
            and self.parameters is parameters
            and self.style is style
        )

    def progress(self, bar: int) -> float:
        """Share of the section that is over in a bar of the phrase, 0..1."""
        return (self.bars_before + bar) / max(self.section_bars - 1, 1)


def section_of(state: State, seed: int, style: Style, parameters: MusicalParameters) -> Section:
    """The section that has been begun."""
    label, phrases, piece = state.labels[state.section], state.phrases, state.piece
    theme, rules, statement = theme_of(label), section_rules(style, label), form.statement(state)
    named = style.sections.get(label)  # a label that the style lacks lies in the middle
    texture = _draws(seed, piece, theme, statement)
    return Section(
        seed,
        piece,
        style,
        parameters,
        phrases,
        form.bars_of(phrases),
        label,
        theme,
        rules,
        named.register if named else 0,
        statement,
        _draws(seed, piece, theme, 0),
        texture,
        choose_kind(style, texture.kind),
        _players(style, rules, parameters),
        metre(state.metre),
    )


def place_of(state: State, section: Section) -> Place:
    """Where the phrase stands that has been begun in a section."""
    bars, cadence = state.phrases[state.phrase]
    starts = list(accumulate([eighths for eighths, _ in state.chords[:-1]], initial=0))
    return Place(  # in their order: to name each takes twice as long
        section.seed,
        section.piece,
        section.style,
        section.parameters,
        section.phrases,
        state.phrase,
        bars,
        cadence,
        form.bars_of(section.phrases[: state.phrase]),
        section.bars,
        section.label,
        section.theme,
        section.rules,
        section.register,
        section.statement,
        section.groove,
        section.texture,
        section.counter,
        section.players,
        section.metre,
        key_of(state.tonic, state.mode),
        _planned(state.chords, starts, section.metre.eighths),
        starts,
    )


def _planned(chords: Sequence[Slot], starts: Sequence[int], eighths: int) -> Sequence[Planned]:
    """The chords of a phrase, each in its bar of so many eighths."""
    final = len(chords) - 1
    degrees = [degree for _, degree in chords]
    edges = [True, *[False] * (final - 1), True]
    inner = [False, *[True] * (final - 2), False, False]
    return list(
        zip(
            [start % eighths * EIGHTH_TICKS for start in starts],
            [length * EIGHTH_TICKS for length, _ in chords],
            degrees,
            [*degrees[1:], TONIC],
            edges,
            inner,
            strict=False,  # one chord alone is both of the edges
        )
    )


@lru_cache(maxsize=KEPT_DRAWS)
def _draws(seed: int, piece: int, theme: str, statement: int) -> Draws:
    """Draws for the patterns of a section: those of one theme share them, or vary them."""
    return Draws(*draw(3, seed, "patterns", piece, theme, statement).tolist())


def _players(
    style: Style, rules: SectionRules, parameters: MusicalParameters
) -> frozenset[str] | None:
    if rules.build or rules.entries == "layered":
        return None
    return players(style, rules, density_of(rules, parameters, 0.0), 0.0)


def density_of(rules: SectionRules, parameters: MusicalParameters, progress: float) -> float:
    """How much is played in a section that is so far over, 0..1."""
    density = parameters.density + rules.lift + rules.build * progress
    if density > 1.0:
        return 1.0
    return density if density > 0.0 else 0.0
