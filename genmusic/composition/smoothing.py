"""Smoothing: leaps that are too wide are brought within reach, some repeated notes move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.model import Model

Doubles = NDArray[np.float64]

NEIGHBOUR = 4  # semitones: a major third
_FIRST = Model.pitches[0]
_PITCHES = np.arange(_FIRST, Model.pitches[-1] + 1)


def smooth(
    pitches: list[int], weights: Doubles, previous: int | None, widest: int, moves: Sequence[bool]
) -> list[int]:
    """The pitches, none more than ``widest`` semitones from the last; marked repeats move."""
    kept: list[int] = []
    for number, pitch in enumerate(pitches):
        if previous is not None and abs(pitch - previous) > widest:
            pitch = _nearest_allowed(weights[number], previous)
        elif pitch == previous and moves[number]:
            following = pitches[number + 1] if number + 1 < len(pitches) else pitch
            pitch = _neighbour(weights[number], pitch, following)
        kept.append(pitch)
        previous = pitch
    return kept


def _nearest_allowed(weights: Doubles, near: int) -> int:
    allowed: list[int] = _PITCHES[weights > 0.0].tolist()
    return min(allowed, key=lambda pitch: (abs(pitch - near), pitch))


def _neighbour(weights: Doubles, pitch: int, following: int) -> int:
    """The most welcome pitch within a third of one, rather on the way to the next than away."""
    index = pitch - _FIRST
    low, high = max(0, index - NEIGHBOUR), min(len(_PITCHES), index + NEIGHBOUR + 1)
    best, best_weight = pitch, 0.0
    for other, weight in zip(range(low + _FIRST, high + _FIRST), weights[low:high], strict=True):
        if other != pitch:
            nearness = float(weight) / (1 + abs(other - pitch) + abs(other - following))
            if nearness > best_weight:
                best, best_weight = other, nearness
    return best
