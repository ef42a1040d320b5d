"""Delay lines at rest: the frames that can still be heard, in the order in which they came.

A ring in use is written anywhere; at rest it ends with its newest frame, so that a listener can
go on in another place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels.memory import aligned
from kernels.rings import BACK, FRONT, PLACES, RESTED, WRITE

Floats = NDArray[np.float32]


class RingBank:
    """The rings of one effect for every listener of a rack.

    Parameters
    ----------
    listeners : int
    sizes : frames of each ring, whole quanta
    held : frames of each that can still be heard
    """

    def __init__(self, listeners: int, sizes: tuple[int, ...], held: tuple[int, ...]) -> None:
        self._longest, self._held = max(sizes), held
        *starts, length = np.cumsum([0, *(size + FRONT + BACK for size in sizes)]).tolist()
        self._layout = [
            (start + FRONT, size, kept)
            for start, size, kept in zip(starts, sizes, held, strict=True)
        ]
        """Of each ring in a row: where its frames begin, how many they are, how many are held."""
        self.frames = aligned(listeners * length, np.float32).reshape(listeners, length)
        self.places = np.zeros((listeners, PLACES), np.int32)
        self.places[:, RESTED] = self._longest

    @property
    def line(self) -> Floats:
        """All rings of all listeners, as kernels take them."""
        return self.frames.reshape(-1)

    @property
    def memory(self) -> tuple[NDArray[np.int32], Floats]:
        """Places and lines, as kernels take them."""
        return self.places, self.line

    def take(self, listener: int) -> tuple[Floats, int]:
        """A copy of what a listener can still hear, and for how long only silence came."""
        rested = int(self.places[listener, RESTED])
        if rested >= self._longest:
            return np.zeros(0, np.float32), rested
        ends, row = self.places[listener, WRITE:].tolist(), self.frames[listener]
        taken, at = np.empty(sum(self._held), np.float32), 0
        for end, (inner, size, held) in zip(ends, self._layout, strict=False):
            newest = min(end, held)
            oldest = held - newest  # of them lie before the ring came round
            taken[at : at + oldest] = row[inner + size - oldest : inner + size]
            taken[at + oldest : at + held] = row[inner + end - newest : inner + end]
            at += held
        return taken, rested

    def put(self, listener: int, state: tuple[Floats, int]) -> None:
        """Go on from what `take` gave."""
        frames, rested = state
        self.places[listener] = 0
        self.places[listener, RESTED] = rested
        if not frames.size:  # rings that rest may hold anything: they are emptied when they wake
            return
        row, at = self.frames[listener], 0
        row[:] = 0.0
        for inner, size, held in self._layout:
            end = inner + size
            row[end - held : end] = frames[at : at + held]
            row[inner - FRONT : inner] = row[end - FRONT : end]
            row[end : end + BACK] = row[inner : inner + BACK]
            at += held
