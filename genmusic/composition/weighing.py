"""Weighing: how welcome each pitch of the model is for each note of a bar of melody.

The scale, the range, the chord, the arch of the phrase, the motif and the cadence each have their
say; a weight of 0 forbids.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.model import Model
from genmusic.composition.phrasing import Line
from genmusic.composition.plan import Plan
from genmusic.composition.theory import OCTAVE, chord_scale, chord_tones, step_pitch

Doubles = NDArray[np.float64]

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


def weigh_notes(plan: Plan, line: Line, home: int) -> Doubles:
    """The weights of a bar, (notes, pitches); ``home`` is where the model's pitch 0 lies."""
    weights = _tone_weights(plan, line)
    weights *= _nearness(plan, line, home)
    if line.pull:
        weights /= _distance(plan, line)
    part = plan.style.parts["melody"]
    weights[:, : max(0, part.low - home - int(_PITCHES[0]))] = 0.0
    weights[:, max(0, part.high - home - int(_PITCHES[0]) + 1) :] = 0.0
    return weights


def _tone_weights(plan: Plan, line: Line) -> Doubles:
    """Chord tones whole, and less of the other notes of the scale the stronger the beat."""
    dissonance = plan.parameters.dissonance
    firmness = plan.style.melody.chord_tones * (1.0 - CLASH_BY_DISSONANCE * dissonance)
    bans = np.array(
        [[BAN_BY_WEAKNESS[plan.metre.weakness(tick)] * firmness] for tick in line.onsets]
    )
    rows = [_tone_rows(plan.key.mode, span.root, span.quality) for span in plan.spans]
    if len(rows) == 1:
        allowed, foreign = rows[0]
    else:
        sounding = [plan.spans.index(plan.span_at(tick)) for tick in line.onsets]
        allowed, foreign = np.array(rows)[sounding].swapaxes(0, 1)
    weights: Doubles = np.maximum(allowed - bans * foreign, 0.0)
    if line.goal_tick >= 0:
        weights[line.onsets.index(line.goal_tick)] = _goal_row(plan, line.goal_tick)
    return weights


@lru_cache(maxsize=512)
def _tone_rows(mode: str, root: int, quality: str) -> tuple[Doubles, Doubles]:
    """1 for each pitch that may sound over a chord, and for each of those foreign to it."""
    classes = (_PITCHES % OCTAVE).tolist()
    allowed, tones = chord_scale(mode, root, quality), chord_tones(root, quality)
    return (
        np.array([float(pitch_class in allowed) for pitch_class in classes]),
        np.array([_foreignness(pitch_class, allowed, tones) for pitch_class in classes]),
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


def _nearness(plan: Plan, line: Line, home: int) -> Doubles:
    """Pitches near the middle, as mood, section and the arch of the phrase move it."""
    part, rules = plan.style.parts["melody"], plan.style.melody
    section = plan.style.sections.get(plan.section)
    lift = plan.parameters.register_shift + (section.register if section else 0)
    middle = (part.low + part.high) / 2.0 + lift
    low, high = part.low + EDGE, part.high - EDGE
    centres = [
        [min(high, max(low, middle + rules.arch * _rise(plan, tick))) - home]
        for tick in line.onsets
    ]
    distance = (_PITCHES - np.array(centres)) * (1.0 / rules.span)
    near: Doubles = 1.0 / (1.0 + distance * distance)
    near *= near
    return near


def _rise(plan: Plan, tick: int) -> float:
    """The arch of a phrase: half at its peak, minus a half at its ends."""
    position = (plan.phrase_bar + tick / plan.bar_ticks) / plan.phrase_bars
    fall = (position - PEAK) / (PEAK if position < PEAK else 1.0 - PEAK)
    return 0.5 - fall * fall


def _distance(plan: Plan, line: Line) -> Doubles:
    """What each pitch pays for lying off the target of its note."""
    mode = plan.key.mode
    aims = [0.0 if target is None else float(step_pitch(mode, target)) for target in line.targets]
    pulls = [0.0 if target is None else line.pull for target in line.targets]
    away = np.abs(_PITCHES - np.array(aims)[:, None]) * np.array(pulls)[:, None]
    price: Doubles = 1.0 + away
    return price * price
