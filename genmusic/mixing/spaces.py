"""The two spaces that a reverb can be: a room and a hall."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from genmusic.units import LOG2_10, SAMPLE_RATE, exp2
from kernels import reverbs, rings
from kernels.lanes import LANES

Floats = NDArray[np.float32]
HALF_RATE = SAMPLE_RATE // 2
SQRT_EIGHTH = 0.35355339059327373  # what makes the matrix of eight lines keep the energy


@dataclass(frozen=True, slots=True)
class Space:
    """Lengths of lines and diffusers at half the rate, in frames, all of them prime."""

    lines: tuple[int, ...]  # the longest is the last
    diffusers: tuple[int, ...]

    @property
    def table(self) -> NDArray[np.int32]:
        """As `kernels.reverbs.reverb` reads it."""
        ends = np.cumsum([size + rings.PAD for size in self.rings])
        table = np.zeros((3, LANES), np.int32)
        table[reverbs.SIZE, : reverbs.RINGS] = self.rings
        table[reverbs.START, 1 : reverbs.RINGS] = ends[:-1]
        lengths = (*self.lines, *self.diffusers)
        table[reverbs.LENGTH, : len(lengths)] = lengths
        return table

    @property
    def rings(self) -> tuple[int, ...]:
        """Sizes of all rings, whole halves of a quantum, as they lie in memory."""
        return tuple(-(-held // reverbs.FRAMES) * reverbs.FRAMES for held in self.held)

    @property
    def held(self) -> tuple[int, ...]:
        """How many frames of each ring can still be heard."""
        more = ceil(reverbs.DRIFT_FRAMES) + rings.FRONT
        lengths = (length + more for length in (*self.lines, *self.diffusers))
        return *lengths, reverbs.FRAMES, reverbs.FRAMES  # of the filters between both rates


HALL = Space(
    lines=(563, 641, 701, 797, 877, 967, 1049, 1129),  # 23 to 48 ms
    diffusers=(53, 97, 167),
)
ROOM = Space(
    lines=(173, 199, 229, 251, 277, 307, 359, 383),  # 7 to 16 ms
    diffusers=(41, 67, 97),
)


@lru_cache(maxsize=512)
def turns(space: Space, seconds: float) -> Floats:
    """What a turn through each line leaves, (8,) float32; ``seconds`` is the time to -60 dB."""
    octaves = [-3.0 * LOG2_10 * frames / (seconds * HALF_RATE) for frames in space.lines]
    return np.array([SQRT_EIGHTH * exp2(octave) for octave in octaves], np.float32)
