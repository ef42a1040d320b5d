"""Drawing: uniform numbers by address, a rhythm cell by weight.

Longs and sums in a fixed order: the same draws on every machine.
"""

from __future__ import annotations

import numpy as np

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX, SECOND_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@fragment
def uniform(key: int, place: int) -> float:
    """The number at a place of the row that a key names, 0..1.

    SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014. What it adds from number to number is here multiplied by the place.
    """
    state = np.uint64(key) + np.uint64(place + 1) * GOLDEN
    mixed = (state ^ (state >> np.uint64(30))) * FIRST_MIX
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND_MIX
    mixed ^= mixed >> np.uint64(31)
    return float(np.float64(mixed >> np.uint64(11)) * 2.0**-53)


@kernel
def uniforms(key: int, out: Doubles) -> None:
    """Write uniform numbers that depend on a key and their place alone.

    Parameters
    ----------
    key : int, 64 bits
        Names the row of numbers.
    out : (numbers,) float64, 0..1, written in full
        The numbers, as `uniform` says each.
    """
    for place in range(len(out)):
        out[place] = uniform(key, place)


@kernel
def draw_cell(
    expected: Doubles,
    welcome: Doubles,
    counts: Longs,
    wanted: float,
    pull: float,
    draw: float,
    nears: Doubles,
    weights: Doubles,
) -> int:
    """Draw a cell: what is expected, times how welcome it is, near a number of onsets.

    Parameters
    ----------
    expected, welcome : (cells,) float64, >= 0
        Probability of each cell, and its weight.
    counts : (cells,) int64
        Onsets of each cell.
    wanted : float
        Onsets that the cell should have.
    pull : float, >= 0
        How firmly.
    draw : float, 0..1
        A uniform number.
    nears : (> counts,) float64, scratch
    weights : (>= cells,) float64, scratch
    """
    for count in range(len(nears)):  # to divide for each cell takes longer than all the rest
        distance = count - wanted
        nears[count] = 1.0 / (1.0 + pull * distance * distance)
    total = 0.0
    for cell in range(len(expected)):
        near = nears[counts[cell]]
        weights[cell] = expected[cell] * welcome[cell] * near * near * near
        total += weights[cell]
    rest = draw * total
    last = 0
    for cell in range(len(expected)):
        weight = weights[cell]
        if weight > 0.0:
            last = cell
            rest -= weight
            if rest < 0.0:
                break
    return last
