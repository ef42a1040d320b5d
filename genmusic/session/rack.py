"""Orchestra and console of up to sixteen listeners, rendered together in one go.

Each listener's sound depends on that listener alone; company changes the cost, never the samples.
A place of the rack is one listener's, on a clock of their own: whoever sits down goes on from
where they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.mixing.console import SILENT_CONSOLE, Console, ConsoleState, Desk
from genmusic.mixing.faders import NO_KICK, Faders, make_faders
from genmusic.synthesis.orchestra import (
    SILENT_ORCHESTRA,
    Orchestra,
    OrchestraState,
    PlayedNote,
    wipe_shared_buses,
)
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.synthesis.readings import Reading
from genmusic.units import QUANTUM

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
MOST_LISTENERS = 16
ALONE_QUANTA = MAX_BLOCK_QUANTA  # of a longest block: half of the cache is enough for its buses
NEVER = 1 << 60  # a quantum beyond all others
SHARED_QUANTA = 30  # the same, of many listeners: whole blocks in 200 ms


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Everything of one listener that sounds, at rest: what no log brings back."""

    orchestra: OrchestraState
    console: ConsoleState
    kicks: tuple[int, ...]  # frames of the listener, still to come


SILENCE = Sound(SILENT_ORCHESTRA, SILENT_CONSOLE, ())


class Rack:
    """The sound of some listeners."""

    def __init__(self, listeners: int = 1, *, keeps_stems: bool = False) -> None:
        self.listeners = listeners
        self._orchestra = Orchestra(listeners)
        self._agenda = self._orchestra.agenda
        self._console = Console(listeners, keeps_stems=keeps_stems)
        self.most_quanta = ALONE_QUANTA if listeners == 1 else SHARED_QUANTA
        """Quanta of a longest block; what is longer is rendered in pieces."""
        self.faders: Faders = make_faders(listeners, self.most_quanta)
        """To be set before a block is rendered, as far as the block goes; but for kicks."""
        self.quantum = 0
        """Quanta rendered so far."""
        self._origins = np.zeros(listeners, np.int64)  # the rack's quantum that is each one's first
        self._desks: dict[int, Desk] = {}
        """What each thread renders with."""
        self._everybody = np.arange(listeners, dtype=np.int32)

    def play(self, listener: int, note: PlayedNote) -> None:
        """Play a note that starts in a block still to come."""
        self._orchestra.play(listener, note, int(self._origins[listener]))

    def plan(
        self, listener: int, reading: Reading, first: int, frames: tuple[int, ...], since: int
    ) -> None:
        """Have `play_planned` play beats of a bar when they come, as `Agenda.plan` takes them.

        The parts that make way for the kick do so.
        """
        if self._agenda.is_planned(listener):  # beats of the bar before
            self._orchestra.play_agenda((listener, listener + 1), self.quantum, NEVER)
        origin = int(self._origins[listener])
        self._agenda.plan(listener, reading, first, frames, since, origin)

    def play_planned(self, quanta: int) -> None:
        """Play the beats that were planned and begin in the next quanta."""
        self._orchestra.play_agenda((0, self.listeners), self.quantum, self.quantum + quanta)

    def forget_planned(self, listener: int) -> None:
        """Play no beat of a listener that was planned."""
        self._agenda.forget(listener)

    def let_go(self, listener: int, note: PlayedNote, frame: int) -> None:
        """Let a note that is held go at the quantum of a frame still to come."""
        self._orchestra.let_go(listener, note, frame, int(self._origins[listener]))

    def render(self, quanta: int) -> Floats:
        """The next block of every place, (places, 2, frames) float32."""
        out = np.empty((self.listeners, 2, quanta * QUANTUM), np.float32)
        self.render_into(quanta, self._everybody, 0, out)
        return out

    def render_into(self, quanta: int, rows: Ints, first: int, out: Floats) -> None:
        """Write the next block of some places.

        Parameters
        ----------
        quanta : int
            At most `most_quanta`, unless all faders rest.
        rows : (places,) int32
            Which row of ``out`` is each place's; -1 for one where nobody sits.
        first : int, frames
            Where the block begins in ``out``.
        out : (rows, 2, frames) float32, C-contiguous
        """
        blocks, rest = divmod(quanta, self.most_quanta)
        if blocks:
            self._render(blocks, self.most_quanta, rows, first, out)
        if rest:
            self._render(1, rest, rows, first + (quanta - rest) * QUANTUM, out)

    def _render(self, blocks: int, quanta: int, rows: Ints, first: int, out: Floats) -> None:
        """Write some blocks of the same length."""
        voices = self._orchestra.voices(self.faders.brightness, self.faders.bends)
        thread = id(voices.buses)  # which the desk keeps
        if thread not in self._desks:
            self._desks[thread] = self._console.desk(self.faders, voices)
        here, clocks = (blocks, quanta, self.quantum), self.quantum - self._origins
        try:
            coming = self._agenda.coming
            self._console.mix(self._desks[thread], here, coming, clocks, rows, first, out)
        except BaseException:
            wipe_shared_buses()
            self.faders.kicks[:] = NO_KICK
            raise
        self.quantum += blocks * quanta

    @property
    def stems(self) -> Floats:
        """The first listener's stems of the last block, (stems, 2, frames) float32."""
        return self._console.stems

    def now(self, listener: int) -> int:
        """Quanta of a listener that are rendered."""
        return self.quantum - int(self._origins[listener])

    def skip_to(self, listener: int, quantum: int) -> None:
        """Be silent, and go on from a quantum of the listener."""
        self._orchestra.clear(listener)
        self._console.clear(listener)
        self.forget_planned(listener)
        self._agenda.set_kicks_of(listener, ())
        self._origins[listener] = self.quantum - quantum

    def levelling(self, listener: int) -> str:
        """What the leveller has learned of a listener, in a word."""
        return self._console.levelling(listener)

    def set_levelling(self, listener: int, learned: str) -> None:
        """Let a listener's leveller go on from what `levelling` gave."""
        self._console.set_levelling(listener, learned)

    def take(self, listener: int) -> Sound:
        """A copy of what sounds of a listener."""
        orchestra = self._orchestra.take(listener, self.quantum)
        origin = int(self._origins[listener])
        kicks = self._agenda.kicks_of(listener, self.quantum)
        frames = tuple((quantum - origin) * QUANTUM + frame for quantum, _, frame in kicks)
        return Sound(orchestra, self._console.take(listener), frames)

    def put(self, listener: int, sound: Sound, quantum: int) -> None:
        """Let a listener go on in a place, from a quantum of theirs."""
        self._orchestra.clear(listener)
        self._orchestra.put(listener, sound.orchestra, self.quantum)
        self._console.put(listener, sound.console)
        self.forget_planned(listener)
        origin = self._origins[listener] = self.quantum - quantum
        kicks = [(frame // QUANTUM + origin, listener, frame % QUANTUM) for frame in sound.kicks]
        self._agenda.set_kicks_of(listener, kicks)
