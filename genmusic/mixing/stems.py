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
from kernels.mixing import ECHO_SEND, REVERB_SEND

Floats = NDArray[np.float32]
STEMS = (*PARTS, "echo", "reverb")
"""Parts through their faders without effects, then what the shared effects return."""
SIDES = 2


class Stems:
    """Takes the first listener's stems of each block."""

    def __init__(self, most_quanta: int) -> None:
        frames = most_quanta * QUANTUM
        self._strip = np.zeros(mixing.SENDS * SIDES * frames, np.float32)
        self.block = np.zeros((len(STEMS), SIDES, 0), np.float32)

    def take(self, quanta: int, buses: Floats, strips: Floats, mix: Floats) -> None:
        """Take a block that is mixed.

        Parameters
        ----------
        quanta : int
        buses : (listeners * parts * 2 * frames,) float32
            Part buses, as they went into the strips.
        strips : (listeners * parts, 3, quanta + 1) float32
            The faders of the strips.
        mix : (16 * 3 * 2 * frames,) float32
            Mix buses in which the effects have left what they return.
        """
        frames = quanta * QUANTUM
        self.block = np.empty((len(STEMS), SIDES, frames), np.float32)
        strip = self._strip[: mixing.SENDS * SIDES * frames]
        for part in range(len(PARTS)):
            bus = buses[part * SIDES * frames : (part + 1) * SIDES * frames]
            mixing.mix_strips(quanta, 1, bus, strips[part : part + 1], strip)
            self.block[part] = strip[: SIDES * frames].reshape(SIDES, frames)
        returns = mix[: strip.size].reshape(mixing.SENDS, SIDES, frames)
        self.block[len(PARTS) :] = returns[[ECHO_SEND, REVERB_SEND]]
