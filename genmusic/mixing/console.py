"""The console: strips, effects and master of up to sixteen listeners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.mixing.faders import SIDES, Faders
from genmusic.mixing.rings import RingBank
from genmusic.mixing.spaces import HALL, ROOM
from genmusic.mixing.stems import Stems
from genmusic.names import PARTS
from genmusic.threads import OfThread
from genmusic.units import QUANTUM, db_to_gain
from kernels import (
    choruses,
    consoles,
    delays,
    ducks,
    dynamics,
    equalisers,
    loudness,
    mixing,
    reverbs,
    weighting,
)
from kernels.handles import Handle
from kernels.hops import FINISHERS, MIXERS, Voices, play_hop
from kernels.hops import Desk as HopDesk
from kernels.lanes import LANES, MOST_QUANTA
from kernels.memory import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
CEILING_DB = -1.6  # true peaks; a little for what four times oversampling does not see
MOST_FRAMES = MOST_QUANTA * QUANTUM
RingState = tuple[Floats, int]
Desk = Handle[HopDesk]


@dataclass(frozen=True, slots=True, eq=False)
class ConsoleState:
    """One listener's share of the mixer's memory at rest."""

    rings: tuple[RingState, ...]
    own: tuple[Floats, ...]
    lanes: tuple[Floats, ...]  # the last is the leveller's


class _Scratch:
    """Working memory for the longest block; all consoles of a thread share it."""

    def __init__(self, listeners: int) -> None:
        self.of_parts = (
            aligned(len(PARTS) * equalisers.DESK, np.float32),
            (aligned(len(PARTS), np.int32), aligned(len(PARTS) * mixing.LEVELS, np.float32)),
            aligned(choruses.MOVES, np.float32),
            (aligned(reverbs.HEADS, np.int32), aligned(reverbs.MOVES, np.float32)),
            aligned(MOST_FRAMES, np.float32),
            aligned(mixing.SENDS * SIDES * MOST_FRAMES, np.float32),
        )
        self.of_parts[0][:] = equalisers.UNKNOWN
        self.dry = aligned(listeners * SIDES * MOST_FRAMES, np.float32)
        self._fed: dict[int, Ints] = {}
        self.tile = aligned(weighting.TILES, np.float32)
        self.gains = np.zeros((MOST_QUANTA + 1, LANES), np.float32)
        self.line = aligned(dynamics.LINE, np.float32)

    def fed(self, quanta: int) -> Ints:
        """Which sends hold anything, in each quantum of a block."""
        if quanta not in self._fed:
            self._fed[quanta] = np.zeros((mixing.SENDS, quanta), np.int32)
        return self._fed[quanta]


_scratch: OfThread[int, _Scratch] = OfThread(_Scratch)  # by the number of listeners


class Console:
    """The mixer's memory for a rack of listeners."""

    def __init__(self, listeners: int, *, keeps_stems: bool = False) -> None:
        self._listeners = listeners
        self._stems = Stems() if keeps_stems else None
        self._make_effects(listeners)
        self._make_master(listeners)

    def _make_effects(self, listeners: int) -> None:
        equaliser = np.zeros((listeners * len(PARTS), SIDES * equalisers.MEMORIES), np.float32)
        duck = np.zeros((listeners, 2), np.float32)
        duck[:, ducks.SINCE] = ducks.LONGEST_FRAMES
        self._of_strips = equaliser, duck
        chorus = RingBank(listeners, (choruses.RING,) * SIDES, (choruses.HELD,) * SIDES)
        echo = RingBank(listeners, (delays.RING,), (delays.RING,))  # both sides in one
        room = RingBank(listeners, ROOM.rings, ROOM.held)
        hall = RingBank(listeners, HALL.rings, HALL.held)
        self._banks = (chorus, echo, room, hall)
        self._lines = chorus.memory, echo.memory, room.memory, hall.memory
        self._spaces = ROOM.table, HALL.table

    def _make_master(self, listeners: int) -> None:
        self._filters = np.zeros((SIDES, weighting.MEMORIES, LANES), np.float32)
        self._levels = np.zeros((loudness.STATE_ROWS, LANES), np.float32)
        self._levels[list(loudness.ONES_AT_START)] = 1.0
        self._limiter = np.ones((listeners, dynamics.STATE), np.float32)
        self._delays = np.zeros((listeners, SIDES * dynamics.LOOKAHEAD_FRAMES), np.float32)
        level = self._filters.reshape(-1), self._levels.reshape(-1)
        self._of_master = *level, self._limiter, self._delays
        self._ceiling = db_to_gain(CEILING_DB)

    def take(self, listener: int) -> ConsoleState:
        """A copy of one listener's memory between two blocks."""
        return ConsoleState(
            tuple(bank.take(listener) for bank in self._banks),
            tuple(memory.copy() for memory in self._own(listener)),
            tuple(lanes.copy() for lanes in self._lanes_of(listener)),
        )

    def put(self, listener: int, state: ConsoleState) -> None:
        """Let a listener go on in this place."""
        for bank, held in zip(self._banks, state.rings, strict=True):
            bank.put(listener, held)
        for memory, own in zip(self._own(listener), state.own, strict=True):
            memory[:] = own
        for lanes, values in zip(self._lanes_of(listener), state.lanes, strict=True):
            lanes[:] = values

    def clear(self, listener: int) -> None:
        """Forget what a listener has heard."""
        self.put(listener, SILENT_CONSOLE)

    def _own(self, listener: int) -> tuple[Floats, ...]:
        """One listener's rows, as views, of what has a row for each listener or strip."""
        equaliser, duck = self._of_strips
        strips = slice(listener * len(PARTS), (listener + 1) * len(PARTS))
        return equaliser[strips], duck[listener], self._limiter[listener], self._delays[listener]

    def _lanes_of(self, listener: int) -> tuple[Floats, ...]:
        """One listener's lanes, as views, of what works in rows of sixteen lanes."""
        return *self._filters[:, :, listener], self._levels[:, listener]

    def desk(self, faders: Faders, voices: Voices) -> Desk:
        """All that this thread mixes with, whatever the block."""
        scratch = _scratch.of(self._listeners)
        bench = scratch.tile, scratch.gains, scratch.line
        return Handle(HopDesk(
            MIXERS.address_of(consoles.mix_parts),
            FINISHERS.address_of(consoles.finish),
            voices,
            (faders.of_strips, faders.of_sends),
            (self._spaces, self._of_strips, self._lines),
            scratch.of_parts,
            scratch.dry,
            ((faders.gain, faders.wanted), self._of_master, self._ceiling, bench),
        ))  # fmt: skip

    def mix(
        self,
        desk: Desk,
        blocks: tuple[int, int, int],
        coming: Longs,
        clocks: Longs,
        rows: Ints,
        first: int,
        out: Floats,
    ) -> None:
        """Render and mix some blocks.

        Parameters
        ----------
        desk : Desk
            As `desk` gave it in this thread.
        blocks : tuple of int
            How many, the quanta of each, and the rack's quantum before them. The faders are for
            exactly one block, or rest; and stems are kept of one.
        coming : (kicks, 3) int64
            As `kernels.hops.play_hop` takes them.
        clocks : (listeners,) int64, quanta, in/out
            Since each session began.
        rows : (listeners,) int32
            Which row of ``out`` is each listener's; -1 for a place that is nobody's.
        first : int, frames
            Where the blocks begin in ``out``.
        out : (rows, 2, frames) float32, C-contiguous
            The finished sound is written one quantum late (the limiter looks ahead).
        """
        quanta = blocks[1]
        scratch = _scratch.of(self._listeners)
        fed, stems = scratch.fed(quanta), NO_STEMS
        if self._stems is not None:
            stems = self._stems.room_for(quanta)
        play_hop(*blocks, coming, desk.words, rows, clocks, fed, stems, first, out)
        if self._stems is not None:
            self._stems.take_returns(fed, scratch.of_parts[-1])

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


def blank_sound(listeners: int, frames: int) -> Floats:
    """Where finished sound is written, (listeners, 2, frames): in whole lines of the cache."""
    return aligned(listeners * SIDES * frames, np.float32).reshape(listeners, SIDES, frames)


NO_STEMS = np.zeros(0, np.float32)
SILENT_CONSOLE = Console(1).take(0)
"""Of a listener who has heard nothing yet."""
