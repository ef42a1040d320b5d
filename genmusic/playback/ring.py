"""The frames on their way to the device: a ring in memory that two processes share."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory

import numpy as np
from numpy.typing import NDArray

from genmusic.shared import Shared, create_shared, open_shared
from kernels.playout import (
    CALLBACKS,
    CAPACITY,
    FORGOTTEN,
    GAIN,
    HEAD_FLOATS,
    LATE_CALLBACKS,
    OPEN,
    PLAYED,
    SHORT_FRAMES,
    WORDS,
    WRITTEN,
)

Floats = NDArray[np.float32]
FRAMES = 1 << 16  # 1.4 s: room for any look-ahead that a player would want


class AudioRing(Shared):
    """Written by the process that composes, read by the one that plays.

    One writer, one reader, positions that only grow: no lock. The position is stored after the
    frames, and x86 keeps the order of stores.
    """

    def __init__(self, memory: SharedMemory) -> None:
        super().__init__(memory)
        self.words: NDArray[np.int64] = np.ndarray(WORDS, np.int64, memory.buf)
        self.floats: Floats = np.ndarray(HEAD_FLOATS + 2 * FRAMES, np.float32, memory.buf)
        self._frames = self.floats[HEAD_FLOATS:].reshape(FRAMES, 2)

    @property
    def written(self) -> int:
        """Frames written since the start."""
        return int(self.words[WRITTEN])

    @property
    def ahead_frames(self) -> int:
        """Frames written and not yet played."""
        return int(self.words[WRITTEN] - self.words[PLAYED])

    @property
    def played(self) -> int:
        """Frames played since the start."""
        return int(self.words[PLAYED])

    @property
    def callbacks(self) -> int:
        """Calls of the device since the start: while they grow, the device lives."""
        return int(self.words[CALLBACKS])

    @property
    def short_frames(self) -> int:
        """Frames of silence because nothing was there to play."""
        return int(self.words[SHORT_FRAMES])

    @property
    def late_callbacks(self) -> int:
        """Calls that the device says came too late."""
        return int(self.words[LATE_CALLBACKS])

    @property
    def is_clear(self) -> bool:
        """Whether nothing is left to fade out of what is not wanted any more."""
        dropped = self.words[PLAYED] < self.words[FORGOTTEN]
        return not dropped or float(self.floats[GAIN]) == 0.0

    def open(self, wanted: bool) -> None:
        """Play, or fade out and stand still."""
        self.words[OPEN] = int(wanted)

    def forget(self) -> None:
        """Play nothing of what is written, once the ring has faded out."""
        self.words[FORGOTTEN] = self.words[WRITTEN]

    def write(self, block: Floats) -> None:
        """Append frames that fit; the writer looks at `ahead_frames` first.

        Parameters
        ----------
        block : (2, frames) float32
        """
        start, frames = int(self.words[WRITTEN]) % FRAMES, block.shape[1]
        until_end = min(frames, FRAMES - start)
        self._frames[start : start + until_end] = block[:, :until_end].T
        self._frames[: frames - until_end] = block[:, until_end:].T
        self.words[WRITTEN] += frames


def create_ring() -> AudioRing:
    """An empty ring that plays as soon as something is in it."""
    ring = AudioRing(create_shared(4 * (HEAD_FLOATS + 2 * FRAMES)))
    ring.words[CAPACITY] = FRAMES
    ring.open(True)
    return ring


def open_ring(name: str) -> AudioRing:
    """The ring of another process."""
    return AudioRing(open_shared(name))
