"""Performance: written notes become played ones, with touch, accents and loose timing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.plan import Plan, Row
from genmusic.names import PARTS
from genmusic.score.events import NOTE_DTYPE, Notes
from genmusic.units import TICKS_PER_BEAT
from kernels import playing

Doubles = NDArray[np.float64]

ACCENT_VELOCITY = 14.0  # of an accent that a pattern writes
PEAK = 0.62  # where in a phrase the playing is loudest
GATED = ("melody", "counter", "comp", "bass")  # shortened by the mood
STRUMMED = "comp"
LOOSENESS = (1.0, 1.0, 1.0, 0.3, 0.6, 0.5)  # of each of PARTS: bass and drums keep time
CHANCE_TICKS = 80  # divides sixteenths and triplets; notes of a part that start together move so
SHORTEST_TICKS = 30

_FIELDS = (
    ("start_tick", playing.PLAYED_START),
    ("pitch", playing.PLAYED_PITCH),
    ("velocity", playing.VELOCITY),
    ("part", playing.PLAYED_PART),
    ("written_tick", playing.WRITTEN),
    ("written_ticks", playing.LENGTH),
)


def perform(plan: Plan, parts: Mapping[str, Sequence[Row]]) -> Notes:
    """The notes of a bar as they are played, in the order of the score."""
    rows = [
        (*row, number) for part, notes in parts.items() for number in (PARTS.index(part),)
        for row in notes
    ]  # fmt: skip
    if not rows:
        return np.empty(0, NOTE_DTYPE)
    order, played = np.empty(len(rows), np.int64), np.empty((len(rows), 7), np.int64)
    kept = playing.play(
        np.array(rows, np.int64),
        _habits(plan),
        plan.chance.touch,
        _bar(plan),
        np.array(plan.style.performance.groove),
        np.array([float(span.end_tick) for span in plan.spans]),
        order,
        played,
    )
    ordered = played[order[:kept]]
    notes = np.zeros(kept, NOTE_DTYPE)
    for name, column in _FIELDS:
        notes[name] = ordered[:, column]
    notes["duration_ticks"] = ordered[:, playing.PLAYED_END] - ordered[:, playing.PLAYED_START]
    return notes


def _bar(plan: Plan) -> playing.Bar:
    """What all notes of the bar share."""
    rules, bar_ticks = plan.style.performance, float(plan.bar_ticks)
    phrase_ticks = plan.phrase_bars * bar_ticks
    swing = 0.0 if plan.metre.is_compound else 2.0 * rules.swing
    return playing.Bar(
        bar_ticks=bar_ticks,
        place_ticks=CHANCE_TICKS,
        beat_ticks=float(TICKS_PER_BEAT),
        swing=swing,
        peak_tick=PEAK * phrase_ticks - plan.phrase_bar * bar_ticks,
        reach_ticks=PEAK * phrase_ticks,
        arch=rules.arch,
        accent=rules.accent,
        strong_ticks=plan.metre.levels[1],
        accent_velocity=ACCENT_VELOCITY,
        shortest_ticks=float(SHORTEST_TICKS),
    )


def _habits(plan: Plan) -> Doubles:
    """How each part is played; the columns are those of `playing.play`."""
    rules, parts, asked = plan.style.performance, plan.style.parts, plan.parameters
    loose_ticks = 2.0 * asked.humanize * rules.loose_ticks
    loose_velocity = 2.0 * asked.humanize * rules.loose_velocity
    gate = 1.0 if plan.ends_piece else asked.gate  # the last chord rings out
    plain = asked.velocity + plan.section_rules.dynamics
    habits = []
    for part, looseness in zip(PARTS, LOOSENESS, strict=True):
        own = parts.get(part)
        habits.append(
            (
                loose_ticks * looseness,
                loose_velocity * looseness,
                gate if part in GATED else 1.0,
                plain + (own.velocity if own else 0.0),
                own.late_ticks if own else 0.0,
                rules.strum_ticks if part == STRUMMED else 0.0,
                float(part in rules.pedal),
            )
        )
    return np.array(habits)
