"""Stems: what each part and each effect gives to the mix, before the master.

Floats do not add associatively, so stems are taken where the mix adds, in the order in which it
adds: summed in the order of `STEMS` as float32, they are the mix to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.units import QUANTUM
from kernels import mixing
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

    def take(
        self, quanta: int, buses: Floats, strips: Floats, ducks: Floats, fed: Ints, mix: Floats
    ) -> None:
        """Take a block that is mixed.

        Parameters
        ----------
        quanta : int
        buses : (at least parts * 2 * frames,) float32
            Part buses, as they went into the strips.
        strips : (listeners * parts, 6, quanta + 1) float32
            The faders of the strips.
        ducks : (listeners * frames,) float32
            As they went into the strips.
        fed : (4, listeners, quanta) int32
            Where the effects have left what they return.
        mix : (at least 5 * listeners * 2 * frames,) float32
            Mix buses, with what the effects return.
        """
        frames, listeners = quanta * QUANTUM, fed.shape[1]
        self.block = np.zeros((len(STEMS), SIDES, frames), np.float32)
        strip = np.zeros(mixing.BUSES * SIDES * frames, np.float32)
        rows_in_use, fed_alone = np.zeros(1, np.int32), np.zeros_like(fed[:, :1])
        for part in range(len(PARTS)):
            bus = buses[part * SIDES * frames : (part + 1) * SIDES * frames]
            levels = strips[part : part + 1]
            mixing.mix_strips(quanta, bus, levels, ducks[:frames], rows_in_use, fed_alone, strip)
            self.block[part] = strip[: SIDES * frames].reshape(SIDES, frames)
        rows = mix[: mixing.BUSES * listeners * SIDES * frames].reshape(
            -1, listeners, SIDES, frames
        )
        for stem, bus_number in enumerate(RETURNS.values(), len(PARTS)):
            heard = np.repeat(fed[bus_number - 1, 0] != 0, QUANTUM)
            self.block[stem] = np.where(heard, rows[bus_number, 0], 0.0)
