"""The console: strips, reverb, echo and master of up to sixteen listeners."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.mixing import rings
from genmusic.mixing.stems import Stems
from genmusic.names import PARTS
from genmusic.units import LOG2_10, QUANTUM, SAMPLE_RATE, db_to_gain, exp2
from kernels import delays, dynamics, loudness, mastering, mixing, reverbs
from kernels.lanes import LANES
from kernels.mixing import ECHO_SEND, GAIN, REVERB_SEND

__all__ = [
    "ECHO_SEND", "GAIN", "LONGEST_ECHO_FRAMES", "REVERB_SEND", "SHORTEST_ECHO_FRAMES",
    "Console", "Faders", "make_faders", "room",
]  # fmt: skip

Floats = NDArray[np.float32]
LONGEST_ECHO_FRAMES, SHORTEST_ECHO_FRAMES = delays.LONGEST_FRAMES, delays.SHORTEST_FRAMES
CEILING_DB = -1.4  # true peaks; a little for what four times oversampling does not see
ECHO_FEEDBACK = 0.42
REVERB_DAMPING = 0.32  # one-pole coefficient in each line


@dataclass(slots=True)
class Faders:
    """What moves in a block, at the borders of quanta; lines between.

    Shapes for L listeners and Q quanta: strips (L * parts, 3, Q + 1); wet, gain and wanted
    (loudness above -16 LUFS, as a linear gain) (Q + 1, 16); rooms (Q, 9, 16); brightness and
    echo_fades (L, Q + 1) float32; echo_delays (L, 2) int32 frames.
    """

    strips: Floats
    wet: Floats
    rooms: Floats
    gain: Floats
    wanted: Floats
    brightness: Floats
    echo_fades: Floats
    echo_delays: NDArray[np.int32]


def make_faders(listeners: int, quanta: int) -> Faders:
    """Faders for a block, all down."""
    borders = quanta + 1
    return Faders(
        np.zeros((listeners * len(PARTS), mixing.SENDS, borders), np.float32),
        np.zeros((borders, LANES), np.float32),
        np.zeros((quanta, reverbs.ROWS, LANES), np.float32),
        np.zeros((borders, LANES), np.float32),
        np.ones((borders, LANES), np.float32),
        np.zeros((listeners, borders), np.float32),
        np.zeros((listeners, borders), np.float32),
        np.full((listeners, 2), delays.LONGEST_FRAMES, np.int32),
    )


@lru_cache(maxsize=256)
def room(seconds: float) -> Floats:
    """The reverb's gains and damping, (9,) float32, for a time to -60 dB."""
    turns = [exp2(-3.0 * LOG2_10 * frames / (seconds * SAMPLE_RATE)) for frames in reverbs.LENGTHS]
    return np.array([*turns, REVERB_DAMPING], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ConsoleState:
    """One listener's share of the mixer's memory at rest: lines in order, the rest by lanes."""

    echo: Floats
    reverb: Floats
    lanes: tuple[Floats, ...]


class Console:
    """The mixer's memory for a rack of listeners."""

    def __init__(self, listeners: int, most_quanta: int, *, keeps_stems: bool = False) -> None:
        self._stems = Stems(most_quanta) if keeps_stems else None
        frames = most_quanta * QUANTUM
        self._listeners = listeners
        self._mix = np.zeros(LANES * mixing.SENDS * 2 * frames, np.float32)
        self._scratch = np.zeros(mastering.SCRATCH_ROWS * LANES, np.float32)
        self._echo_line = np.zeros(listeners * 2 * delays.LINE, np.float32)
        self._echo_places = np.zeros(listeners, np.int32)
        self._reverb_lines = (
            np.zeros(reverbs.FRAMES * LANES, np.float32),
            np.zeros(reverbs.LINES * LANES, np.float32),
            np.zeros(reverbs.LINES, np.int32),
        )
        levels = np.zeros((loudness.STATE_ROWS, LANES), np.float32)
        levels[list(loudness.ONES_AT_START)] = 1.0
        self._master_states = (
            levels.reshape(-1),
            np.ones(dynamics.STATE_ROWS * LANES, np.float32),
            np.zeros(2 * dynamics.DELAY_FRAMES * LANES, np.float32),
        )
        self._ceiling = db_to_gain(CEILING_DB)
        self._scattered = np.zeros(LANES * 2 * frames, np.float32)

    def take(self, listener: int) -> ConsoleState:
        """A copy of one listener's memory between two blocks."""
        place = int(self._echo_places[listener])
        return ConsoleState(
            rings.read_echo(self._echo_of(listener), place),
            rings.read_reverb(self._reverb_lines[0], self._reverb_lines[2].tolist(), listener),
            tuple(memory.reshape(-1, LANES)[:, listener].copy() for memory in self._in_lanes),
        )

    def put(self, listener: int, state: ConsoleState) -> None:
        """Let a listener go on in this place."""
        self._echo_places[listener] = rings.write_echo(state.echo, self._echo_of(listener))
        lines, _, places = self._reverb_lines
        rings.write_reverb(state.reverb, places.tolist(), listener, lines)
        for memory, lane in zip(self._in_lanes, state.lanes, strict=True):
            memory.reshape(-1, LANES)[:, listener] = lane

    def clear(self, listener: int) -> None:
        """Forget what a listener has heard."""
        self.put(listener, SILENT_CONSOLE)

    def _echo_of(self, listener: int) -> Floats:
        line: Floats = self._echo_line.reshape(self._listeners, 2, delays.LINE)[listener]
        return line

    @property
    def _in_lanes(self) -> tuple[Floats, ...]:
        """What remembers in rows of sixteen listeners, besides the lines of the reverb."""
        return (self._reverb_lines[1], *self._master_states)

    def mix(self, quanta: int, buses: Floats, faders: Faders) -> Floats:
        """Mix a block.

        Parameters
        ----------
        quanta : int
            Quanta in the block.
        buses : (listeners * parts * 2 * frames,) float32
            Part buses.
        faders : Faders
            For exactly this block.

        Returns
        -------
        (16, 2, frames) float32, the finished sound, one quantum late (the limiter looks ahead);
        valid until the next call.
        """
        frames = quanta * QUANTUM
        mix = self._mix[: LANES * mixing.SENDS * 2 * frames]
        mixing.mix_strips(quanta, len(PARTS), buses, faders.strips, mix)
        delays.echo(
            quanta,
            faders.echo_delays,
            faders.echo_fades,
            ECHO_FEEDBACK,
            self._echo_places,
            self._echo_line,
            mix,
        )
        borders = (
            faders.wet.reshape(-1),
            faders.gain.reshape(-1),
            faders.wanted.reshape(-1),
            faders.rooms.reshape(-1),
        )
        out = self._scattered[: LANES * 2 * frames]
        mastering.master(
            quanta,
            mix,
            borders,
            self._reverb_lines,
            self._ceiling,
            self._master_states,
            self._scratch,
            self._stems is not None,
            out,
        )
        if self._stems is not None:
            self._stems.take(quanta, buses, faders.strips, mix)
        return out.reshape(LANES, 2, frames)

    @property
    def stems(self) -> Floats:
        """The stems of the last block, (stems, 2, frames) float32, if they are kept."""
        if self._stems is None:
            raise ValueError("a console keeps stems when it is made with keeps_stems=True")
        return self._stems.block


SILENT_CONSOLE = Console(1, 1).take(0)
"""Of a listener who has heard nothing yet."""
