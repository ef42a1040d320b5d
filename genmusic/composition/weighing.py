"""Weighing: what makes pitches welcome in a bar of melody, for the kernel that weighs them.

The scale, the range, the chord, the arch of the phrase, the motif and the cadence each have their
say.
"""

from __future__ import annotations

from genmusic.composition.character import character
from genmusic.composition.place import Place
from genmusic.rules.sounds import PartRules
from kernels.weighing import Arch, Shares, Taste

PEAK = 0.62  # where in a phrase its arch is highest
EDGE = 3.0  # semitones that the middle of the melody keeps from the ends of its range
CLASH_BY_DISSONANCE = 0.5  # of the ban on foreign notes, what full dissonance lifts

# Weights of the chord's root, third, fifth and seventh as the last note of a phrase.
GOAL_TONES: dict[str, Shares] = {
    "authentic": (1.0, 0.25, 0.05, 0.0),
    "plagal": (1.0, 0.4, 0.3, 0.0),
    "half": (0.6, 0.6, 1.0, 0.0),
    "deceptive": (0.6, 1.0, 0.3, 0.0),
    "open": (0.5, 1.0, 1.0, 0.2),
}
FINAL_TONES: Shares = (1.0, 0.02, 0.0, 0.0)


def taste_of(place: Place, home: int, *, ends_piece: bool) -> Taste:
    """What is wanted of the notes of a phrase; ``home`` is where the model's pitch 0 lies."""
    part = place.style.parts["melody"]
    return Taste(
        _arch(place, part, home),
        _firmness(place),
        place.metre.levels,
        goal_tones(place, ends_piece=ends_piece),
        part.low - home,
        part.high - home,
    )


def goal_tones(place: Place, *, ends_piece: bool) -> Shares:
    """How welcome each tone of its chord is as the last note of a phrase."""
    return FINAL_TONES if ends_piece else GOAL_TONES[place.cadence]


def _firmness(place: Place) -> float:
    """Chord tones whole, and less of the other notes of the scale the stronger the beat."""
    lifted = CLASH_BY_DISSONANCE * place.parameters.dissonance
    rules = place.style.melody
    given = (1.0 - rules.chord_tones) * character(place.seed, place.piece, rules.variety).ease
    return max(0.0, 1.0 - given) * (1.0 - lifted)


def _arch(place: Place, part: PartRules, home: int) -> Arch:
    """Pitches near the middle, as mood, section and the arch of the phrase move it."""
    rules = place.style.melody
    lift = place.parameters.register_shift + place.register
    reach = character(place.seed, place.piece, rules.variety).reach
    return Arch(
        (part.low + part.high) / 2.0 + lift,
        part.low + EDGE,
        part.high - EDGE,
        rules.arch,
        PEAK,
        1.0 / (rules.span * reach),
        float(place.phrase_bars),
        float(place.metre.bar_ticks),
        float(home),
    )
