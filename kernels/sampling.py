"""Markov sampling: interpolated distributions from a context tree, and guided melodies.

Only sums, products, quotients and square roots are used, which IEEE 754 makes exact: the same
draws give the same melody on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Floats, Longs
from kernels.memory import prefetch

ROW = np.dtype(
    [
        ("first_child", np.int32),  # children of r: first_child of r to that of r + 1
        ("first_entry", np.int32),  # entries of r: first_entry of r to that of r + 1
        ("backoff", np.float32),  # 0..1
        ("step", np.int16),  # that leads here from the row one step shorter
        ("spread", np.uint16),  # row of ``spreads``, 0 for none
    ]
)
"""A context, in one piece: trees do not fit in the cache, and are read all over."""

LINE_ROWS, LINE_SPREADS = 4, 16  # in a line of the cache
MOST_ROWS_AHEAD = 16  # of children that are asked for


class Tree(NamedTuple):
    """Statistics of every context that was learned.

    A context is a sequence of steps, the most telling first. Each row is one context, row 0 the
    empty one; the children of a row are the contexts one step longer, and lie side by side by
    rising step. A row's probability is its own shares plus its backoff times the probability of
    the row one step shorter; its shares and backoff sum to 1. What is asked for most often has been
    worked out: the probabilities of all symbols after a context, in a row of ``spreads``, and which
    child each step leads to, in the same row of ``doors``.
    """

    rows: NDArray[np.void]  # (rows + 1,) of `ROW`; of the last one only where others end
    symbols: NDArray[np.uint8]  # (entries,) what followed in this context
    shares: NDArray[np.float32]  # (entries,) 0..1
    spreads: NDArray[np.float32]  # (1 + spreads, >= symbols) 0..1; nobody asks for the first
    doors: NDArray[np.uint16]  # (1 + spreads, steps) children counted from 1, 0 for none


SOME_TREE = Tree(
    np.zeros(1, ROW), np.zeros(1, np.uint8), np.zeros(1, np.float32), np.zeros((1, 1), np.float32),
    np.zeros((1, 1), np.uint16),
)  # fmt: skip


@fragment
def find_child(tree: Tree, row: int, step: int) -> int:
    """The row that one step more leads to; -1 if it was never taken."""
    first, end = tree.rows[row]["first_child"], tree.rows[row + 1]["first_child"]
    spread = tree.rows[row]["spread"]
    if spread > 0:
        number = tree.doors[spread, step] if step < tree.doors.shape[1] else 0
        return int(first + number - 1) if number > 0 else -1
    if first >= end:
        return -1
    rows, low, left = tree.rows[first:end], 0, end - first
    while left > 1:  # without a branch inside, as nobody can guess which way it goes
        half = left // 2
        low += half if rows[low + half]["step"] <= step else 0
        left -= half
    return int(first + low) if rows[low]["step"] == step else -1


@fragment
def expect_at(tree: Tree, row: int, step: int, low: int, high: int) -> None:
    """Ask for what will be read of a row: the way a step leads, and what follows there.

    Of a spread that are some of the symbols alone.
    """
    spread = tree.rows[row]["spread"]
    if spread > 0:
        prefetch(tree.doors[spread], step)
        for symbol in range(low, high, LINE_SPREADS):
            prefetch(tree.spreads[spread], symbol)
        return
    first, end = tree.rows[row]["first_child"], tree.rows[row + 1]["first_child"]
    for place in range(first, min(end, first + MOST_ROWS_AHEAD), LINE_ROWS):
        prefetch(tree.rows, place)
    prefetch(tree.shares, tree.rows[row]["first_entry"])
    prefetch(tree.symbols, tree.rows[row]["first_entry"])


@fragment
def go_on(tree: Tree, row: int, step: int, symbols: int, out: Doubles) -> int:
    """Take one step more, and let what is known there speak before what shorter contexts say.

    Returns the row that the step leads to; -1 if it was never taken.
    """
    child = find_child(tree, row, step)
    if child < 0:
        return -1
    backoff = tree.rows[child]["backoff"]
    for symbol in range(symbols):
        out[symbol] *= backoff
    for entry in range(tree.rows[child]["first_entry"], tree.rows[child + 1]["first_entry"]):
        symbol = tree.symbols[entry]
        if symbol < symbols:  # memory is safe even with a tree of another alphabet
            out[symbol] += tree.shares[entry]
    return child


@kernel
def distribution(tree: Tree, context: Longs, steps: int, out: Doubles) -> None:
    """Interpolate the probability of every symbol after a context.

    Parameters
    ----------
    tree : Tree
        What was learned.
    context : (>= steps,) int64
        Steps from the root, the most telling first.
    steps : int
        How many steps of ``context`` count; unknown ones end the walk.
    out : (symbols,) float64, 0..1, written in full
        Probabilities that sum to 1; none is 0.

    Notes
    -----
    Interpolation as in S. Chen and J. Goodman, "An empirical study of smoothing techniques for
    language modeling", Computer Speech and Language 13, 1999.
    """
    symbols, row, known = out.shape[0], 0, 0
    for symbol in range(symbols):
        out[symbol] = 1.0 / symbols
    while known < steps and row >= 0:
        row = go_on(tree, row, context[known], symbols, out)
        known += 1


@kernel
def look_ahead(transitions: Floats, weights: Doubles, low: int, high: int, out: Doubles) -> None:
    """Weigh each note by how well the goals after it can be reached from it.

    Parameters
    ----------
    transitions : (pitches, pitches) float32, > 0
        Probability of a pitch (row) after a pitch (column).
    weights : (notes, pitches) float64, >= 0
        Goals of each note; each row has a positive one.
    low, high : int
        The first pitch that has a goal, and the one behind the last.
    out : (notes, pitches) float64, 0..1, written from the first to the last of these
        Messages of an order-1 chain; the largest of each row is 1.
    """
    last = weights.shape[0] - 1
    for pitch in range(low, high):
        out[last, pitch] = 1.0
    for note in range(last - 1, -1, -1):
        row = out[note, low:high]
        for n in range(len(row)):
            row[n] = 0.0
        for following in range(low, high):
            goal = weights[note + 1, following] * out[note + 1, following]
            if goal > 0.0:  # one goal at a time: then the pitches do not wait for one another
                lead = transitions[following, low:high]
                for n in range(len(row)):
                    row[n] += lead[n] * goal
        largest = 0.0
        for n in range(len(row)):
            largest = max(largest, row[n])
        for n in range(len(row)):
            row[n] /= largest
