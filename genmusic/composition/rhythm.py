"""Rhythm: the onsets of a bar of melody, from the trained cells, as dense as the mood asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from genmusic.composition.chance import MOST_NOTES
from genmusic.composition.metre import Metre
from genmusic.composition.model import COMPOUND, Model
from genmusic.rules.style import GRIDS, MelodyRules
from genmusic.threads import OfThread
from genmusic.units import TICKS_PER_BEAT
from kernels import rhythms as kernel
from kernels.handles import Handle
from kernels.words import room_for

COUNT_PULL = 0.7  # how firmly the number of onsets in a beat keeps to what is wanted
CANDIDATES = 4  # bars drawn, of which one is taken
LATE_PULL = 3.0  # weight that full syncopation adds to a beat that begins off the beat


def draw_onsets(
    model: Model, rules: MelodyRules, wanted: float, metre: Metre, key: int, first: int
) -> tuple[int, ...]:
    """Onset ticks of a bar with about ``wanted`` onsets.

    Of `CANDIDATES` bars, with a draw for each pulse of each, the one that comes nearest to the
    number wanted and moves in more than one note value. The draws are those of a key from a place
    on.
    """
    cells, desk = model.rhythms, _desks.of(model.rhythm_sizes)
    count = kernel.draw_onsets(
        cells.words, taste_of(model, rules, metre).words,
        metre.pulses + (COMPOUND if metre.is_compound else 0), metre.pulses, metre.pulse_ticks,
        wanted, key, first, desk.words,
    )  # fmt: skip
    return tuple(desk.values.kept[:count].tolist())


def _new_desk(sizes: tuple[int, int, int]) -> Handle[kernel.Desk]:
    models, cells, most = sizes
    return Handle(
        kernel.Desk(
            kept=np.zeros(MOST_NOTES, np.int64),
            onsets=np.zeros((CANDIDATES, MOST_NOTES), np.int64),
            counts=np.zeros(CANDIDATES, np.int64),
            before=np.zeros((CANDIDATES, kernel.ORDER), np.int64),
            nears=np.zeros(1 + most),
            weights=np.zeros(cells),
            room=room_for(models, cells),
        )
    )


_desks: OfThread[tuple[int, int, int], Handle[kernel.Desk]] = OfThread(_new_desk)


def grid_ticks(grid: str, metre: Metre) -> int:
    """Ticks between the finest onsets of a bar; compound metre has no triplets of its own."""
    return GRIDS["eighth"] if metre.is_compound and grid == "triplet" else GRIDS[grid]


def _cell_grid(grid: str, metre: Metre) -> int:
    """The same inside a cell of the model."""
    return grid_ticks(grid, metre) * TICKS_PER_BEAT // metre.pulse_ticks


def taste_of(model: Model, rules: MelodyRules, metre: Metre) -> Handle[kernel.Taste]:
    """A model's rhythm cells, as a style sees them in a metre."""
    return _taste(model, _cell_grid(rules.grid, metre), rules.syncopation)


@lru_cache(maxsize=64)
def _taste(model: Model, grid: int, syncopation: float) -> Handle[kernel.Taste]:
    """What is off the grid has no weight, and more has what begins off the beat."""
    cells = model.cells
    on_grid = np.array([all(tick % grid == 0 for tick in cell) for cell in cells])
    late = np.array([bool(cell) and cell[0] > 0 for cell in cells])
    counts = np.array([len(cell) for cell in cells])
    welcome = on_grid * (1.0 + LATE_PULL * syncopation * late)
    return Handle(kernel.Taste(counts, welcome, COUNT_PULL))


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
