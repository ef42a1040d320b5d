"""Performance: written notes become played ones, with touch, accents and loose timing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.plan import Plan, Row
from genmusic.names import PARTS
from genmusic.score.events import NOTE_DTYPE, Notes
from genmusic.units import TICKS_PER_BEAT

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]

ACCENT_VELOCITY = 14.0  # of an accent that a pattern writes
STRONG_BEAT_TICKS = 2 * TICKS_PER_BEAT
PEAK = 0.62  # where in a phrase the playing is loudest
GATED = np.array([part in ("melody", "comp", "bass") for part in PARTS])  # shortened by the mood
STRUMMED = np.array([part == "comp" for part in PARTS])
LOOSENESS = np.array([1.0, 1.0, 0.3, 0.6, 0.5])  # of each of PARTS: rhythm sections keep time
CHANCE_TICKS = (
    80  # divides sixteenths and triplets; notes of one part that start together are moved together
)
SHORTEST_TICKS = 30
LOUDEST = 127.0
PITCHES = 128
LONGEST_BAR = 2**16  # ticks; room for any meter in a sorting key


def perform(plan: Plan, parts: Mapping[str, Sequence[Row]]) -> Notes:
    """The notes of a bar as they are played, in the order of the score."""
    rows = [row for notes in parts.values() for row in notes]
    if not rows:
        return np.empty(0, NOTE_DTYPE)
    start, duration, pitch, accent = np.array(rows, np.int64).T
    part = np.repeat([PARTS.index(p) for p in parts], [len(notes) for notes in parts.values()])
    place = part * (plan.bar_ticks // CHANCE_TICKS) + start // CHANCE_TICKS
    loose = (plan.chance.touch[:, place] - 0.5) * _looseness(plan)[:, part]
    end = start + duration * _gates(plan)[part]
    played = start + loose[0] + _swing(plan, start) + _strum(plan, start, pitch, part)
    played = np.maximum(0.0, np.minimum(played, float(plan.bar_ticks - SHORTEST_TICKS)))
    end = np.minimum(np.maximum(end, played + SHORTEST_TICKS), float(plan.bar_ticks))
    velocity = _velocity(plan, start, accent, part) + loose[1]
    velocity = np.maximum(1.0, np.minimum(velocity, LOUDEST))
    return _ordered(np.rint([played, end, pitch, velocity, part]).astype(np.int64))


def _looseness(plan: Plan) -> Doubles:
    """The widths of random changes of ticks and velocity for each part."""
    rules = plan.style.performance
    widest = np.array([[rules.loose_ticks], [rules.loose_velocity]])
    looseness: Doubles = widest * (2.0 * plan.parameters.humanize) * LOOSENESS
    return looseness


def _gates(plan: Plan) -> Doubles:
    """The share of its time that a note sounds, for each part; the last chord rings out."""
    gate = 1.0 if plan.ends_piece else plan.parameters.gate
    return np.where(GATED, gate, 1.0)


def _swing(plan: Plan, start: Integers) -> Doubles | float:
    """Ticks by which each beat is bent, so that its middle comes late."""
    late = plan.style.performance.swing * TICKS_PER_BEAT
    if not late:
        return 0.0
    into = start % TICKS_PER_BEAT
    bent: Doubles = np.minimum(into, TICKS_PER_BEAT - into) * (late * 2.0 / TICKS_PER_BEAT)
    return bent


def _strum(plan: Plan, start: Integers, pitch: Integers, part: Integers) -> Doubles | float:
    """Ticks by which the notes of a comping chord come after one another, from below."""
    strum = plan.style.performance.strum_ticks
    if not strum:
        return 0.0
    struck = STRUMMED[part]
    together = (start[:, None] == start) & struck & struck[:, None]
    rank: Doubles = (together & (pitch < pitch[:, None])).sum(axis=1) * strum
    return rank


def _velocity(plan: Plan, start: Integers, accent: Integers, part: Integers) -> Doubles:
    """How hard notes are meant: by mood, part, phrase, beat and pattern."""
    rules, style = plan.style.performance, plan.style
    plain = plan.parameters.velocity
    by_part = [plain + style.parts[p].velocity if p in style.parts else plain for p in PARTS]
    position = (plan.phrase_bar + start / plan.bar_ticks) / plan.phrase_bars
    away = (position - PEAK) / PEAK
    velocity: Doubles = np.array(by_part)[part] + rules.arch * (0.5 - away * away)
    velocity += ACCENT_VELOCITY * accent + rules.accent * (start % STRONG_BEAT_TICKS == 0)
    return velocity


def _ordered(rows: Integers) -> Notes:
    """Notes in the order of the score, no two of one part and pitch sounding at once.

    ``rows`` are start, end, pitch, velocity and part.
    """
    start, end, pitch, _, part = rows
    line = (part * PITCHES + pitch) * LONGEST_BAR
    order = (line + start).argsort(kind="stable")
    before, after = order[:-1], order[1:]
    end[before] = np.where(
        line[before] == line[after], np.minimum(end[before], start[after]), end[before]
    )
    order = ((start * len(PARTS) + part) * PITCHES + pitch).argsort(kind="stable")
    kept = rows[:, order[end[order] > start[order]]]
    notes = np.zeros(kept.shape[1], NOTE_DTYPE)
    notes["start_tick"], notes["duration_ticks"] = kept[0], kept[1] - kept[0]
    notes["pitch"], notes["velocity"], notes["part"] = kept[2:]
    return notes
