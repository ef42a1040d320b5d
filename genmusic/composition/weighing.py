"""Weighing: how welcome each pitch of the model is for each note of a bar of melody.

The scale, the range, the chord, the arch of the phrase, the motif and the cadence each have their
say; a weight of 0 forbids.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.character import character
from genmusic.composition.metre import Metre
from genmusic.composition.model import Model
from genmusic.composition.phrasing import Line
from genmusic.composition.plan import Plan
from genmusic.composition.theory import OCTAVE, chord_scale, chord_tones
from genmusic.names import MODES
from kernels import weighing as kernel

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

PEAK = 0.62  # where in a phrase its arch is highest
EDGE = 3.0  # semitones that the middle of the melody keeps from the ends of its range
BAN_BY_WEAKNESS = (1.0, 1.0, 0.5, 0.0, 0.0)  # how far a note must be in the chord
RUB = 1.2  # of the ban on other foreign notes, for one a semitone above a tone of the chord
CLASH_BY_DISSONANCE = 0.5  # of that, what full dissonance lifts

# Weights of the chord's root, third, fifth and seventh as the last note of a phrase.
GOAL_TONES = {
    "authentic": (1.0, 0.25, 0.05, 0.0),
    "plagal": (1.0, 0.4, 0.3, 0.0),
    "half": (0.6, 0.6, 1.0, 0.0),
    "deceptive": (0.6, 1.0, 0.3, 0.0),
    "open": (0.5, 1.0, 1.0, 0.2),
}
FINAL_TONES = (1.0, 0.02, 0.0, 0.0)

_PITCHES = np.arange(Model.pitches[0], Model.pitches[-1] + 1)
_BANS = np.array(BAN_BY_WEAKNESS)
_NO_GOAL = np.zeros(len(_PITCHES))
_SCALES = {name: np.array(scale) for name, scale in MODES.items()}


def weigh_notes(plan: Plan, line: Line, onsets: Integers, targets: Integers, home: int) -> Doubles:
    """The weights of a bar, (notes, pitches); ``home`` is where the model's pitch 0 lies.

    ``onsets`` and ``targets`` are those of the line for the kernel.
    """
    part = plan.style.parts["melody"]
    weights = np.empty((len(onsets), len(_PITCHES)))
    kernel.weigh(
        onsets,
        targets,
        _SCALES[plan.key.mode],
        line.pull,
        plan.chords,
        _chord_rows(plan.key.mode, tuple((span.root, span.quality) for span in plan.spans)),
        _levels(plan.metre),
        _BANS * _firmness(plan),
        _arch(plan, home),
        _NO_GOAL if line.goal_tick < 0 else _goal_row(plan, line.goal_tick),
        line.goal_tick,
        Model.pitches[0],
        part.low - home,
        part.high - home,
        weights,
    )
    return weights


def _firmness(plan: Plan) -> float:
    """Chord tones whole, and less of the other notes of the scale the stronger the beat."""
    lifted = CLASH_BY_DISSONANCE * plan.parameters.dissonance
    rules = plan.style.melody
    given = (1.0 - rules.chord_tones) * character(plan.seed, plan.piece, rules.variety).ease
    return max(0.0, 1.0 - given) * (1.0 - lifted)


@lru_cache(maxsize=64)
def _levels(metre: Metre) -> Integers:
    return np.array(metre.levels)


@lru_cache(maxsize=4096)
def _chord_rows(mode: str, chords: tuple[tuple[int, str], ...]) -> Doubles:
    """(chords, 2, pitches): 1 for what may sound over a chord, and how foreign it is to it."""
    return np.array([_tone_rows(mode, root, quality) for root, quality in chords])


@lru_cache(maxsize=512)
def _tone_rows(mode: str, root: int, quality: str) -> tuple[list[float], list[float]]:
    classes = (_PITCHES % OCTAVE).tolist()
    allowed, tones = chord_scale(mode, root, quality), chord_tones(root, quality)
    return (
        [float(pitch_class in allowed) for pitch_class in classes],
        [_foreignness(pitch_class, allowed, tones) for pitch_class in classes],
    )


def _foreignness(pitch_class: int, allowed: frozenset[int], tones: Sequence[int]) -> float:
    """0 for a tone of the chord, 1 for other notes; more for one that rubs against a tone below."""
    if pitch_class in tones or pitch_class not in allowed:
        return 0.0
    return RUB if (pitch_class - 1) % OCTAVE in tones else 1.0


def _goal_row(plan: Plan, tick: int) -> Doubles:
    """The last note of a phrase rests on the chord."""
    span = plan.span_at(tick)
    shares = FINAL_TONES if plan.ends_piece else GOAL_TONES[plan.cadence]
    row = np.zeros(OCTAVE)
    row[list(span.tones)] = shares[: len(span.tones)]
    return row[_PITCHES % OCTAVE]


def _arch(plan: Plan, home: int) -> kernel.Arch:
    """Pitches near the middle, as mood, section and the arch of the phrase move it."""
    part, rules = plan.style.parts["melody"], plan.style.melody
    section = plan.style.sections.get(plan.section)
    lift = plan.parameters.register_shift + (section.register if section else 0)
    return kernel.Arch(
        middle=(part.low + part.high) / 2.0 + lift,
        low=part.low + EDGE,
        high=part.high - EDGE,
        height=rules.arch,
        peak=PEAK,
        narrowness=1.0 / (rules.span * character(plan.seed, plan.piece, rules.variety).reach),
        phrase_bar=float(plan.phrase_bar),
        phrase_bars=float(plan.phrase_bars),
        bar_ticks=float(plan.bar_ticks),
        home=float(home),
    )
