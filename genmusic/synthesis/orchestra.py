"""The orchestra: plays notes of up to sixteen listeners into their part buses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.synthesis.agenda import Agenda
from genmusic.synthesis.pools import KINDS, MOST_VOICES, Berths, Clock, Pool, Rows
from genmusic.synthesis.readings import find_cook, twist_of
from genmusic.synthesis.recipes import COOKBOOK
from genmusic.threads import OfThread
from genmusic.units import QUANTUM, TICKS_PER_BEAT
from kernels.agendas import DONE, PLAYED, play_agenda
from kernels.buses import REACHING, STRIDE, TAIL, drain_buses, hand_over, take_in
from kernels.hops import Voices
from kernels.memory import aligned
from kernels.pools import render_pools
from kernels.readings import VELOCITIES

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
UNTIL_RELEASED = 1 << 50  # frames: the gate of a note whose end is not known yet
IN_FRAMES: Clock = (0, 0, 1, 1, 0)
"""Of notes whose ticks are frames."""


def _silent_buses(sides: int) -> Ints:
    """Buses that a block fills, and that are silent again when it is mixed."""
    return aligned(sides * STRIDE, np.int32)


_shared_buses: OfThread[int, Ints] = OfThread(_silent_buses)  # by the number of their sides


def wipe_shared_buses() -> None:
    """Silence the buses of this thread after a block that went wrong."""
    for buses in _shared_buses.all:
        buses[:] = 0


class PlayedNote(NamedTuple):
    """A note in frames, with the sound that plays it."""

    start_frame: int
    gate_frames: int
    part: int  # index into names.PARTS
    patch: str
    pitch: int
    velocity: int  # 1..127
    pan: float  # -1 left .. 1 right
    cents: float = 0.0  # from the key's pitch


class HeldNote(NamedTuple):
    """What names a note that sounds until `Orchestra.release`."""

    kind: str
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class OrchestraState:
    """One listener's voices at rest, by pool, and what they give beyond the last block."""

    pools: Mapping[str, Rows]
    tails: Ints


SILENT_ORCHESTRA = OrchestraState({}, np.zeros((len(PARTS), 2, QUANTUM), np.int32))


