"""Colour: what the planned degrees of a bar sound like, from plain triads to dissonance.

Tension decides how many chords are coloured: sevenths, dominants of the chord that follows,
diminished chords, chords borrowed from the parallel mode, and dominants held back by a fourth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from genmusic.composition.chance import choose
from genmusic.composition.plan import Span
from genmusic.composition.theory import DOMINANT, FIFTH, OCTAVE, TONIC, scale_chord
from genmusic.names import MODES
from genmusic.rules.style import HarmonyRules
from genmusic.units import TICKS_PER_BEAT

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


class Planned(NamedTuple):
    """A planned chord in its bar, and what surrounds it."""

    start_tick: int
    ticks: int
    degree: int
    next_degree: int
    is_plain: bool  # the first or last chord of a phrase, which stays what it is
    inverts: bool  # neither of these, nor the chord before the last


def colour_chords(
    chords: Sequence[Planned],
    mode: str,
    rules: HarmonyRules,
    dissonance: float,
    draws: Sequence[float],
) -> tuple[Span, ...]:
    """The chords of a bar as they sound; ``draws`` has `DRAWS_PER_CHORD` for each."""
    spans: list[Span] = []
    for number, planned in enumerate(chords):
        own = draws[number * DRAWS_PER_CHORD : (number + 1) * DRAWS_PER_CHORD]
        spans.extend(_spans(planned, mode, rules, dissonance, own))
    return tuple(spans)


def _spans(
    planned: Planned, mode: str, rules: HarmonyRules, dissonance: float, draws: Sequence[float]
) -> list[Span]:
    root, quality = _chord(planned, mode, rules, dissonance, draws)
    end = planned.start_tick + planned.ticks
    following = MODES[mode][planned.next_degree]
    inverted = planned.inverts and quality in INVERTIBLE
    span = Span(planned.start_tick, end, planned.degree, root, quality, following, inverted)
    held_back = rules.suspensions + SUSPENSIONS_BY_DISSONANCE * dissonance
    dominant = (
        planned.degree == DOMINANT and quality in ("", "7") and planned.ticks > TICKS_PER_BEAT
    )
    if not dominant or draws[3] >= held_back:
        return [span]
    middle = planned.start_tick + planned.ticks // TICKS_PER_BEAT // 2 * TICKS_PER_BEAT
    before = Span(planned.start_tick, middle, planned.degree, root, "sus4", root)
    return [before, Span(middle, end, planned.degree, root, quality, following)]


def _chord(
    planned: Planned, mode: str, rules: HarmonyRules, dissonance: float, draws: Sequence[float]
) -> Chord:
    seventh = draws[1] < rules.sevenths + SEVENTHS_BY_DISSONANCE * dissonance
    plain = _plain_chord(planned, mode, seventh)
    if planned.is_plain:
        return plain
    applied, borrowed = _applied_chords(planned, mode), _borrowed_chords(planned, mode)
    calm = 1.0 - dissonance
    if draws[0] < dissonance:
        foreign = applied + borrowed
    elif draws[0] < dissonance + calm * rules.applied:
        foreign = applied
    elif draws[0] < dissonance + calm * (rules.applied + rules.borrowed):
        foreign = borrowed
    else:
        return plain
    return foreign[choose([1.0] * len(foreign), draws[2])] if foreign else plain


def _plain_chord(planned: Planned, mode: str, seventh: bool) -> Chord:
    """The chord of the scale; a dominant that leads home in minor has its leading note."""
    if mode == "minor" and planned.degree == DOMINANT:
        return FIFTH, "7" if seventh else ""
    if planned.is_plain and planned.degree == TONIC and scale_chord(mode, TONIC, True)[1] == "7":
        seventh = False  # a tonic with a small seventh is no place to rest
    return scale_chord(mode, planned.degree, seventh)


def _applied_chords(planned: Planned, mode: str) -> list[Chord]:
    """Chords that lead into the next one: its dominant, and the diminished chord below it.

    Into a chord that stays, the diminished chord on its own root leads, which keeps that note.
    """
    chords: list[Chord] = []
    target = MODES[mode][planned.next_degree]
    quality = scale_chord(mode, planned.next_degree, False)[1]
    if planned.next_degree not in (planned.degree, TONIC) and quality in ("", "m"):
        chords.append(((target + FIFTH) % OCTAVE, "7"))
    if planned.next_degree != planned.degree and quality in ("", "m"):
        chords.append(((target - 1) % OCTAVE, "dim7"))
    if planned.next_degree == planned.degree and quality in ("", "m"):
        chords.append((target, "dim7"))
    return chords


def _borrowed_chords(planned: Planned, mode: str) -> list[Chord]:
    """The chord of the parallel mode that stands in for a planned one, if it has one."""
    borrowed = BORROWED[mode].get(planned.degree)
    return [borrowed] if borrowed else []
