"""Counting what follows which context, and turning counts into shares.

A sample is a context (steps, the most telling first), the symbol that followed, and the work it
comes from. As in Kneser-Ney smoothing, a context counts in how many longer contexts each symbol
was seen, so that a common note is not mistaken for one that fits everywhere. A longer context
counts once for each work: a verse sung five times is one habit, not five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kernels.sampling import Tree

Integers = NDArray[np.int64]

# Settled on 146 songs left out of training; see docs/model.md. Works repeat themselves, so counts
# deserve less trust than independent ones would: about 40 of them weigh as much as the shorter
# context does.
DISCOUNT = 0.7  # taken from each count
STRENGTH = 40.0  # counts that the shorter context is worth


@dataclass(frozen=True, slots=True, eq=False)
class CountTree:
    """Counts of a context tree, rows breadth first; see `kernels.sampling.Tree`."""

    children: NDArray[np.uint8]  # (rows,) children of each row; row 0 is the empty context
    child_step: NDArray[np.uint8]  # (rows,)
    entries: NDArray[np.uint8]  # (rows,) distinct symbols of each row
    symbols: NDArray[np.uint8]  # (entries,)
    counts: NDArray[np.uint32]  # (entries,) > 0


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """The contexts of one length: their parents and steps, and one line per (row, symbol)."""

    parent: Integers  # (rows,)
    step: Integers  # (rows,)
    row: Integers  # (entries,)
    symbol: Integers  # (entries,)
    count: Integers  # (entries,)

    def keep(self, rows: NDArray[np.bool_], parents: NDArray[np.bool_]) -> _Level:
        """Keep some of the rows, and renumber them and their parents."""
        entries = rows[self.row]
        return _Level(
            (np.cumsum(parents) - 1)[self.parent[rows]],
            self.step[rows],
            (np.cumsum(rows) - 1)[self.row[entries]],
            self.symbol[entries],
            self.count[entries],
        )


def grow_tree(
    contexts: Integers, symbols: Integers, works: Integers, least: Sequence[int]
) -> CountTree:
    """Count samples into a tree.

    Parameters
    ----------
    contexts : (samples, steps) int64, -1..255
        Steps of each sample; from the first -1 on there is no more.
    symbols : (samples,) int64, 0..255
        What followed.
    works : (samples,) int64, >= 0
        The work each sample comes from.
    least : (steps + 1,) ints
        A context of k steps with a total below ``least[k]`` is left out, and those longer with it.
    """
    return _pack(_prune(_count(contexts, symbols, works), least))


def _count(contexts: Integers, symbols: Integers, works: Integers) -> list[_Level]:
    rows, parents, steps = _number_contexts(contexts)
    longer = [*rows[1:], np.full(len(symbols), -1)]
    levels = []
    for row, longer_row, parent, step in zip(rows, longer, parents, steps, strict=True):
        seen = row >= 0
        keys = _distinct((row * 256 + symbols)[seen], works[seen], longer_row[seen])
        found, counts = np.unique(keys, return_counts=True)
        levels.append(_Level(parent, step, found // 256, found % 256, counts))
    return levels


def _distinct(keys: Integers, works: Integers, longer: Integers) -> Integers:
    """The key of each different (key, work, longer context)."""
    order = np.lexsort((longer, works, keys))
    sorted_lines = np.stack([keys, works, longer])[:, order]
    is_new = np.any(np.diff(sorted_lines, axis=1, prepend=-2) != 0, axis=0)
    distinct: Integers = sorted_lines[0, is_new]
    return distinct


def _number_contexts(contexts: Integers) -> tuple[list[Integers], list[Integers], list[Integers]]:
    """Number the distinct contexts of each length; -1 where a sample has none of that length."""
    rows = [np.zeros(len(contexts), np.int64)]
    parents, steps = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for column in contexts.T:
        known = (rows[-1] >= 0) & (column >= 0)
        found, numbers = np.unique((rows[-1] * 256 + column)[known], return_inverse=True)
        longer = np.full(len(column), -1, np.int64)
        longer[known] = numbers
        rows.append(longer)
        parents.append(found // 256)
        steps.append(found % 256)
    return rows, parents, steps


def _prune(levels: list[_Level], least: Sequence[int]) -> list[_Level]:
    """Leave out what was seen too seldom, and whatever is longer than that."""
    kept = [levels[0]]
    parents = np.ones(1, bool)
    for level, limit in zip(levels[1:], least[1:], strict=True):
        totals = np.bincount(level.row, level.count, minlength=len(level.parent))
        rows = (totals >= limit) & parents[level.parent]
        kept.append(level.keep(rows, parents))
        parents = rows
    return kept


def _pack(levels: list[_Level]) -> CountTree:
    children = [
        np.bincount(below.parent, minlength=len(level.parent)) for level, below in pairwise(levels)
    ]
    children.append(np.zeros(len(levels[-1].parent), np.int64))
    entries = [np.bincount(level.row, minlength=len(level.parent)) for level in levels]
    return CountTree(
        children=np.concatenate(children).astype(np.uint8),
        child_step=np.concatenate([level.step for level in levels]).astype(np.uint8),
        entries=np.concatenate(entries).astype(np.uint8),
        symbols=np.concatenate([level.symbol for level in levels]).astype(np.uint8),
        counts=np.concatenate([level.count for level in levels]).astype(np.uint32),
    )


def share_tree(counted: CountTree) -> Tree:
    """Turn counts into the shares and backoffs that sampling reads.

    Y. W. Teh, "A hierarchical Bayesian language model based on Pitman-Yor processes", ACL 2006,
    with one table for each symbol: Kneser-Ney with a strength.
    """
    row_of_entry = np.repeat(np.arange(len(counted.entries)), counted.entries)
    totals = np.bincount(row_of_entry, counted.counts, minlength=len(counted.entries)) + STRENGTH
    return Tree(
        first_child=_starts(counted.children) + np.int32(1),  # row 0 is nobody's child
        child_step=counted.child_step,
        first_entry=_starts(counted.entries),
        symbols=counted.symbols,
        shares=(counted.counts - DISCOUNT) / totals[row_of_entry],
        backoffs=(DISCOUNT * counted.entries + STRENGTH) / totals,
    )


def _starts(lengths: NDArray[np.uint8]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32)
