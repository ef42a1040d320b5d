"""Stems: what each part and each effect gives to the mix, before the master.

Floats do not add associatively, so stems are taken where the mix adds, in the order in which it
adds: summed in the order of `STEMS` as float32, they are the mix to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.units import QUANTUM
from kernels.mixing import CHORUS, ECHO, HALL, ROOM

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
RETURNS = {"chorus": CHORUS, "echo": ECHO, "room": ROOM, "hall": HALL}
STEMS = (*PARTS, *RETURNS)
"""Parts through their strips without effects, then what the shared effects return."""
SIDES = 2


class Stems:
    """Takes the first listener's stems of each block."""

    def __init__(self) -> None:
        self.block = np.zeros((len(STEMS), SIDES, 0), np.float32)

    def room_for(self, quanta: int) -> Floats:
        """Where the strips of a block leave what they give to the mix, flat."""
        self.block = np.zeros((len(STEMS), SIDES, quanta * QUANTUM), np.float32)
        return self.block[: len(PARTS)].reshape(-1)

    def take_returns(self, fed: Ints, sends: Floats) -> None:
        """Take what the effects have left of the same block.

        Parameters
        ----------
        fed : (4, quanta) int32
            Where they have left anything.
        sends : (at least 4 * 2 * frames,) float32
        """
        frames = fed.shape[1] * QUANTUM
        rows = sends[: len(fed) * SIDES * frames].reshape(-1, SIDES, frames)
        for stem, bus in enumerate(RETURNS.values(), len(PARTS)):
            heard = np.repeat(fed[bus - 1] != 0, QUANTUM)
            self.block[stem] = np.where(heard, rows[bus - 1], 0.0)
