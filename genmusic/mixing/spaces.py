"""The two spaces that a reverb can be: a room and a hall."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.units import LOG2_10, QUANTUM, SAMPLE_RATE, exp2
from kernels import reverbs, rings
from kernels.lanes import LANES

Floats = NDArray[np.float32]
SQRT_EIGHTH = 0.35355339059327373  # what makes the matrix of eight lines keep the energy


@dataclass(frozen=True, slots=True)
class Space:
    """Lengths of lines and diffusers in frames, most of them prime, and how fast highs die."""

    lines: tuple[int, ...]  # the longest is the last
    diffusers: tuple[int, ...]
    damping: float

    @property
    def table(self) -> NDArray[np.int32]:
        """As `kernels.reverbs.reverb` reads it."""
        ends = np.cumsum([size + rings.PAD for size in self.rings])
        table = np.zeros((3, LANES), np.int32)
        table[reverbs.SIZE, : reverbs.RINGS] = self.rings
        table[reverbs.START, 1 : reverbs.RINGS] = ends[:-1]
        table[reverbs.LENGTH, : reverbs.RINGS] = (*self.lines, *self.diffusers)
        return table

    @property
    def rings(self) -> tuple[int, ...]:
        """Sizes of all rings, whole quanta, in the order in which they lie in memory."""
        return tuple(-(-held // QUANTUM) * QUANTUM for held in self.held)

    @property
    def held(self) -> tuple[int, ...]:
        """How many frames of each ring can still be heard."""
        longest = round(reverbs.DRIFT_FRAMES) + rings.FRONT
        return tuple(length + longest for length in (*self.lines, *self.diffusers))


HALL = Space(
    lines=(1117, 1291, 1423, 1571, 1733, 1907, 2089, 2281),  # 23 to 48 ms
    diffusers=(107, 197, 331),
    damping=0.3,
)
ROOM = Space(
    lines=(353, 409, 457, 509, 569, 631, 701, 773),  # 7 to 16 ms
    diffusers=(79, 137, 197),
    damping=0.25,
)


@lru_cache(maxsize=512)
def turns(space: Space, seconds: float) -> Floats:
    """What a turn through each line leaves, and the damping, (9,) float32.

    ``seconds`` is the time to -60 dB.
    """
    gains = [exp2(-3.0 * LOG2_10 * frames / (seconds * SAMPLE_RATE)) for frames in space.lines]
    return np.array([*(SQRT_EIGHTH * gain for gain in gains), space.damping], np.float32)
