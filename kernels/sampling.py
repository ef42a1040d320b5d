"""Markov sampling: interpolated distributions from a context tree, and guided melodies.

Only sums, products, quotients and square roots are used, which IEEE 754 makes exact: the same
draws give the same melody on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs
from kernels.memory import prefetch

ROW = np.dtype(
    [
        ("first_child", np.int32),  # children of r: first_child of r to that of r + 1
        ("first_entry", np.int32),  # entries of r: first_entry of r to that of r + 1
        ("spread", np.int32),  # row of ``spreads``, 0 for none
        ("unused", np.int32),
        ("backoff", np.float64),  # 0..1
    ]
)
"""A context, in one piece: trees do not fit in the cache, and are read all over."""


LINE_STEPS = 16  # in a line of the cache


class Tree(NamedTuple):
    """Statistics of every context that was learned.

    A context is a sequence of steps, the most telling first. Each row is one context, row 0 the
    empty one; the children of a row are the contexts one step longer, and lie side by side by
    rising step. A row's probability is its own shares plus its backoff times the probability of
    the row one step shorter; its shares and backoff sum to 1. What is asked for most often has been
    worked out: the probabilities of all symbols after a context, in a row of ``spreads``.
    """

    rows: NDArray[np.void]  # (rows + 1,) of `ROW`; of the last one only where others end
    steps: NDArray[np.int32]  # (rows + 1,) that lead here from the row one step shorter
    symbols: NDArray[np.uint8]  # (entries,) what followed in this context
    shares: NDArray[np.float64]  # (entries,) 0..1
    spreads: NDArray[np.float64]  # (1 + spreads, symbols) 0..1; nobody asks for the first


SOME_TREE = Tree(
    np.zeros(1, ROW), np.zeros(1, np.int32), np.zeros(1, np.uint8), np.zeros(1), np.zeros((1, 1))
)


@fragment
def find_child(tree: Tree, row: int, step: int) -> int:
    """The row that one step more leads to; -1 if it was never taken."""
    first, end = tree.rows[row]["first_child"], tree.rows[row + 1]["first_child"]
    if first >= end:
        return -1
    steps, low, left = tree.steps[first:end], 0, end - first
    while left > 1:  # without a branch inside, as nobody can guess which way it goes
        half = left // 2
        low += half if steps[low + half] <= step else 0
        left -= half
    return int(first + low) if steps[low] == step else -1


@fragment
def expect_at(tree: Tree, row: int) -> None:
    """Ask for what will be read of a row that was found: its children and its entries."""
    first, end = tree.rows[row]["first_child"], tree.rows[row + 1]["first_child"]
    for place in range(first, end, LINE_STEPS):
        prefetch(tree.steps, place)
    spread = tree.rows[row]["spread"]
    if spread > 0:
        prefetch(tree.spreads[spread], 0)
        return
    prefetch(tree.shares, tree.rows[row]["first_entry"])
    prefetch(tree.symbols, tree.rows[row]["first_entry"])


@fragment
def interpolate(
    tree: Tree, root: int, context: Longs, steps: int, symbols: int, out: Doubles
) -> None:
    """Interpolate the probability of the first symbols after a context, from some root."""
    for symbol in range(symbols):
        out[symbol] = 1.0 / symbols
    row = root
    for k in range(steps):
        row = find_child(tree, row, context[k])
        if row < 0:
            return
        backoff = tree.rows[row]["backoff"]
        for symbol in range(symbols):
            out[symbol] *= backoff
        for entry in range(tree.rows[row]["first_entry"], tree.rows[row + 1]["first_entry"]):
            symbol = tree.symbols[entry]
            if symbol < symbols:  # memory is safe even with a tree of another alphabet
                out[symbol] += tree.shares[entry]


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
    interpolate(tree, 0, context, steps, out.shape[0], out)


@kernel
def look_ahead(transitions: Doubles, weights: Doubles, out: Doubles) -> None:
    """Weigh each note by how well the goals after it can be reached from it.

    Parameters
    ----------
    transitions : (pitches, pitches) float64, > 0
        Probability of a pitch (row) after a pitch (column).
    weights : (notes, pitches) float64, >= 0
        Goals of each note; each row has a positive one.
    out : (notes, pitches) float64, 0..1, written in full
        Messages of an order-1 chain; the largest of each row is 1.
    """
    notes, pitches = weights.shape
    for pitch in range(pitches):
        out[notes - 1, pitch] = 1.0
    for note in range(notes - 2, -1, -1):
        row = out[note]
        for pitch in range(pitches):
            row[pitch] = 0.0
        for following in range(pitches):
            goal = weights[note + 1, following] * out[note + 1, following]
            if goal > 0.0:  # one goal at a time: then the pitches do not wait for one another
                lead = transitions[following]
                for pitch in range(pitches):
                    row[pitch] += lead[pitch] * goal
        largest = 0.0
        for pitch in range(pitches):
            largest = max(largest, row[pitch])
        for pitch in range(pitches):
            row[pitch] /= largest
