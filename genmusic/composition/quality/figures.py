"""The figures of one piece, and how a set of pieces compares with another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = 10, 90  # percentiles between which a piece is like others of its kind
BANDWIDTH_FLOOR = 1e-3
OVERLAP_POINTS = 512


def figure(text: str, unit: str = "") -> dict[str, str]:
    """What a figure of a piece says."""
    return {"text": text, "unit": unit}


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be counted in one piece; nan where it has too little of it."""

    chord_tones: float  # share of strong-beat melody notes that the other parts sound too
    wide_leaps: float  # share of melodic intervals above a fifth
    recovered: float  # share of leaps above a fourth that turn back at once
    rhythm_repeat: float  # share of bars whose rhythm the melody has had before
    bar_repeat: float  # share of bars that nearly repeat an earlier one, transposed or not
    structure: float  # likeness of bars a phrase apart above that of bars at other distances
    parallels: float  # share of moves of melody and bass in parallel fifths or octaves
    steps: float  # share of melodic intervals that are steps
    entropy_bits: float  # of the melodic intervals
    onset_beats: float  # mean time from onset to onset inside phrases
    density: float  # melody notes in a beat, rests included

    def values(self) -> dict[str, float]:
        """By name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


NAMES: Mapping[str, str] = {
    "chord_tones": "chord tones on strong beats",
    "wide_leaps": "leaps above a fifth",
    "recovered": "leaps above a fourth that turn back",
    "rhythm_repeat": "bars whose rhythm returns",
    "bar_repeat": "bars that nearly return",
    "structure": "likeness of bars a phrase apart",
    "parallels": "parallel fifths and octaves with the bass",
    "steps": "steps among intervals",
    "entropy_bits": "entropy of intervals, bits",
    "onset_beats": "onset to onset, beats",
    "density": "notes a beat",
}
"""The figures in words."""


def percentiles(pieces: Sequence[Figures]) -> dict[str, list[float]]:
    """For each figure its percentiles 1 to 99, over the pieces that have it."""
    table: dict[str, list[float]] = {}
    for name in NAMES:
        column = samples(pieces, name)
        if len(column):
            table[name] = [round(float(v), 4) for v in np.percentile(column, range(1, 100))]
    return table


def samples(pieces: Sequence[Figures], name: str) -> NDArray[np.float64]:
    """The values of one figure, without those that are missing."""
    column = [float(getattr(piece, name)) for piece in pieces]
    return np.array([value for value in column if math.isfinite(value)])


def overlap(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Area that two distributions share, 0..1, each smoothed by Silverman's rule.

    Yang and Lerch, "On the evaluation of generative models in music", 2020, on the values
    themselves.
    """
    both = np.array([*ours, *theirs])
    spread = max(float(np.ptp(both)), BANDWIDTH_FLOOR)
    grid = np.linspace(both.min() - spread / 2, both.max() + spread / 2, OVERLAP_POINTS)
    densities = [_smoothed(np.array(values), grid) for values in (ours, theirs)]
    return float(np.minimum(*densities).sum() * (grid[1] - grid[0]))


def _smoothed(values: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    width = 1.06 * max(float(values.std()), BANDWIDTH_FLOOR) * len(values) ** -0.2
    bells = np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2)
    density: NDArray[np.float64] = bells.sum(axis=1) / (
        len(values) * width * math.sqrt(2 * math.pi)
    )
    return density


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's: 1 where the other rises whenever the one does; nan if one stands still."""
    ranks, others = _ranks(np.array(one)), _ranks(np.array(other))
    if 0.0 in (ranks.std(), others.std()):
        return math.nan
    return float(np.corrcoef(ranks, others)[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks; equals share the mean of theirs."""
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values))
    for value in np.unique(values):
        ranks[values == value] = ranks[values == value].mean()
    return ranks
