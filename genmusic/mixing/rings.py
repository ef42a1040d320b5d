"""Delay lines at rest: the frames that can still be heard, in the order in which they came.

A ring in use is written anywhere; at rest it ends with its newest frame, so that a listener can
go on in another place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels.memory import aligned
from kernels.rings import BACK, FRONT, RESTED, WRITE

Floats = NDArray[np.float32]


class RingBank:
    """The rings of one effect for every listener of a rack.

    Parameters
    ----------
    listeners : int
    sizes : frames of each ring, powers of two, the largest first
    held : frames of each that can still be heard
    """

    def __init__(self, listeners: int, sizes: tuple[int, ...], held: tuple[int, ...]) -> None:
        self._sizes, self._held = sizes, held
        length = sum(size + FRONT + BACK for size in sizes)
        self.frames = aligned(listeners * length, np.float32).reshape(listeners, length)
        self.places = np.zeros((listeners, 2), np.int32)
        self.places[:, RESTED] = sizes[0]

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
        if rested >= self._sizes[0]:
            return np.zeros(0, np.float32), rested
        place = int(self.places[listener, WRITE])
        pieces = []
        for ring, held in zip(self._rings(listener), self._held, strict=True):
            inner = ring[FRONT : ring.size - BACK]
            end = place & (inner.size - 1)
            newest = np.concatenate((inner[max(0, end - held) : end], inner[:0]))
            if end < held:
                newest = np.concatenate((inner[inner.size - (held - end) :], newest))
            pieces.append(newest)
        return np.concatenate(pieces), rested

    def put(self, listener: int, state: tuple[Floats, int]) -> None:
        """Go on from what `take` gave."""
        frames, rested = state
        self.places[listener] = (0, rested)
        if not frames.size:  # rings that rest may hold anything: they are emptied when they wake
            return
        self.frames[listener] = 0.0
        ends = np.cumsum(self._held)[:-1]
        for ring, newest in zip(self._rings(listener), np.split(frames, ends), strict=True):
            inner = ring[FRONT : ring.size - BACK]
            inner[inner.size - newest.size :] = newest
            ring[:FRONT] = inner[-FRONT:]
            ring[ring.size - BACK :] = inner[:BACK]

    def _rings(self, listener: int) -> list[Floats]:
        ends = np.cumsum([size + FRONT + BACK for size in self._sizes])[:-1]
        return np.split(self.frames[listener], ends)
