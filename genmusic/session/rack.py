"""Orchestra and console of up to sixteen listeners, rendered together in one go.

Each listener's sound depends on that listener alone; company changes the cost, never the samples.
A place of the rack is one listener's, on a clock of their own: whoever sits down goes on from
where they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.mixing.console import SILENT_CONSOLE, Console, ConsoleState
from genmusic.mixing.faders import Faders, make_faders
from genmusic.synthesis.orchestra import SILENT_ORCHESTRA, Orchestra, OrchestraState, PlayedNote

Floats = NDArray[np.float32]
MOST_LISTENERS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Everything of one listener that sounds, at rest: what no log brings back."""

    orchestra: OrchestraState
    console: ConsoleState


SILENCE = Sound(SILENT_ORCHESTRA, SILENT_CONSOLE)


class Rack:
    """The sound of some listeners."""

    def __init__(self, listeners: int = 1, *, keeps_stems: bool = False) -> None:
        self.listeners = listeners
        self._orchestra = Orchestra(listeners)
        self._console = Console(listeners, keeps_stems=keeps_stems)
        self._faders: dict[int, Faders] = {}
        self._quantum = 0
        self._origins = [0] * listeners  # the quantum of the rack that is each listener's first

    def play(self, listener: int, note: PlayedNote) -> None:
        """Play a note that starts in a block still to come."""
        self._orchestra.play(listener, note, self._origins[listener])

    def let_go(self, listener: int, note: PlayedNote, frame: int) -> None:
        """Let a note that is held go at the quantum of a frame still to come."""
        self._orchestra.let_go(listener, note, frame, self._origins[listener])

    def faders(self, quanta: int) -> Faders:
        """The faders to set before a block of that length is rendered."""
        if quanta not in self._faders:
            self._faders[quanta] = make_faders(self.listeners, quanta)
        return self._faders[quanta]

    def render(self, quanta: int) -> Floats:
        """The next block of every place, (places, 2, frames) float32; at most 32 quanta."""
        faders = self.faders(quanta)
        buses = self._orchestra.render_rows(self._quantum, quanta, faders.brightness)
        clocks = np.array([self._quantum - origin for origin in self._origins], np.int64)
        self._quantum += quanta
        return self._console.mix(quanta, buses, faders, clocks)

    @property
    def stems(self) -> Floats:
        """The first listener's stems of the last block, (stems, 2, frames) float32."""
        return self._console.stems

    def now(self, listener: int) -> int:
        """Quanta of a listener that are rendered."""
        return self._quantum - self._origins[listener]

    def skip_to(self, listener: int, quantum: int) -> None:
        """Be silent, and go on from a quantum of the listener."""
        self._orchestra.clear(listener)
        self._console.clear(listener)
        self._origins[listener] = self._quantum - quantum

    def levelling(self, listener: int) -> str:
        """What the leveller has learned of a listener, in a word."""
        return self._console.levelling(listener)

    def set_levelling(self, listener: int, learned: str) -> None:
        """Let a listener's leveller go on from what `levelling` gave."""
        self._console.set_levelling(listener, learned)

    def take(self, listener: int) -> Sound:
        """A copy of what sounds of a listener."""
        orchestra = self._orchestra.take(listener, self._quantum)
        return Sound(orchestra, self._console.take(listener))

    def put(self, listener: int, sound: Sound, quantum: int) -> None:
        """Let a listener go on in a place, from a quantum of theirs."""
        self._orchestra.clear(listener)
        self._orchestra.put(listener, sound.orchestra, self._quantum)
        self._console.put(listener, sound.console)
        self._origins[listener] = self._quantum - quantum
