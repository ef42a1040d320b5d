"""The console: strips, effects and master of up to sixteen listeners."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.mixing.faders import SIDES, Faders, bus_rows
from genmusic.mixing.rings import RingBank
from genmusic.mixing.spaces import HALL, ROOM
from genmusic.mixing.stems import Stems
from genmusic.names import PARTS
from genmusic.units import QUANTUM, db_to_gain
from kernels import choruses, delays, ducks, dynamics, equalisers, loudness, mixing, reverbs
from kernels.lanes import LANES

Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
CEILING_DB = -1.6  # true peaks; a little for what four times oversampling does not see
RingState = tuple[Floats, int]


@dataclass(frozen=True, slots=True, eq=False)
class ConsoleState:
    """One listener's share of the mixer's memory at rest."""

    rings: tuple[RingState, ...]
    own: tuple[Floats, ...]
    lanes: tuple[Floats, ...]  # the last is the leveller's


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Working memory for a block."""

    mix: Floats
    ducks: Floats
    fed: NDArray[np.int32]
    gains: Floats
    out: Floats


class _Desktop:
    """Working memory for blocks of any length up to the longest so far."""

    def __init__(self, listeners: int) -> None:
        self._listeners = listeners
        self._most_quanta = 0
        self._blocks: dict[int, _Block] = {}

    def block(self, quanta: int) -> _Block:
        """Memory for a block; all blocks share it."""
        if quanta > self._most_quanta:
            self._grow(quanta)
        if quanta not in self._blocks:
            self._blocks[quanta] = self._cut(quanta)
        return self._blocks[quanta]

    def _grow(self, quanta: int) -> None:
        frames, sends = quanta * QUANTUM, mixing.BUSES - 1
        self._rows = max(mixing.BUSES * SIDES * self._listeners, LANES)
        self._mix = np.zeros(self._rows * frames, np.float32)
        self._ducks = np.zeros(self._listeners * frames, np.float32)
        self._fed = np.zeros(sends * self._listeners * quanta, np.int32)
        self._gains = np.zeros((quanta + 1) * LANES, np.float32)
        self._out = np.zeros(self._listeners * SIDES * frames, np.float32)
        self._most_quanta = quanta
        self._blocks = {}

    def _cut(self, quanta: int) -> _Block:
        frames, flags = quanta * QUANTUM, (mixing.BUSES - 1, self._listeners, quanta)
        return _Block(
            mix=self._mix[: self._rows * frames],
            ducks=self._ducks[: self._listeners * frames],
            fed=self._fed[: math.prod(flags)].reshape(flags),
            gains=self._gains[: (quanta + 1) * LANES].reshape(-1, LANES),
            out=self._out[: self._listeners * SIDES * frames],
        )


