"""Markov sampling: interpolated distributions from a context tree, and guided melodies.

A context tree keeps the statistics of every context that was learned. A context is a sequence of
steps, the most telling first; each row of the tree is one context, its children are the contexts
one step longer. Rows are numbered breadth first, children by rising step, so that the children
of a row are a range of rows. Six arrays describe it:

first_child : (rows + 1,) int32
    Row ``r`` has the children ``first_child[r]`` to ``first_child[r + 1]``.
child_step : (rows,) uint8
    The step that leads to a row from its parent.
first_entry : (rows + 1,) int32
    Row ``r`` has the entries ``first_entry[r]`` to ``first_entry[r + 1]``.
symbols : (entries,) uint8
    What followed in this context.
shares : (entries,) float32, 0..1
    How much of the probability of the row belongs to the symbol alone.
backoffs : (rows,) float32, 0..1
    How much is left to the shorter context; with the shares of the row it sums to 1.

Only sums, products, quotients and square roots are used, which IEEE 754 makes exact: the same
draws give the same melody on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels._jit import kernel

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

# A note whose probability is below this share of the likeliest one is a slip rather than a choice:
# it is taken only when the draws run out. By ear and by the rate of leaps, 2026-07.
SLIP_SHARE = 0.01


@kernel
def find_child(first_child, child_step, row, step):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Find the row one step longer than ``row``, or -1."""
    low, high = first_child[row], first_child[row + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if child_step[middle] < step:
            low = middle + 1
        else:
            high = middle
    if low < end and child_step[low] == step:
        return low
    return -1
