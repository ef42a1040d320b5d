"""Orchestra and console of up to sixteen listeners, rendered together in one go.

Each listener's sound depends on that listener alone; company changes the cost, never the samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genmusic.mixing.console import Console, Faders, make_faders
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.units import QUANTUM

Floats = NDArray[np.float32]
MOST_LISTENERS = 16


class Rack:
    """The sound of some listeners."""

    def __init__(self, listeners: int = 1, *, keeps_stems: bool = False) -> None:
        self.listeners = listeners
        self._keeps_stems = keeps_stems
        self._orchestra = Orchestra(listeners)
        self._console = Console(listeners, MAX_BLOCK_QUANTA, keeps_stems=keeps_stems)
        self._faders: dict[int, Faders] = {}
        self._quantum = 0

    def play(self, listener: int, note: PlayedNote) -> None:
        """Play a note that starts in a block still to come."""
        self._orchestra.play(listener, note)

    def faders(self, quanta: int) -> Faders:
        """The faders to set before a block of that length is rendered."""
        if quanta not in self._faders:
            self._faders[quanta] = make_faders(self.listeners, quanta)
        return self._faders[quanta]

    def render(self, quanta: int) -> Floats:
        """The next block of every listener, (16, 2, frames) float32; at most 32 quanta."""
        faders = self.faders(quanta)
        buses = self._orchestra.render(self._quantum, quanta, faders.brightness)
        self._quantum += quanta
        return self._console.mix(quanta, buses, faders)

    @property
    def stems(self) -> Floats:
        """The first listener's stems of the last block, (stems, 2, frames) float32."""
        return self._console.stems

    def skip_to(self, quantum: int) -> None:
        """Be silent, and go on from a quantum."""
        self._orchestra = Orchestra(self.listeners)
        self._console = Console(self.listeners, MAX_BLOCK_QUANTA, keeps_stems=self._keeps_stems)
        self._quantum = quantum

    @property
    def rendered_end(self) -> int:
        """Frames rendered so far."""
        return self._quantum * QUANTUM
