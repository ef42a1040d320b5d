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
PEAK = 0.62  # where in a phrase the playing is loudest
STRUMMED = PARTS.index("comp")
GATED = ("melody", "counter", "comp", "bass")  # shortened by the mood
LOOSENESS = (1.0, 1.0, 1.0, 0.3, 0.6, 0.5)  # of each of PARTS: bass and drums keep time
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
    ticks, touch, gate, velocity, late = np.array(_habits(plan))[:, part]
    place = part * (plan.bar_ticks // CHANCE_TICKS) + start // CHANCE_TICKS
    chance = plan.chance.touch[:, place] - 0.5
    end = start + duration * gate
    played = start + ticks * chance[0] + late + _swing(plan, start) + _groove(plan, start)
    played += _strum(plan, start, part)
    end = _ringing(plan, start, end, part)
    played = np.maximum(0.0, np.minimum(played, plan.bar_ticks - SHORTEST_TICKS))
    velocity += touch * chance[1] + _emphasis(plan, start, accent)
    rows_played = np.empty((7, len(rows)))
    rows_played[0] = played
    rows_played[1] = np.minimum(np.maximum(end, played + SHORTEST_TICKS), plan.bar_ticks)
    rows_played[2] = pitch
    rows_played[3] = np.maximum(1.0, np.minimum(velocity, LOUDEST))
    rows_played[4] = part
    rows_played[5], rows_played[6] = start, duration
    return _ordered(np.rint(rows_played).astype(np.int64))


def _habits(plan: Plan) -> list[list[float]]:
    """For each part: width of random ticks and velocity, gate, plain velocity, and lateness."""
    rules, parts, asked = plan.style.performance, plan.style.parts, plan.parameters
    loose = [2.0 * asked.humanize * share for share in LOOSENESS]
    gate = 1.0 if plan.ends_piece else asked.gate  # the last chord rings out
    plain = asked.velocity + plan.section_rules.dynamics
    return [
        [rules.loose_ticks * share for share in loose],
        [rules.loose_velocity * share for share in loose],
        [gate if part in GATED else 1.0 for part in PARTS],
        [plain + (parts[p].velocity if p in parts else 0.0) for p in PARTS],
        [parts[p].late_ticks if p in parts else 0.0 for p in PARTS],
    ]


def _swing(plan: Plan, start: Integers) -> Doubles | float:
    """Ticks by which each beat is bent, so that its middle comes late."""
    late = plan.style.performance.swing * TICKS_PER_BEAT
    if not late or plan.metre.is_compound:
        return 0.0
    into = start % TICKS_PER_BEAT
    bent: Doubles = np.minimum(into, TICKS_PER_BEAT - into) * (late * 2.0 / TICKS_PER_BEAT)
    return bent


def _strum(plan: Plan, start: Integers, part: Integers) -> Doubles | float:
    """Ticks by which the notes of a comping chord come after one another, in their order."""
    strum = plan.style.performance.strum_ticks
    if not strum:
        return 0.0
    ticks = np.zeros(len(start))
    struck = np.flatnonzero(part == STRUMMED)
    if len(struck):
        starts = start[struck]
        ticks[struck] = (np.arange(len(starts)) - np.searchsorted(starts, starts)) * strum
    return ticks


def _groove(plan: Plan, start: Integers) -> Doubles | float:
    """Ticks by which the style's groove delays each step of the bar."""
    groove = plan.style.performance.groove
    if not any(groove):
        return 0.0
    late: Doubles = np.array(groove)[start * len(groove) // plan.bar_ticks]
    return late


def _ringing(plan: Plan, start: Integers, end: Doubles, part: Integers) -> Doubles:
    """The ends of notes, of which those under the pedal ring on to the next chord."""
    pedal = plan.style.performance.pedal
    if not pedal:
        return end
    changes = np.array([span.end_tick for span in plan.spans])
    held = np.isin(part, [PARTS.index(name) for name in pedal])
    until = changes[np.searchsorted(changes[:-1], start, side="right")]
    return np.where(held, np.maximum(end, until), end)


def _emphasis(plan: Plan, start: Integers, accent: Integers) -> Doubles:
    """Velocity that a note owes to its place in the phrase, to the beat and to its pattern."""
    rules = plan.style.performance
    away = (start + (plan.phrase_bar - PEAK * plan.phrase_bars) * plan.bar_ticks) * (
        1.0 / (PEAK * plan.phrase_bars * plan.bar_ticks)
    )
    emphasis: Doubles = rules.arch * (0.5 - away * away) + ACCENT_VELOCITY * accent
    emphasis += rules.accent * (start % plan.metre.levels[1] == 0)
    return emphasis


def _ordered(rows: Integers) -> Notes:
    """Notes in the order of the score, no two of one part and pitch sounding at once.

    ``rows`` are start, end, pitch, velocity, part, and start and length in the score.
    """
    start, end, pitch, _, part = rows[:5]
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
    notes["pitch"], notes["velocity"], notes["part"] = kept[2:5]
    notes["written_tick"], notes["written_ticks"] = kept[5:]
    return notes
