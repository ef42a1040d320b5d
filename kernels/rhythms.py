"""Rhythms: a bar of onsets, a cell for each pulse, as works have taught and as is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs
from kernels.drawing import draw_cell
from kernels.handles import reader
from kernels.words import SOME_WORDS, Words, expect

EVENNESS = 1.5  # onsets too many or too few that a bar of even notes is worth avoiding
MOST_PER_BEAT = 4.0
ORDER = 4  # cells before that say what comes next
TICKS_PER_BEAT = 960


class Cells(NamedTuple):
    """The rhythm cells of a mix of models."""

    words: Words
    onsets: Longs  # (cells, most) ticks in a beat, rising, -1 from where they end


_read_cells = reader(Cells(SOME_WORDS, np.zeros((1, 1), np.int64)))


@fragment
def _dullness(onsets: Longs, count: int, wanted: float, bar_ticks: int) -> float:
    """What speaks against a bar: too many or too few onsets, and notes all of one length."""
    even = True
    for n in range(count):
        end = onsets[n + 1] if n + 1 < count else bar_ticks
        first = onsets[1] if count > 1 else bar_ticks
        even = even and end - onsets[n] == first - onsets[0]
    return abs(count - wanted) + (EVENNESS if even else 0.0)


@kernel
def draw_onsets(
    cells_words: Longs,
    welcome: Doubles,
    counts: Longs,
    metre: int,
    pulses: int,
    pulse_ticks: int,
    wanted: float,
    pull: float,
    draws: Doubles,
    context: Longs,
    room: Doubles,
    out: Longs,
) -> int:
    """Draw some bars of onsets, and keep the one that comes nearest to what is wanted.

    Parameters
    ----------
    cells_words : (words,) int64
        Of the `Cells`, as their `handles.Handle` has them: what may fall into a pulse.
    welcome : (cells,) float64, >= 0
        Weight of each cell.
    counts : (cells,) int64
        Onsets of each cell.
    metre, pulses, pulse_ticks : int
        What trees call the metre, how many pulses a bar has, and their length.
    wanted : float
        Onsets that the bar should have.
    pull : float, >= 0
        How firmly the number of onsets in a pulse keeps to that.
    draws : (bars * pulses,) float64, 0..1
        As many bars are drawn as there are draws for.
    context : (2 * (2 + ORDER),) int64, scratch
    room : (2, cells) float64, scratch
    out : (2, most) int64, the first row written as far as the returned number of onsets
        Ticks from the bar line, rising.

    Returns
    -------
    int: how many onsets the bar has.
    """
    cells = _read_cells(cells_words)
    best, least, most = 0, np.inf, out.shape[1]
    for first in range(0, len(draws) - pulses + 1, pulses):
        count = 0
        for step in range(2 + ORDER):
            context[step] = -1
        context[0] = metre
        for pulse in range(pulses):
            context[1] = pulse
            expect(cells.words, context, 2, room[0], room[1])
            rest = min(MOST_PER_BEAT, max(0.0, wanted - count) / (pulses - pulse))
            cell = draw_cell(room[1], welcome, counts, rest, pull, draws[first + pulse])
            for step in range(1 + ORDER, 2, -1):
                context[step] = context[step - 1]
            context[2] = cell
            for n in range(counts[cell]):
                if count < most:
                    tick = cells.onsets[cell, n] * pulse_ticks // TICKS_PER_BEAT
                    out[1, count] = pulse * pulse_ticks + tick
                    count += 1
        dullness = _dullness(out[1], count, wanted, pulses * pulse_ticks)
        if dullness < least:
            best, least = count, dullness
            for n in range(count):
                out[0, n] = out[1, n]
    return best
