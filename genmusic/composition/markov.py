"""Counting what follows which context, and turning counts into shares.

A sample is a context (steps, the most telling first), the symbol that followed, and the work it
comes from. As in Kneser-Ney smoothing, a context counts in how many longer contexts each symbol
was seen, so that a common note is not mistaken for one that fits everywhere. A longer context
counts once for each work: a verse sung five times is one habit, not five.

The samples stay, sorted by context, so that every row of the tree is a range of them: that is how
a note finds the works that taught it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernels.sampling import ROW, Tree
from kernels.simd import LANES

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]

STEP_BITS, SYMBOL_BITS, WORK_BITS = 15, 8, 16  # to shift takes a fifth of what to divide takes
MOST_STEPS = 1 << STEP_BITS  # values a step may take
MANY_ENTRIES = 8  # of a row that is quicker to add up as a whole
MOST_SPREADS = 1 << 16
NO_SPREADS, NO_DOORS = np.zeros((1, 1), np.float32), np.zeros((1, 1), np.uint16)


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How far the counts of each depth are trusted; the last value holds for those deeper.

    Y. W. Teh, "A hierarchical Bayesian language model based on Pitman-Yor processes", ACL 2006,
    with one table for each symbol: Kneser-Ney with a strength.
    """

    discounts: tuple[float, ...]  # taken from each count
    strengths: tuple[float, ...]  # counts that the shorter context is worth
    least: tuple[int, ...]  # a context with fewer samples is left out, and those longer with it

    def at(self, depth: int) -> tuple[float, float]:
        """Discount and strength of a depth."""
        return self.discounts[min(depth, len(self.discounts) - 1)], self.strengths[
            min(depth, len(self.strengths) - 1)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """A tree, and the samples that it was grown from, sorted by context."""

    tree: Tree
    first_sample: NDArray[np.int32]  # (rows,) where the samples of each row begin,
    sample_count: NDArray[np.int32]  # (rows,) and how many there are
    sample_symbols: NDArray[np.uint8]  # (samples,)
    sample_works: NDArray[np.uint16]  # (samples,)


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """The rows of one depth."""

    children: Integers  # (rows,)
    step: Integers  # (rows,)
    kinds: Integers  # (rows,) distinct symbols
    first: Integers  # (rows,) slot of the first sample
    samples: Integers  # (rows,)
    symbol: Integers  # (entries,)
    share: Doubles  # (entries,)
    backoff: Doubles  # (rows,)


def grow(contexts: Integers, symbols: Integers, works: Integers, smoothing: Smoothing) -> Grown:
    """Grow a tree from samples.

    Parameters
    ----------
    contexts : (samples, steps) int64, -1..MOST_STEPS - 1
        Steps of each sample; from the first -1 on there is no more.
    symbols : (samples,) int64, 0..255
        What followed.
    works : (samples,) int64, 0..65535
        The work each sample comes from.
    """
    order = np.arange(len(symbols))
    slots, columns = order.copy(), np.ascontiguousarray(contexts.T)
    rows, steps = np.zeros(len(symbols), np.int64), np.zeros(1, np.int64)
    levels: list[_Level] = []
    for depth in range(len(columns) + 1):
        samples = order[slots]
        step = columns[depth][samples] if depth < len(columns) else np.full(len(samples), -1)
        keys, ranks = _sorted((rows << STEP_BITS) + step + 1)
        samples = samples[ranks]
        order[slots] = samples
        counted = _count(keys, symbols[samples], works[samples], len(steps), smoothing.at(depth))
        kept, rows, child_steps, children = _children(
            keys, len(steps), smoothing.least[min(depth + 1, len(smoothing.least) - 1)]
        )
        bounds = np.searchsorted(keys >> STEP_BITS, np.arange(len(steps) + 1))
        first = slots[bounds[:-1]] if len(slots) else bounds[:-1]
        levels.append(_Level(children, steps, counted[0], first, np.diff(bounds), *counted[1:]))
        slots, steps = slots[kept], child_steps
        if not len(steps):
            break
    return _pack(levels, symbols[order], works[order])


def _sorted(keys: Integers) -> tuple[Integers, Integers]:
    """Keys in order, and where each was, those alike as they were; twice as fast as `argsort`."""
    bits = max(len(keys) - 1, 1).bit_length()
    packed = keys << bits | np.arange(len(keys))
    packed.sort()
    return packed >> bits, packed & ((1 << bits) - 1)


def _count(
    keys: Integers, symbols: Integers, works: Integers, rows: int, trust: tuple[float, float]
) -> tuple[Integers, Integers, Doubles, Doubles]:
    """Kinds of each row, symbol and share of each entry, backoff of each row."""
    row, step = keys >> STEP_BITS, keys & (MOST_STEPS - 1)
    lines = (row << SYMBOL_BITS | symbols) << (WORK_BITS + STEP_BITS) | works << STEP_BITS | step
    lines.sort()
    found, counts = _runs(lines[_is_new(lines)] >> (WORK_BITS + STEP_BITS))
    row = found >> SYMBOL_BITS
    discount, strength = trust
    kinds = np.bincount(row, minlength=rows)
    totals = np.bincount(row, counts, minlength=rows) + strength
    totals = np.where(totals > 0.0, totals, 1.0)
    return (
        kinds,
        found & ((1 << SYMBOL_BITS) - 1),
        (counts - discount) / totals[row],
        (discount * kinds + strength) / totals,
    )


def _children(
    keys: Integers, rows: int, least: int
) -> tuple[NDArray[np.bool_], Integers, Integers, Integers]:
    """Which samples go on and to which row; the step of each row; children of each old one."""
    found, counts = _runs(keys)
    place = np.repeat(np.arange(len(found)), counts)
    good = (found & (MOST_STEPS - 1) > 0) & (counts >= least)
    kept = good[place]
    numbers = np.cumsum(good) - 1
    parents = found[good] >> STEP_BITS
    return (
        kept,
        numbers[place[kept]],
        (found[good] & (MOST_STEPS - 1)) - 1,
        np.bincount(parents, minlength=rows),
    )


def _is_new(values: Integers) -> NDArray[np.bool_]:
    """Where sorted values change."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def _runs(values: Integers) -> tuple[Integers, Integers]:
    """Each different value of a sorted array, and how often it comes.

    Sorting is quicker here than `np.unique`, which hashes.
    """
    begins = np.flatnonzero(_is_new(values))
    return values[begins], np.diff(np.append(begins, len(values)))


def _pack(levels: list[_Level], symbols: Integers, works: Integers) -> Grown:
    steps = np.concatenate([level.step for level in levels])
    rows = np.zeros(len(steps) + 1, ROW)
    rows["first_child"] = _starts(np.concatenate([level.children for level in levels])) + 1
    rows["first_entry"] = _starts(np.concatenate([level.kinds for level in levels]))
    rows["backoff"][:-1] = np.concatenate([level.backoff for level in levels])
    rows["backoff"][-1] = 1.0
    rows["step"][:-1] = steps
    tree = Tree(
        rows,
        np.concatenate([level.symbol for level in levels]).astype(np.uint8),
        np.concatenate([level.share for level in levels]).astype(np.float32),
        NO_SPREADS,
        NO_DOORS,
    )
    return Grown(
        tree,
        np.concatenate([level.first for level in levels]).astype(np.int32),
        np.concatenate([level.samples for level in levels]).astype(np.int32),
        symbols.astype(np.uint8),
        works.astype(np.uint16),
    )


def _starts(lengths: Integers) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def join(trees: Sequence[Tree]) -> tuple[Tree, Integers]:
    """One tree that holds several, and the row where each begins.

    The last row of each stays, whose only use is to say where the one before it ends.
    """
    starts = np.cumsum([0, *(len(tree.rows) for tree in trees)])
    entries = np.cumsum([0, *(len(tree.symbols) for tree in trees)])
    rows = np.concatenate([tree.rows for tree in trees])
    for tree, start, entry in zip(trees, starts, entries, strict=False):
        own = rows[start : start + len(tree.rows)]
        own["first_child"] += start
        own["first_entry"] += entry
    joined = Tree(
        rows,
        np.concatenate([tree.symbols for tree in trees]),
        np.concatenate([tree.shares for tree in trees]),
        NO_SPREADS,
        NO_DOORS,
    )
    return joined, starts[:-1]


def spread_out(tree: Tree, roots: Integers, pitches: int) -> Tree:
    """The same tree with the probabilities of all symbols after the shortest contexts.

    Those of a view and its condition have nearly all symbols, and every note asks for them; of
    those a note longer, the ones that have many, as far as their rows can be numbered. A symbol is
    a pitch or an interval; before anything is known, each is as likely as one of so many pitches.
    What comes after the last one is for vectors that reach beyond it.
    """
    rows, symbols = tree.rows.copy(), 2 * pitches - 1
    above, told = np.asarray(roots), np.full((len(roots), symbols + LANES), 1.0 / pitches)
    spreads = [np.zeros_like(told[:1])]
    for least in (0, 0, MANY_ENTRIES):
        first, end = rows["first_child"][above], rows["first_child"][above + 1]
        below = _ranges(first, end)
        first_entry, last_entry = rows["first_entry"][below], rows["first_entry"][below + 1]
        many = last_entry - first_entry >= least
        many &= np.cumsum(many) + sum(map(len, spreads)) <= MOST_SPREADS
        before = np.repeat(told, end - first, axis=0)[many]
        above, entries = below[many], _ranges(first_entry[many], last_entry[many])
        told = rows["backoff"][above, None] * before
        owner = np.repeat(np.arange(len(above)), (last_entry - first_entry)[many])
        told[owner, tree.symbols[entries]] += tree.shares[entries]
        rows["spread"][above] = sum(map(len, spreads)) + np.arange(len(above))
        spreads.append(told)
    told = np.concatenate(spreads).astype(np.float32)
    return tree._replace(rows=rows, spreads=told, doors=_doors(rows, len(told)))


def _doors(rows: NDArray[np.void], spreads: int) -> NDArray[np.uint16]:
    """Which child each step leads to, from the rows that are spread out."""
    above = np.flatnonzero(rows["spread"])
    first, end = rows["first_child"][above], rows["first_child"][above + 1]
    below, lengths = _ranges(first, end), end - first
    doors = np.zeros((spreads, 1 + rows["step"].max()), np.uint16)
    owner = np.repeat(rows["spread"][above], lengths)
    doors[owner, rows["step"][below]] = 1 + below - np.repeat(first, lengths)
    return doors


def _ranges(first: Integers, end: Integers) -> Integers:
    """All numbers from each first to before its end, in a row."""
    lengths = end - first
    starts = np.cumsum(lengths) - lengths
    numbers: Integers = np.arange(lengths.sum()) + np.repeat(first - starts, lengths)
    return numbers
