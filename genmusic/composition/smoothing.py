"""Smoothing: leaps that are too wide are brought within reach, some repeated notes move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.model import Model

Doubles = NDArray[np.float64]

NEIGHBOUR = 4  # semitones: a major third
_FIRST = Model.pitches[0]
_PITCHES = tuple(Model.pitches)


def smooth(
    pitches: Sequence[int],
    weights: Doubles,
    previous: int | None,
    widest: Sequence[int],
    moves: Sequence[bool],
) -> list[int]:
    """The pitches, each at most its ``widest`` semitones from the last.

    Marked repeats move, and so does the third note of one pitch.
    """
    kept: list[int] = []
    for number, pitch in enumerate(pitches):
        if previous is not None and abs(pitch - previous) > widest[number]:
            pitch = _reachable(weights[number], previous, widest[number])
        elif pitch == previous and (moves[number] or kept[-2:] == [pitch, pitch]):
            following = pitches[number + 1] if number + 1 < len(pitches) else pitch
            pitch = _neighbour(weights[number], pitch, following)
        kept.append(pitch)
        previous = pitch
    return kept


def _reachable(weights: Doubles, near: int, widest: int) -> int:
    """The most welcome pitch in reach, the nearer the better; if there is none, the nearest."""
    allowed = [(p, w) for p, w in zip(_PITCHES, weights.tolist(), strict=True) if w > 0.0]
    reach = [(w / (1 + abs(p - near)), -p) for p, w in allowed if abs(p - near) <= widest]
    if reach:
        return -max(reach)[1]
    return min((abs(p - near), p) for p, _ in allowed)[1]


def _neighbour(weights: Doubles, pitch: int, following: int) -> int:
    """The most welcome pitch within a third of one, rather on the way to the next than away."""
    index = pitch - _FIRST
    low, high = max(0, index - NEIGHBOUR), min(len(_PITCHES), index + NEIGHBOUR + 1)
    best, best_weight = pitch, 0.0
    for other, weight in zip(range(low + _FIRST, high + _FIRST), weights[low:high], strict=True):
        if other not in (pitch, following):
            nearness = float(weight) / (1 + abs(other - pitch) + abs(other - following))
            if nearness > best_weight:
                best, best_weight = other, nearness
    return best
