"""Functions of many numbers at once: the same bits as `genmusic.units` has for each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genmusic.units import SQRT_HALF, logarithm, power, wave

Doubles = NDArray[np.float64]


def exp2(exponents: Doubles) -> Doubles:
    """Two to some powers."""
    whole = np.floor(exponents + 0.5)
    return np.ldexp(power(exponents - whole), whole.astype(np.int32))


def log2(values: Doubles) -> Doubles:
    """The powers to which two must be raised to give positive values."""
    mantissas, whole = np.frexp(values)
    low = mantissas < SQRT_HALF
    return (whole - low) + logarithm(np.where(low, 2.0 * mantissas, mantissas))


def sine(turns: Doubles) -> Doubles:
    """Sines of angles in turns."""
    turns = turns - np.floor(turns + 0.5)
    far = np.abs(turns) > 0.25
    return wave(np.where(far, np.copysign(0.5, turns) - turns, turns))


def total(values: Doubles) -> float:
    """The sum of some numbers, from the first to the last."""
    return float(np.add.accumulate(values)[-1])
