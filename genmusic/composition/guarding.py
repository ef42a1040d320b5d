"""Guarding: parts that follow patterns are held to the limit against copies as melodies are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule
from genmusic.composition.plan import Plan, Row
from genmusic.composition.theory import OCTAVE
from genmusic.composition.trails import Trail, follow

Integers = NDArray[np.int64]


def settle(
    plan: Plan,
    part: str,
    rows: Sequence[Row],
    trail: Trail,
    rule: CopyRule,
    begins: Sequence[int] = (),
) -> tuple[Sequence[Row], Trail]:
    """The rows of a part, held to the limit against copies, and its trail at the next bar line."""
    copies, following = follow(trail, rows, plan.bar_ticks, begins, rule)
    if not copies:
        return rows, following
    kept = _guarded(plan, part, rows, trail, rule)
    return kept, follow(trail, kept, plan.bar_ticks, begins, rule)[1]


def _guarded(plan: Plan, part: str, rows: Sequence[Row], trail: Trail, rule: CopyRule) -> list[Row]:
    """The rows with other tones of the chord where their top line would be a copy.

    A note that copies with every tone of its chord is left out, so this always ends.
    """
    kept = list(rows)
    begin = 0
    while True:
        top = _top_line(kept)
        found = _find(rule, trail, top, begin)
        if found < 0:
            return kept
        begin = found
        others = _others(plan, part, top[found])
        change = next(
            (o for o in others if _find(rule, trail, _with(top, found, o), found) != found), None
        )
        kept = [new for row in kept if (new := _changed(row, top[found], change)) is not None]


def _top_line(rows: Sequence[Row]) -> list[Row]:
    """The highest note at each onset."""
    highest: dict[int, Row] = {}
    for row in rows:
        if row[0] not in highest or row[2] > highest[row[0]][2]:
            highest[row[0]] = row
    return [highest[tick] for tick in sorted(highest)]


def _find(rule: CopyRule, trail: Trail, top: Sequence[Row], begin: int) -> int:
    """The place in the line of the first note that completes a copy, or -1."""
    pitches = np.array([*trail[:, 1], *(row[2] for row in top)], np.int64)
    onsets = np.array([*-trail[:, 0], *(row[0] for row in top)], np.int64)
    found = rule.find(pitches, onsets, len(trail) + begin)
    return found - len(trail) if found >= 0 else -1


def _with(top: Sequence[Row], place: int, pitch: int) -> list[Row]:
    tick, duration, _, accent = top[place]
    return [*top[:place], (tick, duration, pitch, accent), *top[place + 1 :]]


def _changed(row: Row, copied: Row, pitch: int | None) -> Row | None:
    """The row, with another pitch if it is the one that copies; none if no pitch will do."""
    if row != copied:
        return row
    return None if pitch is None else (row[0], row[1], pitch, row[3])


def _others(plan: Plan, part: str, row: Row) -> list[int]:
    """Other tones of the chord in the range of the part, the nearest first."""
    tick, _, pitch, _ = row
    rules = plan.style.parts[part]
    classes = {(plan.key.tonic + tone) % OCTAVE for tone in plan.span_at(tick).tones}
    reach = range(max(rules.low, pitch - OCTAVE), min(rules.high, pitch + OCTAVE) + 1)
    tones = [other for other in reach if other % OCTAVE in classes and other != pitch]
    return sorted(tones, key=lambda other: (abs(other - pitch), other))
