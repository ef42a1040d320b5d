"""Voicing: the ways to lay out a chord, of which the smoothest is taken."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from genmusic.composition.theory import OCTAVE
from genmusic.names import QUALITIES
from kernels.voicings import MOST_VOICES, Shapes

WIDEST_GAP = 9  # semitones between neighbouring voices, so that the chord stays one sound
NARROWEST_GAP = 2


@lru_cache(maxsize=MOST_VOICES)
def shapes_of(voices: int) -> Shapes:
    """How chords of every quality may be laid out in so many voices."""
    rows: list[tuple[int, ...]] = []
    firsts = [0]
    for intervals in QUALITIES.values():
        rows += [_row(shape, intervals) for shape in _shapes(intervals, voices)]
        firsts.append(len(rows))
    return Shapes(np.array(rows, np.int64), np.array(firsts, np.int64), voices)


def _row(shape: tuple[int, ...], intervals: Sequence[int]) -> tuple[int, ...]:
    lacks_fifth = all(pitch % OCTAVE != intervals[2] for pitch in shape)
    return (*shape, *(0,) * (MOST_VOICES - len(shape)), int(lacks_fifth))


def _shapes(intervals: Sequence[int], voices: int) -> list[tuple[int, ...]]:
    """Voicings from each chord tone up, above a root of 0: the fifth alone may be missing."""
    needed = {interval for number, interval in enumerate(intervals) if number != 2}
    if voices < len(needed):
        needed = set(intervals[1 : 1 + voices])
    shapes: list[tuple[int, ...]] = []
    for lowest in intervals:
        _extend((lowest,), intervals, voices, shapes)
    return [shape for shape in shapes if needed <= {pitch % OCTAVE for pitch in shape}]


def _extend(
    shape: tuple[int, ...], intervals: Sequence[int], voices: int, shapes: list[tuple[int, ...]]
) -> None:
    """Add chord tones on top until there are enough voices."""
    if len(shape) == voices:
        shapes.append(shape)
        return
    for gap in range(NARROWEST_GAP, WIDEST_GAP + 1):
        if (shape[-1] + gap) % OCTAVE in intervals:
            _extend((*shape, shape[-1] + gap), intervals, voices, shapes)