class Console:
    """The mixer's memory for a rack of listeners."""

    def __init__(self, listeners: int, *, keeps_stems: bool = False) -> None:
        self._listeners = listeners
        self._stems = Stems() if keeps_stems else None
        self._desktop = _Desktop(listeners)
        self._tile = np.zeros(loudness.TILE, np.float32)
        self._rows_in_use = np.zeros(len(PARTS), np.int32)
        self._make_effects(listeners)
        self._make_master(listeners)

    def _make_effects(self, listeners: int) -> None:
        groups = bus_rows(listeners) // LANES
        self._equaliser = np.zeros((groups, equalisers.MEMORIES * LANES), np.float32)
        self._duck = np.zeros((listeners, 2), np.float32)
        self._duck[:, ducks.SINCE] = ducks.LONGEST_FRAMES
        chorus = RingBank(listeners, (choruses.RING,) * SIDES, (choruses.RING,) * SIDES)
        echo = RingBank(listeners, (delays.RING,) * SIDES, (delays.RING,) * SIDES)
        room = RingBank(listeners, ROOM.rings, ROOM.held)
        hall = RingBank(listeners, HALL.rings, HALL.held)
        self._banks = (chorus, echo, room, hall)
        self._room_table, self._hall_table = ROOM.table, HALL.table

    def _make_master(self, listeners: int) -> None:
        groups = -(-listeners * SIDES // LANES)
        self._filters = np.zeros((groups, loudness.FILTER_ROWS * LANES), np.float32)
        self._levels = np.zeros((loudness.STATE_ROWS, LANES), np.float32)
        self._levels[list(loudness.ONES_AT_START)] = 1.0
        self._limiter = np.ones((listeners, dynamics.STATE), np.float32)
        self._delays = np.zeros((listeners, SIDES, dynamics.DELAY_FRAMES), np.float32)
        self._ceiling = db_to_gain(CEILING_DB)

    def take(self, listener: int) -> ConsoleState:
        """A copy of one listener's memory between two blocks."""
        return ConsoleState(
            tuple(bank.take(listener) for bank in self._banks),
            tuple(memory[listener].copy() for memory in self._own),
            tuple(lanes.copy() for lanes in self._lanes_of(listener)),
        )

    def put(self, listener: int, state: ConsoleState) -> None:
        """Let a listener go on in this place."""
        for bank, held in zip(self._banks, state.rings, strict=True):
            bank.put(listener, held)
        for memory, own in zip(self._own, state.own, strict=True):
            memory[listener] = own
        for lanes, values in zip(self._lanes_of(listener), state.lanes, strict=True):
            lanes[:] = values

    def clear(self, listener: int) -> None:
        """Forget what a listener has heard."""
        self.put(listener, SILENT_CONSOLE)

    @property
    def _own(self) -> tuple[Floats, ...]:
        """What has a row for each listener."""
        return (self._duck, self._limiter, self._delays)

    def _lanes_of(self, listener: int) -> tuple[Floats, ...]:
        """One listener's lanes, as views, of what works in rows of sixteen lanes."""
        strips = len(PARTS) * SIDES
        return (
            *(_lane(self._equaliser, listener * strips + row) for row in range(strips)),
            *(_lane(self._filters, listener * SIDES + side) for side in range(SIDES)),
            self._levels[:, listener],
        )

    def mix(self, quanta: int, buses: Floats, faders: Faders, clocks: Longs) -> Floats:
        """Mix a block.

        Parameters
        ----------
        quanta : int
            Quanta in the block.
        buses : (bus_rows(listeners) * frames,) float32
            Part buses; the equaliser works on them in place.
        faders : Faders
            For exactly this block.
        clocks : (listeners,) int64, quanta
            Since each session began.

        Returns
        -------
        (listeners, 2, frames) float32, the finished sound, one quantum late (the limiter looks
        ahead); valid until the next call.
        """
        block = self._desktop.block(quanta)
        equalisers.equalise(quanta, faders.bands, self._tile, self._equaliser, buses)
        ducks.duck(quanta, faders.kicks, faders.releases, self._duck, block.ducks)
        mixing.mix_strips(
            quanta, buses, faders.strips, block.ducks, self._rows_in_use, block.fed, block.mix
        )
        self._run_effects(quanta, faders, clocks, block)
        if self._stems is not None:
            self._stems.take(quanta, buses, faders.strips, block.ducks, block.fed, block.mix)
        self._finish(quanta, faders, block)
        return block.out.reshape(self._listeners, SIDES, quanta * QUANTUM)

    def _run_effects(self, quanta: int, faders: Faders, clocks: Longs, block: _Block) -> None:
        """What the sends feed, in the order in which it comes back into the mix."""
        chorus, echo, room, hall = self._banks
        fed, mix = block.fed, block.mix
        choruses.chorus(quanta, clocks, chorus.places, chorus.line, fed, mix)
        delays.echo(quanta, faders.echo_delays, faders.echoes, echo.places, echo.line, fed, mix)
        for bus, bank, table, rooms, wet in (
            (mixing.ROOM, room, self._room_table, faders.rooms, faders.room_wet),
            (mixing.HALL, hall, self._hall_table, faders.halls, faders.hall_wet),
        ):
            reverbs.reverb(quanta, bus, clocks, table, rooms, wet, bank.line, bank.places, fed, mix)

    def _finish(self, quanta: int, faders: Faders, block: _Block) -> None:
        """The master."""
        loudness.level(
            quanta,
            self._listeners,
            block.mix,
            (faders.gain, faders.wanted),
            self._filters,
            self._levels.reshape(-1),
            self._tile,
            block.gains,
        )
        dynamics.limit(
            quanta, block.gains, self._ceiling, self._limiter, self._delays, block.mix, block.out
        )

    def levelling(self, listener: int) -> str:
        """What the leveller has learned of a listener, in a word for a checkpoint."""
        return self._levels[:, listener].astype("<f4").tobytes().hex()

    def set_levelling(self, listener: int, learned: str) -> None:
        """Let the leveller go on from what `levelling` gave."""
        self._levels[:, listener] = np.frombuffer(bytes.fromhex(learned), "<f4")

    @property
    def stems(self) -> Floats:
        """The stems of the last block, (stems, 2, frames) float32, if they are kept."""
        if self._stems is None:
            raise ValueError("a console keeps stems when it is made with keeps_stems=True")
        return self._stems.block


def _lane(groups: Floats, row: int) -> Floats:
    """One lane of what works on rows in groups of sixteen."""
    lanes: Floats = groups.reshape(len(groups), -1, LANES)[row // LANES, :, row % LANES]
    return lanes


SILENT_CONSOLE = Console(1).take(0)
"""Of a listener who has heard nothing yet."""
