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
CHANCE_TICKS = 20  # notes of one part that start together are moved together
SHORTEST_TICKS = 30
LOUDEST = 127.0


def perform(plan: Plan, parts: Mapping[str, Sequence[Row]]) -> Notes:
    """The notes of a bar as they are played, in the order of the score."""
    rows = [(*row, PARTS.index(part)) for part, notes in parts.items() for row in notes]
    if not rows:
        return np.empty(0, NOTE_DTYPE)
    start, duration, pitch, accent, part = np.array(rows, np.int64).T
    timing, touch = _looseness(plan, start, part)
    end = start + _gated(plan, duration, part)
    moved = _swung(plan, start) + timing + _strum(plan, start, pitch, part)
    moved = np.clip(moved, 0, plan.bar_ticks - SHORTEST_TICKS)
    end = np.minimum(np.maximum(end, moved + SHORTEST_TICKS), plan.bar_ticks)
    velocity = _velocity(plan, start, accent, part, touch)
    return _ordered(moved, end, pitch, velocity, part)


def _looseness(plan: Plan, start: Integers, part: Integers) -> tuple[Integers, Doubles]:
    """Random ticks and velocity, the same for all notes that a part strikes at once."""
    rules = plan.style.performance
    places = plan.bar_ticks // CHANCE_TICKS
    chance = plan.generator("performance").random((2, len(PARTS), places)) * 2.0 - 1.0
    amount = plan.parameters.humanize * LOOSENESS[part]
    chosen = chance[:, part, start // CHANCE_TICKS] * amount
    ticks: Integers = np.rint(chosen[0] * rules.loose_ticks).astype(np.int64)
    return ticks, chosen[1] * rules.loose_velocity


def _gated(plan: Plan, duration: Integers, part: Integers) -> Integers:
    gate = np.where(GATED[part], plan.parameters.gate, 1.0)
    gated: Integers = np.rint(duration * gate).astype(np.int64)
    return gated


def _swung(plan: Plan, start: Integers) -> Integers:
    """Each beat bent so that its middle comes late."""
    half = TICKS_PER_BEAT // 2
    late = plan.style.performance.swing * TICKS_PER_BEAT
    into = start % TICKS_PER_BEAT
    bend = late * np.minimum(into, TICKS_PER_BEAT - into) / half
    swung: Integers = start + np.rint(bend).astype(np.int64)
    return swung


def _strum(plan: Plan, start: Integers, pitch: Integers, part: Integers) -> Integers:
    """The notes of a comping chord one after the other, from below."""
    strum = plan.style.performance.strum_ticks
    if not strum:
        return np.zeros(len(start), np.int64)
    together = (start[:, None] == start) & STRUMMED[part] & STRUMMED[part][:, None]
    rank = (together & (pitch < pitch[:, None])).sum(axis=1)
    ticks: Integers = np.rint(rank * strum).astype(np.int64)
    return ticks


def _velocity(
    plan: Plan, start: Integers, accent: Integers, part: Integers, touch: Doubles
) -> Integers:
    rules, style = plan.style.performance, plan.style
    shares = [style.parts[name].velocity if name in style.parts else 0.0 for name in PARTS]
    position = (plan.phrase_bar + start / plan.bar_ticks) / plan.phrase_bars
    away = (position - PEAK) / PEAK
    velocity = plan.parameters.velocity + np.array(shares)[part] + touch
    velocity += rules.arch * (0.5 - away * away) + ACCENT_VELOCITY * accent
    velocity += rules.accent * (start % STRONG_BEAT_TICKS == 0)
    clipped: Integers = np.rint(np.clip(velocity, 1.0, LOUDEST)).astype(np.int64)
    return clipped


def _ordered(
    start: Integers, end: Integers, pitch: Integers, velocity: Integers, part: Integers
) -> Notes:
    """Rows in the order of the score, no two of one part and pitch sounding at once."""
    order = np.lexsort((start, pitch, part))
    start, end, pitch, velocity, part = (a[order] for a in (start, end, pitch, velocity, part))
    same = (part[1:] == part[:-1]) & (pitch[1:] == pitch[:-1])
    end[:-1] = np.where(same, np.minimum(end[:-1], start[1:]), end[:-1])
    kept = np.flatnonzero(end > start)
    kept = kept[np.lexsort((pitch[kept], part[kept], start[kept]))]
    notes = np.zeros(len(kept), NOTE_DTYPE)
    notes["start_tick"], notes["duration_ticks"] = start[kept], (end - start)[kept]
    notes["pitch"], notes["velocity"], notes["part"] = pitch[kept], velocity[kept], part[kept]
    return notes
