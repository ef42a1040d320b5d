"""Faders that move: piecewise straight lines over quanta, so that nothing jumps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Leg = tuple[int, int, float, float]
"""The quanta at which it begins and ends, and the value at each."""


class Ramp(NamedTuple):
    """A value that travels to its target in a straight line.

    Its value at a quantum depends on the aims alone, never on the blocks it was read in.
    """

    target: float
    legs: tuple[Leg, ...] = ()  # by their beginnings; none while it rests

    def aimed(self, target: float, at: int, length: int) -> Ramp:
        """Leave for ``target`` at quantum ``at`` and arrive ``length`` (at least 1) later."""
        if target == self.target:
            return self
        here = self.since(at).value(at)
        left = (leg for leg in self.legs if leg[0] < at)
        return Ramp(target, (*left, (at, at + max(1, length), here, target)))

    def since(self, quantum: int) -> Ramp:
        """Without what lies behind: legs that a later one has replaced, a journey completed."""
        legs = self.legs
        while len(legs) > 1 and legs[1][0] <= quantum:
            legs = legs[1:]
        if len(legs) == 1 and legs[0][1] <= quantum:
            legs = ()
        return self if legs == self.legs else Ramp(self.target, legs)

    def value(self, quantum: int) -> float:
        """The value at the start of a quantum."""
        for begin, end, low, high in reversed(self.legs):
            if quantum >= begin:
                share = min(1.0, (quantum - begin) / (end - begin))
                return low + (high - low) * share
        return self.legs[0][2] if self.legs else self.target

    def fill(self, first: int, out: Floats) -> None:
        """Write the values at consecutive quantum borders from ``first`` on."""
        if not self.legs:
            out[:] = self.target
            return
        out[:] = self.legs[0][2]
        for begin, end, low, high in self.legs:
            gone = max(begin - first, 0)
            since = np.arange(first + gone - begin, first + len(out) - begin)
            out[gone:] = low + (high - low) * np.minimum(1.0, since / (end - begin))
