"""Voicing: which notes of a chord sound where, so that every voice moves as little as it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.theory import OCTAVE
from genmusic.names import QUALITIES
from kernels import drawing

Voicings = NDArray[np.int64]

WIDEST_GAP = 9  # semitones between neighbouring voices, so that the chord stays one sound
NARROWEST_GAP = 2
PARALLEL_COST = 12.0  # semitones of movement that a parallel fifth or octave is worth avoiding
CENTRE_COST = 0.5  # for each semitone that the chord as a whole lies off the middle of the range
DOUBLING_COST = 3.0  # for a chord without its fifth when there is room for it


@dataclass(frozen=True, slots=True)
class Lay:
    """The range and the number of voices of a part."""

    low: int
    high: int
    voices: int


@dataclass(frozen=True, slots=True, eq=False)
class _Choices:
    """Every voicing of a chord in a range, and what each costs by itself."""

    pitches: Voicings
    costs: NDArray[np.float64]


@lru_cache(maxsize=16384)
def voice_chord(
    root: int, quality: str, lay: Lay, before: tuple[int, ...], bass: tuple[int, int]
) -> tuple[int, ...]:
    """The pitches of a chord, from below, that follow most smoothly.

    ``root`` is a pitch class, ``before`` the pitches of the chord before (empty: none), ``bass``
    the bass notes before and now.
    """
    choices = _choices(root, quality, lay)
    voices = choices.pitches.shape[1]
    last = np.array(before if len(before) == voices else (), np.int64)
    number = drawing.smoothest(
        choices.pitches, choices.costs, last, np.array(bass, np.int64), PARALLEL_COST
    )
    best: list[int] = choices.pitches[number].tolist()
    return tuple(best)


@lru_cache(maxsize=4096)
def _choices(root: int, quality: str, lay: Lay) -> _Choices:
    """The voicings in a range; if it has none, the tones one above the other from its bottom."""
    shapes = _shapes(quality, lay.voices) + root
    octaves = np.arange(-OCTAVE, 128, OCTAVE)
    everywhere = (shapes[None, :, :] + octaves[:, None, None]).reshape(-1, shapes.shape[1])
    fits = (everywhere[:, 0] >= lay.low) & (everywhere[:, -1] <= lay.high)
    pitches = everywhere[fits] if fits.any() else _piled(root, quality, lay)
    middle = (lay.low + lay.high) / 2.0
    fifth = (root + QUALITIES[quality][2]) % OCTAVE
    lacking = (pitches % OCTAVE != fifth).all(axis=1)
    return _Choices(
        pitches, np.abs(pitches.mean(axis=1) - middle) * CENTRE_COST + lacking * DOUBLING_COST
    )


def _piled(root: int, quality: str, lay: Lay) -> Voicings:
    intervals = QUALITIES[quality][: lay.voices]
    return np.array([sorted(lay.low + (root + i - lay.low) % OCTAVE for i in intervals)])


@lru_cache(maxsize=64)
def _shapes(quality: str, voices: int) -> Voicings:
    """Voicings from each chord tone up, above a root of 0: the fifth alone may be missing."""
    intervals = QUALITIES[quality]
    needed = {interval for number, interval in enumerate(intervals) if number != 2}
    if voices < len(needed):
        needed = set(intervals[1 : 1 + voices])
    shapes: list[tuple[int, ...]] = []
    for lowest in intervals:
        _extend((lowest,), intervals, voices, shapes)
    whole = [shape for shape in shapes if needed <= {pitch % OCTAVE for pitch in shape}]
    return np.array(whole)


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
