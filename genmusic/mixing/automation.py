"""Faders that move: piecewise straight lines over quanta, so that nothing jumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Ramp:
    """A value that travels to its target in a straight line.

    Its value at a quantum depends on the aims alone, never on the blocks it was read in.
    """

    __slots__ = ("_legs", "target")

    def __init__(self, value: float) -> None:
        self.target = value
        self._legs: tuple[tuple[int, int, float, float], ...] = ()  # begin, end, value at each

    def copy(self) -> Ramp:
        """A ramp on the same way, which others do not turn."""
        twin = Ramp(self.target)
        twin._legs = self._legs
        return twin

    def aim(self, target: float, at: int, length: int) -> None:
        """Leave for ``target`` at quantum ``at`` and arrive ``length`` (at least 1) later."""
        if target == self.target:
            return
        here = self.value(at)
        left = (leg for leg in self._legs if leg[0] < at)
        self._legs = (*left, (at, at + max(1, length), here, target))
        self.target = target

    def value(self, quantum: int) -> float:
        """The value at the start of a quantum."""
        for begin, end, low, high in reversed(self._legs):
            if quantum >= begin:
                share = min(1.0, (quantum - begin) / (end - begin))
                return low + (high - low) * share
        return self._legs[0][2] if self._legs else self.target

    def fill(self, first: int, out: Floats) -> None:
        """Write the values at consecutive quantum borders from ``first`` on."""
        if self.rests(first):
            out[:] = self.target
            return
        out[:] = self._legs[0][2]
        for begin, end, low, high in self._legs:
            gone = max(begin - first, 0)
            since = np.arange(first + gone - begin, first + len(out) - begin)
            out[gone:] = low + (high - low) * np.minimum(1.0, since / (end - begin))

    def rests(self, quantum: int) -> bool:
        """Whether it has arrived by then, and stays."""
        self._forget(quantum)
        return not self._legs

    def _forget(self, first: int) -> None:
        """Drop what lies behind: legs that a later one has replaced, and a journey completed."""
        begun = [number for number, leg in enumerate(self._legs) if leg[0] <= first]
        if begun:
            self._legs = self._legs[begun[-1] :]
        if len(self._legs) == 1 and self._legs[0][1] <= first:
            self._legs = ()
