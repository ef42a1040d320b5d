"""Dealing melodies into folds: at random, or so that no tune is on both sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.seeding import stream

GRAM = 5  # intervals
SHARED = 0.4  # of the grams of the shorter melody: from here on two melodies are one tune


def deal(count: int, folds: int, seed: int = 0) -> list[list[int]]:
    """Numbers 0 to ``count`` - 1 in so many folds of nearly the same size."""
    shuffled = stream(seed, "folds", count).permutation(count).tolist()
    return [shuffled[start::folds] for start in range(min(folds, count))]


def deal_groups(groups: Sequence[int], folds: int, seed: int = 0) -> list[list[int]]:
    """The same, with all members of a group in one fold."""
    members: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[group].append(number)
    names = sorted(members)
    dealt: list[list[int]] = [[] for _ in range(min(folds, len(names)))]
    for place in stream(seed, "folds", len(names)).permutation(len(names)).tolist():
        min(dealt, key=len).extend(members[names[place]])
    return dealt


def group_tunes(melodies: Sequence[NDArray[np.int64]], least_shared: float = SHARED) -> list[int]:
    """The number of the tune of each melody: those that share many intervals are one.

    Intervals alone count, so a tune is found again in another key or rhythm.
    """
    grams = [_grams(pitches) for pitches in melodies]
    tune = list(range(len(melodies)))
    seen: dict[bytes, list[int]] = defaultdict(list)
    for number, own in enumerate(grams):
        shared = Counter(other for gram in sorted(own) for other in seen[gram])
        for other, count in shared.items():
            if count > least_shared * min(len(own), len(grams[other])):
                tune[_root(tune, number)] = _root(tune, other)
        for gram in own:
            seen[gram].append(number)
    return [_root(tune, number) for number in range(len(tune))]


def _grams(pitches: NDArray[np.int64]) -> set[bytes]:
    steps = np.diff(pitches).astype(np.int8)
    return {steps[start : start + GRAM].tobytes() for start in range(len(steps) - GRAM + 1)}


def _root(tune: list[int], number: int) -> int:
    while tune[number] != number:
        number = tune[number]
    return number
