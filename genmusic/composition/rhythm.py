"""Rhythm: the onsets of a bar of melody, from the trained cells, as dense as the mood asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.metre import Metre
from genmusic.composition.model import COMPOUND, RHYTHM_ORDER, Model
from genmusic.rules.style import GRIDS, MelodyRules
from genmusic.units import TICKS_PER_BEAT
from kernels import drawing

Doubles = NDArray[np.float64]

COUNT_PULL = 0.7  # how firmly the number of onsets in a beat keeps to what is wanted
CANDIDATES = 4  # bars drawn, of which one is taken
EVENNESS = 1.5  # onsets too many or too few that a bar of even notes is worth avoiding
LATE_PULL = 3.0  # weight that full syncopation adds to a beat that begins off the beat
MOST_PER_BEAT = 4.0


@dataclass(frozen=True, slots=True)
class Cells:
    """A model's rhythm cells, as a style sees them."""

    counts: NDArray[np.int64]
    welcome: Doubles  # 0 off the grid, more for a first onset off the beat


def draw_onsets(
    model: Model, rules: MelodyRules, wanted: float, metre: Metre, draws: Sequence[float]
) -> tuple[int, ...]:
    """Onset ticks of a bar with about ``wanted`` onsets.

    Of `CANDIDATES` bars, with a draw for each pulse of each, the one that comes nearest to the
    number wanted and moves in more than one note value.
    """
    cells = _cells(model, _cell_grid(rules.grid, metre), rules.syncopation)
    pulses = metre.pulses
    bars = [
        _draw_bar(model, cells, wanted, metre, draws[start : start + pulses])
        for start in range(0, CANDIDATES * pulses, pulses)
    ]
    return min(bars, key=lambda onsets: _dullness(onsets, wanted, metre.bar_ticks))


def _draw_bar(
    model: Model, cells: Cells, wanted: float, metre: Metre, draws: Sequence[float]
) -> tuple[int, ...]:
    """A cell of the model for each pulse; a pulse of compound metre stretches them."""
    history: list[int] = []
    onsets: list[int] = []
    for pulse in range(metre.pulses):
        probabilities = _expectation(model, tuple(history[-RHYTHM_ORDER:]), pulse, metre)
        rest = min(MOST_PER_BEAT, max(0.0, wanted - len(onsets)) / (metre.pulses - pulse))
        cell = drawing.draw_cell(
            probabilities, cells.welcome, cells.counts, rest, COUNT_PULL, draws[pulse]
        )
        history.append(cell)
        start, stretch = pulse * metre.pulse_ticks, metre.pulse_ticks
        onsets.extend(start + tick * stretch // TICKS_PER_BEAT for tick in model.cells[cell])
    return tuple(onsets)


def _dullness(onsets: Sequence[int], wanted: float, bar_ticks: int) -> float:
    """What speaks against a bar: too many or too few onsets, and notes all of one length."""
    lengths = {end - tick for tick, end in zip(onsets, (*onsets[1:], bar_ticks), strict=False)}
    return abs(len(onsets) - wanted) + EVENNESS * (len(lengths) < 2)


def grid_ticks(grid: str, metre: Metre) -> int:
    """Ticks between the finest onsets of a bar; compound metre has no triplets of its own."""
    return GRIDS["eighth"] if metre.is_compound and grid == "triplet" else GRIDS[grid]


def _cell_grid(grid: str, metre: Metre) -> int:
    """The same inside a cell of the model."""
    return grid_ticks(grid, metre) * TICKS_PER_BEAT // metre.pulse_ticks


@lru_cache(maxsize=8192)
def _expectation(model: Model, history: tuple[int, ...], pulse: int, metre: Metre) -> Doubles:
    """How probable the model thinks each cell after others."""
    probabilities = np.empty(len(model.cells))
    pulses = metre.pulses + (COMPOUND if metre.is_compound else 0)
    model.rhythm_distribution(history, pulse, pulses, probabilities)
    return probabilities


@lru_cache(maxsize=64)
def _cells(model: Model, grid: int, syncopation: float) -> Cells:
    cells = model.cells
    on_grid = np.array([all(tick % grid == 0 for tick in cell) for cell in cells])
    late = np.array([bool(cell) and cell[0] > 0 for cell in cells])
    counts = [len(cell) for cell in cells]
    return Cells(np.array(counts), on_grid * (1.0 + LATE_PULL * syncopation * late))


def thin_or_fill(
    onsets: Sequence[int], wanted: float, grid: int, end_tick: int, metre: Metre
) -> tuple[int, ...]:
    """A known rhythm with fewer or more onsets, where it is far from the number wanted.

    The weakest onsets go first; new ones halve the longest gaps.
    """
    kept = list(onsets)
    while len(kept) > 1 and len(kept) > wanted * FAR:
        kept.remove(max(kept, key=lambda tick: (metre.weakness(tick), tick)))
    while kept and len(kept) * FAR < wanted:
        gap, tick = _longest_gap(kept, end_tick)
        middle = tick + gap // 2 // grid * grid
        if middle == tick:
            break
        kept.append(middle)
        kept.sort()
    return tuple(kept)


FAR = 1.45  # times the wanted number of onsets, or less than its inverse


def _longest_gap(onsets: Sequence[int], end_tick: int) -> tuple[int, int]:
    """The longest time between onsets, and where it begins; the first of equals."""
    ends = (*onsets[1:], end_tick)
    gaps = [(end - tick, -tick) for tick, end in zip(onsets, ends, strict=True)]
    gap, tick = max(gaps)
    return gap, -tick
