"""The orchestra: plays notes of up to sixteen listeners into their part buses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.synthesis.patches import find_patch
from genmusic.synthesis.pools import KINDS, Pool, Rows
from genmusic.synthesis.recipes import Cook, cook_for
from genmusic.units import QUANTUM
from kernels.buses import SOUNDING, STRIDE, drain_buses

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
UNTIL_RELEASED = 1 << 50  # frames: the gate of a note whose end is not known yet


class PlayedNote(NamedTuple):
    """A note in frames, with the sound that plays it (a tuple: there are thousands a second)."""

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
    slot: int
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
        self._pools = {name: Pool(kind) for name, kind in KINDS.items()}
        self._cooks: dict[str, tuple[str, Cook]] = {}
        self._sides = 2 * listeners * len(PARTS)
        self.buses = np.zeros(self._sides * STRIDE, np.int32)
        """Part buses, as `kernels.buses` lays them out."""
        self._unbent: dict[int, Floats] = {}

    def play(self, listener: int, note: PlayedNote, origin: int = 0) -> HeldNote:
        """Start a voice at the note's frame; it must not lie before the next block.

        ``origin`` is the quantum at which frame 0 of the listener lies.
        """
        kind, cook = self._cooks.get(note.patch) or self._find_cook(note.patch)
        pitch = note.pitch + note.cents / 100.0 if note.cents else note.pitch
        recipe = cook(pitch, note.velocity)
        start_frame, bus = note.start_frame + origin * QUANTUM, listener * len(PARTS) + note.part
        place = (start_frame, note.gate_frames, bus, listener, _seed_of(note))
        return HeldNote(kind, *self._pools[kind].start(recipe, place, note.pan))

    def _find_cook(self, name: str) -> tuple[str, Cook]:
        kind, patch = find_patch(name)
        self._cooks[name] = found = (kind, cook_for(patch, KINDS[kind].module))
        return found

    def release(self, note: HeldNote, frame: int, origin: int = 0) -> None:
        """Let a note go before its gate ends, at the quantum of a frame still to come."""
        quantum = frame // QUANTUM + origin
        self._pools[note.kind].release(note.slot, note.number, quantum)

    def let_go(self, listener: int, note: PlayedNote, frame: int, origin: int = 0) -> None:
        """As `release`, for a note that may have changed its rack meanwhile."""
        kind, _cook = self._cooks.get(note.patch) or self._find_cook(note.patch)
        self._pools[kind].let_go(listener, _seed_of(note), frame // QUANTUM + origin)

    def take(self, listener: int, now: int) -> OrchestraState:
        """A copy of one listener's voices between two blocks, at quantum ``now``."""
        taken = {name: pool.take(listener, now) for name, pool in self._pools.items()}
        pools = {name: state for name, state in taken.items() if state is not None}
        return OrchestraState(pools, self._tails(listener).copy())

    def put(self, listener: int, state: OrchestraState, now: int) -> None:
        """Let a listener's voices go on in a free place, from quantum ``now``."""
        for name, voices in state.pools.items():
            self._pools[name].put(voices, (listener, len(PARTS)), now)
        self._set_tails(listener, state.tails)

    def clear(self, listener: int) -> None:
        """Forget one listener's voices: the place is free."""
        for pool in self._pools.values():
            pool.clear(listener)
        self._set_tails(listener, SILENT_ORCHESTRA.tails)

    def _buses_of(self, listener: int) -> Ints:
        buses: Ints = self.buses.reshape(-1, len(PARTS), 2, STRIDE)[listener]
        return buses

    def _tails(self, listener: int) -> Ints:
        """What one listener's buses hold already of the next block."""
        return self._buses_of(listener)[:, :, :QUANTUM]

    def _set_tails(self, listener: int, tails: Ints) -> None:
        self._tails(listener)[:] = tails
        self._buses_of(listener)[:, 0, SOUNDING] = tails.any(axis=(1, 2))

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
        self.play_block(first, quanta, brightness, bends)
        out = np.empty(self._sides * quanta * QUANTUM, np.float32)
        drain_buses(quanta, self.buses, out)
        return out

    def play_block(
        self, first: int, quanta: int, brightness: Floats, bends: Floats | None = None
    ) -> None:
        """As `render`, and leave the sound in `buses`; whoever takes it from there wipes them."""
        ramps = (brightness, self._straight(quanta) if bends is None else bends)
        for pool in self._pools.values():
            pool.render(first, quanta, ramps, self.buses)

    def _straight(self, quanta: int) -> Floats:
        if quanta not in self._unbent:
            self._unbent[quanta] = np.zeros((self._sides // 2, quanta + 1), np.float32)
        return self._unbent[quanta]


def _seed_of(note: PlayedNote) -> int:
    """What makes a note differ from every other of its listener, in any company."""
    return (note.start_frame << 20) ^ (note.pitch << 12) ^ (note.part << 4)