class Orchestra:
    """Voice pools of a rack of listeners; every listener sounds as if alone."""

    def __init__(self, listeners: int) -> None:
        self._berths = berths = Berths.of(len(KINDS))
        pools = enumerate(KINDS.items())
        self._pools = {name: Pool(kind, berths.at(n)) for n, (name, kind) in pools}
        self._of_kinds = tuple(self._pools.values())
        self.agenda = Agenda(listeners)
        """What is still to be played; the numbers of notes say which came first."""
        self._sides = 2 * listeners * len(PARTS)
        self.tails = np.zeros(self._sides // 2 * TAIL, np.int32)
        """What the buses give beyond the last block, as `kernels.buses` lays it out."""
        self._unbent: dict[int, Floats] = {}

    def play(self, listener: int, note: PlayedNote, origin: int = 0) -> HeldNote:
        """Start a voice at the note's frame; it must not lie before the next block.

        ``origin`` is the quantum at which frame 0 of the listener lies.
        """
        cook = find_cook(note.patch)
        (pitch,), books = COOKBOOK.look_up([(cook, note.pitch + note.cents / 100.0)])
        recipe = pitch * VELOCITIES + note.velocity
        end, twist = note.start_frame + note.gate_frames, twist_of(note.pitch, note.part)
        row = np.array([[recipe, note.start_frame, end, note.part, twist]], np.int64)
        side = np.array([[note.pan, cook.patch.width]], np.float32)
        number = self._number(1)
        place = listener, listener * len(PARTS), origin * QUANTUM, number
        self._pools[cook.kind].start((row, side), IN_FRAMES, place, books[cook.kind])
        return HeldNote(cook.kind, number)

    def play_agenda(self, listeners: tuple[int, int], now: int, until: int) -> None:
        """Start a voice for each note of the beats that some listeners have planned.

        Parameters
        ----------
        listeners : two of int
            The first, and the one behind the last.
        now, until : int, quanta
            Where the next block begins; beats that begin from ``until`` on are left for later.
        """
        agenda, berths = self.agenda, self._berths
        kind = 0
        while kind != DONE:
            kind, room = play_agenda(
                listeners, now, until, TICKS_PER_BEAT, len(PARTS), agenda.plans, berths,
                MOST_VOICES, agenda.kicks, agenda.counts,
            )  # fmt: skip
            if kind == len(self._of_kinds):
                agenda.make_room_for_kicks(room)
            elif kind != DONE:
                self._of_kinds[kind].make_room(room)

    def _number(self, notes: int) -> int:
        """The number of the first of some notes, which have numbers of their own."""
        number = int(self.agenda.counts[PLAYED])
        self.agenda.counts[PLAYED] += notes
        return number

    def release(self, note: HeldNote, frame: int, origin: int = 0) -> None:
        """Let a note go before its gate ends, at the quantum of a frame still to come."""
        self._pools[note.kind].release(note.number, frame // QUANTUM + origin)

    def let_go(self, listener: int, note: PlayedNote, frame: int, origin: int = 0) -> None:
        """As `release`, for a note that may have changed its rack meanwhile."""
        pool, quantum = self._pools[find_cook(note.patch).kind], frame // QUANTUM + origin
        pool.let_go(listener, _seed_of(note), quantum)

    def take(self, listener: int, now: int) -> OrchestraState:
        """A copy of one listener's voices between two blocks, at quantum ``now``."""
        taken = {name: pool.take(listener, now) for name, pool in self._pools.items()}
        pools = {name: state for name, state in taken.items() if state is not None}
        tails = np.where(self._tails_of(listener)[:, REACHING, None] != 0,
                         self._tails_of(listener)[:, :REACHING], 0)  # fmt: skip
        return OrchestraState(pools, tails.reshape(SILENT_ORCHESTRA.tails.shape))

    def put(self, listener: int, state: OrchestraState, now: int) -> None:
        """Let a listener's voices go on in a free place, from quantum ``now``."""
        for name, held in state.pools.items():
            count = len(held.timing)
            numbers = self._number(count) + np.arange(count)
            self._pools[name].put(held, (listener, len(PARTS)), now, numbers)
        self._set_tails(listener, state.tails)

    def clear(self, listener: int) -> None:
        """Forget one listener's voices: the place is free."""
        for pool in self._pools.values():
            pool.clear(listener)
        self._set_tails(listener, SILENT_ORCHESTRA.tails)

    def _tails_of(self, listener: int) -> Ints:
        """What one listener's buses give beyond the last block, (parts, `TAIL`)."""
        tails: Ints = self.tails.reshape(-1, len(PARTS), TAIL)[listener]
        return tails

    def _set_tails(self, listener: int, tails: Ints) -> None:
        mine = self._tails_of(listener)
        mine[:, :REACHING] = tails.reshape(len(PARTS), -1)
        mine[:, REACHING] = tails.any(axis=(1, 2))

    def render(
        self, first: int, quanta: int, brightness: Floats, bends: Floats | None = None
    ) -> Floats:
        """The part buses of a block.

        Parameters
        ----------
        first, quanta : int
            The block, at most `MAX_BLOCK_QUANTA`.
        brightness : (listeners, quanta + 1) float32, 0..1
            At the borders of quanta.
        bends : (listeners * parts, quanta + 1) float32, octaves
            By how much each part's pitch is bent at the borders of quanta; None: not at all.

        Returns
        -------
        (listeners * parts * 2 * frames,) float32, left then right of each bus.
        """
        buses = _shared_buses.of(self._sides)
        ramps = (brightness, self._straight(quanta) if bends is None else bends)
        render_pools(first, quanta, self._berths.sounds, self._berths.taken, ramps, buses)
        out = np.empty(self._sides * quanta * QUANTUM, np.float32)
        take_in(self.tails, buses)
        drain_buses(quanta, buses, out)
        hand_over(buses, self.tails)
        return out

    def voices(self, brightness: Floats, bends: Floats) -> Voices:
        """What is mixed, on buses that all orchestras of the thread share.

        Whoever mixes them adds the tails, brings to them what is left, and leaves silent buses.
        The ramps are as `render` takes them, with room for the longest block.
        """
        buses = _shared_buses.of(self._sides)
        ramps = brightness, bends
        return Voices(self._berths.sounds, self._berths.taken, ramps, self.tails, buses)

    def _straight(self, quanta: int) -> Floats:
        if quanta not in self._unbent:
            self._unbent[quanta] = np.zeros((self._sides // 2, quanta + 1), np.float32)
        return self._unbent[quanta]


def _seed_of(note: PlayedNote) -> int:
    """What makes a note differ from every other of its listener, in any company."""
    return (note.start_frame << 20) ^ twist_of(note.pitch, note.part)
