"""The orchestra: plays notes of up to sixteen listeners into their part buses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.synthesis.patches import find_patch
from genmusic.synthesis.pools import KINDS, MAX_BLOCK_QUANTA, Pool, PoolState, Voice
from genmusic.synthesis.voicing import Chance
from genmusic.units import QUANTUM
from kernels.lanes import LANES

Floats = NDArray[np.float32]
MOST_VOICES = 24  # of a part at once; beyond it the stalest is cut


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note in frames, with the sound that plays it."""

    start_frame: int
    gate_frames: int
    part: int  # index into names.PARTS
    patch: str
    pitch: int
    velocity: int  # 1..127
    pan: float  # -1 left .. 1 right


@dataclass(frozen=True, slots=True, eq=False)
class OrchestraState:
    """One listener's voices at rest, by pool, and how many notes were played before."""

    played: int
    pools: Mapping[str, PoolState]


SILENT_ORCHESTRA = OrchestraState(0, {})


class Orchestra:
    """Voice pools of a rack of listeners; every listener sounds as if alone."""

    def __init__(self, listeners: int) -> None:
        self._pools = {name: Pool(kind) for name, kind in KINDS.items()}
        self._played = [0] * listeners
        self._sounding: list[list[tuple[Pool, Voice]]] = [[] for _ in range(listeners * len(PARTS))]
        self._sides = listeners * len(PARTS) * 2
        self._rows = -(-self._sides // LANES) * LANES
        self._buses = np.zeros(self._rows * MAX_BLOCK_QUANTA * QUANTUM, np.float32)

    def play(self, listener: int, note: PlayedNote, origin: int = 0) -> None:
        """Start a voice at the note's frame; it must not lie before the next block.

        ``origin`` is the quantum at which frame 0 of the listener lies.
        """
        kind, patch = find_patch(note.patch)
        chance = Chance((note.start_frame << 20) ^ (note.pitch << 12) ^ (note.part << 4))
        voicing = patch.voicing(note.pitch, note.velocity, chance)
        start_frame = note.start_frame + origin * QUANTUM
        start = start_frame // QUANTUM
        held = max(1, round(note.gate_frames / QUANTUM))
        release = start + min(held, voicing.longest_quanta)
        end = min(release + voicing.release_quanta, start + voicing.longest_quanta)
        spread = min(1.0, max(-1.0, note.pan + patch.width * chance.signed()))
        voice = Voice(
            listener * len(PARTS) + note.part,
            start_frame,
            self._played[listener],
            listener,
            release,
            end,
            _pan_gains(spread),
            voicing.choke,
        )
        self._played[listener] += 1
        self._make_room(voice, start)
        self._pools[kind].start(voice, voicing)
        self._sounding[voice.bus].append((self._pools[kind], voice))

    def _make_room(self, voice: Voice, start: int) -> None:
        """Cut the voices that the new one chokes, and the stalest where too many sound."""
        sounding = [(pool, v) for pool, v in self._sounding[voice.bus] if v.end_quantum > start]
        if voice.choke:
            for pool, other in sounding:
                if other.choke == voice.choke:
                    pool.cut(other, start)
        if len(sounding) >= MOST_VOICES:
            self._steal(sounding, start)
        self._sounding[voice.bus] = sounding

    def _steal(self, sounding: list[tuple[Pool, Voice]], start: int) -> None:
        """Cut the voices that were let go first, then the oldest, until there is room for one."""
        lasting = [(pool, voice) for pool, voice in sounding if voice.fade_quantum > start]
        lasting.sort(key=lambda seat: (min(seat[1].release_quantum, start), seat[1].order))
        for pool, voice in lasting[: max(0, len(lasting) - MOST_VOICES + 1)]:
            pool.cut(voice, start)

    def take(self, listener: int, now: int) -> OrchestraState:
        """A copy of one listener's voices between two blocks, at quantum ``now``."""
        taken = {name: pool.take(listener, now) for name, pool in self._pools.items()}
        pools = {name: state for name, state in taken.items() if state is not None}
        return OrchestraState(self._played[listener], pools)

    def put(self, listener: int, state: OrchestraState, now: int) -> None:
        """Let a listener's voices go on in a free place, from quantum ``now``."""
        self._played[listener] = state.played
        for name, voices in state.pools.items():
            pool = self._pools[name]
            buses = (listener - voices.voices[0].listener) * len(PARTS)
            for voice in pool.put(voices, (listener, buses), now):
                self._sounding[voice.bus].append((pool, voice))

    def clear(self, listener: int) -> None:
        """Forget one listener's voices: the place is free."""
        for pool in self._pools.values():
            pool.clear(listener)
        for bus in range(listener * len(PARTS), (listener + 1) * len(PARTS)):
            self._sounding[bus] = []
        self._played[listener] = 0

    def render(self, first: int, quanta: int, brightness: Floats) -> Floats:
        """The part buses of a block.

        Parameters
        ----------
        first, quanta : int
            The block, at most `MAX_BLOCK_QUANTA`.
        brightness : (listeners, quanta + 1) float32, 0..1
            At the borders of quanta.

        Returns
        -------
        (listeners * parts * 2 * frames,) float32, left then right of each bus; valid until the
        next call.
        """
        return self.render_rows(first, quanta, brightness)[: self._sides * quanta * QUANTUM]

    def render_rows(self, first: int, quanta: int, brightness: Floats) -> Floats:
        """As `render`, with rows of silence up to a whole sixteen, as the mixer takes them."""
        buses = self._buses[: self._rows * quanta * QUANTUM]
        buses[:] = 0.0
        for pool in self._pools.values():
            pool.render(first, quanta, brightness, buses)
        return buses


def _pan_gains(pan: float) -> tuple[float, float]:
    """Left and right gains of equal power (a square-root law: exact in IEEE arithmetic)."""
    right = 0.5 + 0.5 * pan
    return math.sqrt(1.0 - right), math.sqrt(right)
