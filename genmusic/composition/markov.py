"""Kneser-Ney statistics: counting what follows which context, and turning counts into shares.

A sample is a context (steps, the most telling first) and the symbol that followed. The longest
contexts keep plain counts; a shorter one counts in how many longer ones each symbol was seen, so
that a common note is not mistaken for a note that fits everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernels.sampling import Tree

Integers = NDArray[np.int64]

LEAST_DISCOUNT, MOST_DISCOUNT = 0.1, 0.95  # keeps small corpora away from all or nothing


@dataclass(frozen=True, slots=True, eq=False)
class CountTree:
    """Counts of a context tree, rows breadth first; see `kernels.sampling.Tree`."""

    depths: NDArray[np.int64]  # (depths,) rows at each depth; the first is the root alone
    children: NDArray[np.uint8]  # (rows,) children of each row
    child_step: NDArray[np.uint8]  # (rows,)
    entries: NDArray[np.uint8]  # (rows,) distinct symbols of each row
    symbols: NDArray[np.uint8]  # (entries,)
    counts: NDArray[np.uint32]  # (entries,) > 0
    discounts: NDArray[np.float64]  # (depths,) what each entry gives to the shorter context


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


def grow_tree(contexts: Integers, symbols: Integers, least: Sequence[int]) -> CountTree:
    """Count samples into a tree.

    Parameters
    ----------
    contexts : (samples, steps) int64, -1..254
        Steps of each sample; from the first -1 on there is no more.
    symbols : (samples,) int64, 0..255
        What followed.
    least : (steps + 1,) ints
        A context of k steps with a total below ``least[k]`` is left out, and those longer with it.
    """
    return _pack(_prune(_count(contexts, symbols), least))


def _count(contexts: Integers, symbols: Integers) -> list[_Level]:
    """Count from the longest contexts to the empty one."""
    rows, parents, steps = _number_contexts(contexts)
    levels: list[_Level] = []
    passed = np.empty(0, np.int64)  # (row, symbol) of each distinct line one step longer
    for k in range(len(rows) - 1, -1, -1):
        ends_here = rows[k] >= 0
        if k + 1 < len(rows):
            ends_here &= rows[k + 1] < 0
        keys = np.concatenate([passed, rows[k][ends_here] * 256 + symbols[ends_here]])
        found, counts = np.unique(keys, return_counts=True)
        levels.append(_Level(parents[k], steps[k], found // 256, found % 256, counts))
        passed = parents[k][found // 256] * 256 + found % 256
    return levels[::-1]


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
        np.bincount(below.parent, minlength=len(level.parent))
        for level, below in zip(levels, levels[1:], strict=False)
    ]
    children.append(np.zeros(len(levels[-1].parent), np.int64))
    entries = [np.bincount(level.row, minlength=len(level.parent)) for level in levels]
    return CountTree(
        depths=np.array([len(level.parent) for level in levels]),
        children=np.concatenate(children).astype(np.uint8),
        child_step=np.concatenate([level.step for level in levels]).astype(np.uint8),
        entries=np.concatenate(entries).astype(np.uint8),
        symbols=np.concatenate([level.symbol for level in levels]).astype(np.uint8),
        counts=np.concatenate([level.count for level in levels]).astype(np.uint32),
        discounts=np.array([_discount(level.count) for level in levels]),
    )


def _discount(counts: Integers) -> float:
    """Estimate the discount from lines seen once and twice (Ney, Essen and Kneser 1994)."""
    once, twice = int(np.sum(counts == 1)), int(np.sum(counts == 2))
    if not once:
        return LEAST_DISCOUNT
    return min(max(once / (once + 2 * twice), LEAST_DISCOUNT), MOST_DISCOUNT)


def share_tree(counted: CountTree) -> Tree:
    """Turn counts into the shares and backoffs that sampling reads."""
    first_entry = _starts(counted.entries)
    row_of_entry = np.repeat(np.arange(len(counted.entries)), counted.entries)
    totals = np.bincount(row_of_entry, counted.counts, minlength=len(counted.entries))
    discount = np.repeat(counted.discounts, counted.depths)
    shares = (counted.counts - discount[row_of_entry]) / totals[row_of_entry]
    backoffs = discount * counted.entries / np.maximum(totals, 1)
    return Tree(
        first_child=_starts(counted.children) + np.int32(1),  # row 0 is nobody's child
        child_step=counted.child_step,
        first_entry=first_entry,
        symbols=counted.symbols,
        shares=shares,
        backoffs=backoffs,
    )


def _starts(lengths: NDArray[np.uint8]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32)
