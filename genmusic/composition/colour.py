"""Colour: what the planned degrees of a bar sound like, from plain triads to dissonance.

Tension decides how many chords are coloured: sevenths, dominants of the chord that follows,
diminished chords, chords borrowed from the parallel mode, and dominants held back by a fourth.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from genmusic.composition.chance import choose
from genmusic.composition.plan import Span
from genmusic.composition.theory import DOMINANT, FIFTH, OCTAVE, TONIC, scale_chord
from genmusic.names import MODES
from genmusic.rules.style import HarmonyRules
from genmusic.units import TICKS_PER_BEAT
from genmusic.values import value

DRAWS_PER_CHORD = 4
SEVENTHS_BY_DISSONANCE = 1.6  # sevenths that tension adds, for each coloured chord
SUSPENSIONS_BY_DISSONANCE = 1.0

INVERTIBLE = frozenset(("", "m", "7", "m7", "maj7"))

Chord = tuple[int, str]

# Chords of the parallel mode, by degree: the colour of a sudden shadow, or of a sudden light.
BORROWED: dict[str, dict[int, Chord]] = {
    "major": {1: (2, "m7b5"), 3: (5, "m"), 5: (8, ""), 6: (10, "")},
    "lydian": {1: (2, "m7"), 3: (5, ""), 5: (8, "")},
    "mixolydian": {3: (5, "m"), 5: (8, ""), 2: (3, "")},
    "minor": {1: (1, "maj7"), 3: (5, "7"), 2: (3, "aug"), 6: (11, "dim7")},
    "dorian": {1: (1, "maj7"), 4: (7, "7"), 6: (8, "maj7")},
    "phrygian": {3: (5, ""), 4: (7, "dim7"), 6: (11, "dim7")},
}


Planned = tuple[int, int, int, int, bool, bool]
"""A planned chord in its bar, and what surrounds it.

Its first tick and its ticks; its degree and that of the next chord; whether it is the first or last
chord of a phrase, which stays what it is; whether it is neither of these, nor the one before the
last, and so may be turned over.
"""


def colour_chords(
    chords: Sequence[Planned],
    mode: str,
    rules: HarmonyRules,
    dissonance: float,
    draws: Sequence[float],
) -> tuple[Span, ...]:
    """The chords of a bar as they sound; ``draws`` has `DRAWS_PER_CHORD` for each."""
    spans: list[Span] = []
    first = 0
    for planned in chords:
        _add(planned, mode, rules, dissonance, draws[first : first + DRAWS_PER_CHORD], spans)
        first += DRAWS_PER_CHORD
    return tuple(spans)


def _add(
    planned: Planned,
    mode: str,
    rules: HarmonyRules,
    dissonance: float,
    draws: Sequence[float],
    spans: list[Span],
) -> None:
    """Add a planned chord as it sounds."""
    start, ticks, degree, next_degree, is_plain, inverts = planned
    palette = _palette(mode, degree, next_degree, is_plain)
    root, quality = _chord(palette, is_plain, rules, dissonance, draws)
    end, following = start + ticks, palette.next_root
    held_back = rules.suspensions + SUSPENSIONS_BY_DISSONANCE * dissonance
    dominant = degree == DOMINANT and quality in ("", "7") and ticks > TICKS_PER_BEAT
    if not dominant or draws[3] >= held_back:
        inverted = inverts and quality in INVERTIBLE
        spans.append(Span(start, end, degree, root, quality, following, inverted))
        return
    middle = start + ticks // TICKS_PER_BEAT // 2 * TICKS_PER_BEAT
    spans.append(Span(start, middle, degree, root, "sus4", root))
    spans.append(Span(middle, end, degree, root, quality, following))


@value
class _Palette:
    """The chords that may stand for a degree."""

    triad: Chord
    seventh: Chord
    applied: tuple[Chord, ...]
    borrowed: tuple[Chord, ...]
    next_root: int


@cache
def _palette(mode: str, degree: int, next_degree: int, is_plain: bool) -> _Palette:
    return _Palette(
        _plain_chord(mode, degree, is_plain, False),
        _plain_chord(mode, degree, is_plain, True),
        _applied_chords(mode, degree, next_degree),
        _borrowed_chords(mode, degree),
        MODES[mode][next_degree],
    )


def _chord(
    palette: _Palette,
    is_plain: bool,
    rules: HarmonyRules,
    dissonance: float,
    draws: Sequence[float],
) -> Chord:
    seventh = draws[1] < rules.sevenths + SEVENTHS_BY_DISSONANCE * dissonance
    plain = palette.seventh if seventh else palette.triad
    calm = 1.0 - dissonance
    if is_plain or draws[0] >= dissonance + calm * (rules.applied + rules.borrowed):
        return plain
    if draws[0] < dissonance:
        foreign = palette.applied + palette.borrowed
    elif draws[0] < dissonance + calm * rules.applied:
        foreign = palette.applied
    else:
        foreign = palette.borrowed
    return foreign[choose([1.0] * len(foreign), draws[2])] if foreign else plain


def _plain_chord(mode: str, degree: int, is_plain: bool, seventh: bool) -> Chord:
    """The chord of the scale; a dominant that leads home in minor has its leading note."""
    if mode == "minor" and degree == DOMINANT:
        return FIFTH, "7" if seventh else ""
    if is_plain and degree == TONIC and scale_chord(mode, TONIC, True)[1] == "7":
        seventh = False  # a tonic with a small seventh is no place to rest
    return scale_chord(mode, degree, seventh)


def _applied_chords(mode: str, degree: int, next_degree: int) -> tuple[Chord, ...]:
    """Chords that lead into the next one: its dominant, and the diminished chord below it.

    Into a chord that stays, the diminished chord on its own root leads, which keeps that note.
    """
    target = MODES[mode][next_degree]
    if scale_chord(mode, next_degree, False)[1] not in ("", "m"):
        return ()
    if next_degree == degree:
        return ((target, "dim7"),)
    diminished = ((target - 1) % OCTAVE, "dim7")
    if next_degree == TONIC:
        return (diminished,)
    return ((target + FIFTH) % OCTAVE, "7"), diminished


def _borrowed_chords(mode: str, degree: int) -> tuple[Chord, ...]:
    """The chord of the parallel mode that stands in for a planned one, if it has one."""
    borrowed = BORROWED[mode].get(degree)
    return (borrowed,) if borrowed else ()
