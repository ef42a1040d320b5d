"""Rhythms: a bar of onsets, a cell for each pulse, as works have taught and as is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs
from kernels.drawing import draw_cell, uniform
from kernels.handles import reader
from kernels.words import SOME_EXPECTED, SOME_WORDS, Expected, Words, begin, expect

EVENNESS = 1.5  # onsets too many or too few that a bar of even notes is worth avoiding
MOST_PER_BEAT = 4.0
ORDER = 4  # cells before that say what comes next
TICKS_PER_BEAT = 960


class Cells(NamedTuple):
    """The rhythm cells of a mix of models."""

    words: Words
    onsets: Longs  # (cells, most) ticks in a beat, rising, -1 from where they end


class Taste(NamedTuple):
    """Rhythm cells, as a style sees them."""

    counts: Longs  # (cells,) onsets of each
    welcome: Doubles  # (cells,) >= 0
    pull: float  # >= 0, how firmly the onsets of a pulse keep to the number that is wanted


class Desk(NamedTuple):
    """Room for a few bars of onsets, of which one is kept."""

    kept: Longs  # (most,) ticks from the bar line, rising
    onsets: Longs  # (bars, most) those of each bar,
    counts: Longs  # (bars,) how many they are,
    before: Longs  # (bars, ORDER) and its cells so far, the last one first, -1 from where they end
    nears: Doubles  # (> onsets of a cell,) scratch
    weights: Doubles  # (cells,) scratch
    room: Expected


_LINES, _LINE, _TABLE = np.zeros((1, 1), np.int64), np.zeros(1, np.int64), np.zeros(1)
_read_cells = reader(Cells(SOME_WORDS, _LINES))
_read_taste = reader(Taste(_LINE, _TABLE, 0.0))
_read_desk = reader(Desk(_LINE, _LINES, _LINE, _LINES, _TABLE, _TABLE, SOME_EXPECTED))


@fragment
def _dullness(onsets: Longs, count: int, wanted: float, bar_ticks: int) -> float:
    """What speaks against a bar: too many or too few onsets, and notes all of one length."""
    even = True
    for n in range(count):
        end = onsets[n + 1] if n + 1 < count else bar_ticks
        first = onsets[1] if count > 1 else bar_ticks
        even = even and end - onsets[n] == first - onsets[0]
    return abs(count - wanted) + (EVENNESS if even else 0.0)


@fragment
def _add_cell(
    cells: Cells, cell: int, count: int, pulse_tick: int, ticks: int, desk: Desk, bar: int
) -> None:
    """Let a cell of so many onsets go on with a bar, at a pulse."""
    before, onsets, known = desk.before[bar], desk.onsets[bar], desk.counts[bar]
    for step in range(ORDER - 1, 0, -1):
        before[step] = before[step - 1]
    before[0] = cell
    for n in range(min(count, len(onsets) - known)):
        onsets[known + n] = pulse_tick + cells.onsets[cell, n] * ticks // TICKS_PER_BEAT
    desk.counts[bar] = min(known + count, len(onsets))


@fragment
def _is_same(before: Longs, other: Longs) -> bool:
    """Whether bars have come the same way: then the same is expected of both."""
    same = True
    for step in range(ORDER):
        same = same and before[step] == other[step]
    return same


@kernel
def draw_onsets(
    cells_words: Longs,
    taste_words: Longs,
    metre: int,
    pulses: int,
    pulse_ticks: int,
    wanted: float,
    key: int,
    first: int,
    desk_words: Longs,
) -> int:
    """Draw some bars of onsets, and keep the one that comes nearest to what is wanted.

    Parameters
    ----------
    cells_words, taste_words : (words,) int64
        Of the `Cells` and the `Taste`, as their `handles.Handle` has them: what may fall into a
        pulse, and what is welcome there.
    metre, pulses, pulse_ticks : int
        What trees call the metre, how many pulses a bar has, and their length.
    wanted : float
        Onsets that the bar should have.
    key, first : int
        The row of `drawing.uniform` numbers, and where in it the draws begin: one for each pulse of
        each bar.
    desk_words : (words,) int64
        Of the `Desk`: as many bars are drawn as it has room for, and the onsets of one are kept.

    Returns
    -------
    int: how many onsets the bar has.
    """
    cells, taste, desk = _read_cells(cells_words), _read_taste(taste_words), _read_desk(desk_words)
    bars, best, least = len(desk.counts), 0, np.inf
    for bar in range(bars):
        desk.counts[bar] = 0
        for step in range(ORDER):
            desk.before[bar, step] = -1
    for pulse in range(pulses):
        begin(cells.words, metre, pulse, desk.room)
        for bar in range(bars):
            if bar == 0 or not _is_same(desk.before[bar], desk.before[bar - 1]):
                expect(cells.words, desk.before[bar], desk.room)
            rest = max(0.0, wanted - desk.counts[bar]) / (pulses - pulse)
            cell = draw_cell(
                desk.room.mixed, taste.welcome, taste.counts, min(MOST_PER_BEAT, rest), taste.pull,
                uniform(key, first + bar * pulses + pulse), desk.nears, desk.weights,
            )  # fmt: skip
            count = taste.counts[cell]
            _add_cell(cells, cell, count, pulse * pulse_ticks, pulse_ticks, desk, bar)
    for bar in range(bars):
        count = desk.counts[bar]
        dullness = _dullness(desk.onsets[bar], count, wanted, pulses * pulse_ticks)
        if dullness < least:
            best, least = count, dullness
            for n in range(count):
                desk.kept[n] = desk.onsets[bar, n]
    return best
