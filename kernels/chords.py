"""Chords of a bar: which of them sounds at a tick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment

Integers = NDArray[np.int64]


@fragment
def sounding(starts: Integers, tick: int) -> int:
    """The number of the last chord that begins by a tick; ``starts`` rise."""
    number = 0
    while number + 1 < len(starts) and starts[number + 1] <= tick:
        number += 1
    return number
