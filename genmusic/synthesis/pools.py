"""Voice pools: all voices of one kind of instrument, across listeners, in lanes of sixteen.

The table `KINDS` joins a pool's name to its kernel; a new instrument is a kernel and a line here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from genmusic.synthesis.timbres import TABLES
from genmusic.synthesis.voicing import Voicing
from genmusic.units import QUANTUM
from kernels import drums, ensembles, fm, modes, pianos, saws, strings, wavetables
from kernels.lanes import LANE_FACTS, LANES
from kernels.mixing import FADE_QUANTA, sum_voices

Floats = NDArray[np.float32]
MAX_BLOCK_QUANTA = 32  # a longer block is rendered in pieces: rows stay in the cache
START, RELEASE, END = 0, 1, 2
NEVER = 1 << 50  # quanta; still an int64 when counted in frames


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of voice is laid out in memory, per slot."""

    kernel: Callable[..., None]
    settings: tuple[str, ...]
    whole_settings: tuple[str, ...]
    states: int
    counters: int
    in_lanes: bool = True  # sixteen voices side by side, or one voice after the other
    tables: tuple[Floats, ...] = ()  # what the kernel reads besides


KINDS: Mapping[str, Kind] = {
    "saws": Kind(saws.render_saws, saws.SETTINGS, saws.WHOLE_SETTINGS, saws.STATES, saws.COUNTERS),
    "fm": Kind(fm.render_fm, fm.SETTINGS, fm.WHOLE_SETTINGS, fm.STATES, fm.COUNTERS),
    "drums": Kind(
        drums.render_drums, drums.SETTINGS, drums.WHOLE_SETTINGS, drums.STATES, drums.COUNTERS
    ),
    "ensembles": Kind(
        ensembles.render_ensembles,
        ensembles.SETTINGS,
        ensembles.WHOLE_SETTINGS,
        ensembles.STATES,
        ensembles.COUNTERS,
    ),
    "wavetables": Kind(
        wavetables.render_wavetables,
        wavetables.SETTINGS,
        wavetables.WHOLE_SETTINGS,
        wavetables.STATES,
        wavetables.COUNTERS,
        tables=(TABLES,),
    ),
    "strings": Kind(
        strings.render_strings, strings.SETTINGS, strings.WHOLE_SETTINGS, strings.LINE, 1, False
    ),
    "modes": Kind(
        modes.render_modes, modes.SETTINGS, modes.WHOLE_SETTINGS, modes.STATES, modes.COUNTERS
    ),
    "pianos": Kind(
        pianos.render_pianos, pianos.SETTINGS, pianos.WHOLE_SETTINGS, pianos.STATES, pianos.COUNTERS
    ),
}


@dataclass(slots=True, eq=False)
class Voice:
    """One sounding note. Only its end can still change, when it is cut."""

    bus: int
    start_frame: int
    number: int  # notes of this listener before it
    listener: int
    release_quantum: int
    end_quantum: int
    pan: tuple[float, float]  # linear gains left and right
    choke: str = ""  # notes of one group silence each other
    slot: int = -1
    fade_quantum: int = NEVER  # where it begins to fade because it is cut

    @property
    def order(self) -> tuple[int, int, int]:
        """The order in which voices are summed: it depends on their listener alone."""
        return (self.bus, self.start_frame, self.number)

    def shifted(self, quanta: int, listener: int | None = None, buses: int = 0) -> Voice:
        """The voice on another clock, and in another place of a rack."""
        return Voice(
            self.bus + buses,
            self.start_frame + quanta * QUANTUM,
            self.number,
            self.listener if listener is None else listener,
            self.release_quantum + quanta,
            self.end_quantum + quanta,
            self.pan,
            self.choke,
            self.slot,
            self.fade_quantum if self.fade_quantum == NEVER else self.fade_quantum + quanta,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PoolState:
    """One listener's voices of one kind at rest, on a clock that stands at quantum 0.

    ``memory`` holds settings, whole settings, state and counters, a row for each voice;
    ``history`` (voices, 64) what each gave last.
    """

    voices: tuple[Voice, ...]
    memory: tuple[NDArray[Any], ...]
    history: Floats


class Pool:
    """The voices of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._free: list[int] = []
        self._voices: list[Voice] = []
        self._changed = True
        self._slots = 0
        self._timing = np.zeros((0, 3), np.int64)
        self._listeners = np.zeros(0, np.int32)
        self._rows = np.zeros(0, np.float32)
        self._memory: list[NDArray[Any]] = [np.zeros(0)] * 4
        facts, tile = np.zeros(LANE_FACTS, np.float32), np.zeros(QUANTUM * LANES, np.float32)
        self._scratch = (facts, tile, *kind.tables)
        self._row_frames = (MAX_BLOCK_QUANTA + 1) * QUANTUM
        self._allocate(LANES)

    def _allocate(self, slots: int) -> None:
        """Make room for more voices; those that sound keep their state."""
        kind, old = self._kind, self._slots
        shapes = (len(kind.settings), len(kind.whole_settings), kind.states, kind.counters)
        kinds = (np.float32, np.int32, np.float32, np.int32)
        grown: list[NDArray[Any]] = [
            np.zeros(slots * n, dtype) for n, dtype in zip(shapes, kinds, strict=True)
        ]
        timing, listeners = np.zeros((slots, 3), np.int64), np.zeros(slots, np.int32)
        rows = np.zeros(slots * self._row_frames, np.float32)
        timing[:old], listeners[:old] = self._timing, self._listeners
        rows[: self._rows.size] = self._rows
        for new, held in zip(grown, self._memory, strict=True):
            new[: held.size] = held
        self._timing, self._listeners, self._rows, self._memory = timing, listeners, rows, grown
        self._slots = slots
        self._free += range(old, slots)  # a sorted list is a heap

    def start(self, voice: Voice, voicing: Voicing) -> None:
        """Give a voice its slot; it sounds from its start on."""
        if not self._free:
            self._allocate(self._slots + LANES)
        slot = heapq.heappop(self._free)
        start = voice.start_frame // QUANTUM
        self._timing[slot] = (start, voice.release_quantum, voice.end_quantum)
        self._listeners[slot] = voice.listener
        kind = self._kind
        self._write(0, slot, [voicing.settings.get(name, 0.0) for name in kind.settings])
        self._write(1, slot, [voicing.whole_settings[name] for name in kind.whole_settings])
        voice.slot = slot
        self._voices.append(voice)
        self._changed = True

    def cut(self, voice: Voice, quantum: int) -> None:
        """Let a voice fade out from a quantum on that is not rendered yet."""
        if quantum + FADE_QUANTA < voice.end_quantum:
            voice.fade_quantum = quantum
            voice.end_quantum = quantum + FADE_QUANTA
            self._timing[voice.slot, END] = voice.end_quantum
            self._changed = True

    def _write(self, memory: int, slots: Any, values: Any) -> None:  # noqa: ANN401 - an index
        """Write the values of one slot, or a row for each of several, in lanes or in rows."""
        place, count = self._memory[memory], np.shape(values)[-1]
        if self._kind.in_lanes:
            group, lane = divmod(slots, LANES)
            place.reshape(-1, count, LANES)[group, :, lane] = values
        else:
            place.reshape(-1, count)[slots] = values

    def _read(self, memory: int, slots: NDArray[np.intp]) -> NDArray[Any]:
        """A row of values for each slot."""
        place = self._memory[memory]
        if self._kind.in_lanes:
            group, lane = divmod(slots, LANES)
            return place.reshape(self._slots // LANES, -1, LANES)[group, :, lane]
        return place.reshape(self._slots, -1)[slots]

    def take(self, listener: int, now: int) -> PoolState | None:
        """A copy of one listener's voices between two blocks, at quantum ``now``."""
        voices = self._voices_of(listener)
        if not voices:
            return None
        slots = np.array([voice.slot for voice in voices], np.intp)
        history = self._rows.reshape(self._slots, -1)[slots, :QUANTUM]
        memory = tuple(self._read(number, slots) for number in range(len(self._memory)))
        return PoolState(tuple(voice.shifted(-now) for voice in voices), memory, history)

    def put(self, state: PoolState, place: tuple[int, int], now: int) -> list[Voice]:
        """Let a listener's voices go on from quantum ``now``; those voices.

        ``place`` is the listener's number, and by how much their buses are further on.
        """
        voices = [voice.shifted(now, *place) for voice in state.voices]
        while len(self._free) < len(voices):
            self._allocate(self._slots + LANES)
        for voice in voices:
            voice.slot = heapq.heappop(self._free)
            start = voice.start_frame // QUANTUM
            self._timing[voice.slot] = (start, voice.release_quantum, voice.end_quantum)
        slots = np.array([voice.slot for voice in voices], np.intp)
        self._listeners[slots] = place[0]
        for number, values in enumerate(state.memory):
            self._write(number, slots, values)
        self._rows.reshape(self._slots, -1)[slots, :QUANTUM] = state.history
        self._voices += voices
        self._changed = True
        return voices

    def clear(self, listener: int) -> None:
        """Forget one listener's voices."""
        for voice in self._voices_of(listener):
            self._timing[voice.slot] = 0
            self._rows.reshape(self._slots, -1)[voice.slot, :QUANTUM] = 0.0
            heapq.heappush(self._free, voice.slot)
        self._voices = [voice for voice in self._voices if voice.listener != listener]
        self._changed = True

    def _voices_of(self, listener: int) -> list[Voice]:
        return [voice for voice in self._voices if voice.listener == listener]

    def _retire(self, first: int) -> None:
        """Free the slots of voices that ended before the block."""
        over = [voice for voice in self._voices if voice.end_quantum < first]
        for voice in over:
            heapq.heappush(self._free, voice.slot)
        if over:
            self._voices = [voice for voice in self._voices if voice.end_quantum >= first]
            self._changed = True

    def _list(self) -> None:
        """Write the voices, in the order in which they are summed, as arrays for the kernel."""
        self._voices.sort(key=attrgetter("order"))
        windows = [(v.start_frame // QUANTUM, v.end_quantum, v.fade_quantum) for v in self._voices]
        places = [(v.slot, v.start_frame % QUANTUM, v.bus) for v in self._voices]
        self._windows = np.array(windows, np.int64)
        self._places = np.array(places, np.int32)
        self._pans = np.array([v.pan for v in self._voices], np.float32)
        self._changed = False

    def render(self, first: int, quanta: int, brightness: Floats, buses: Floats) -> None:
        """Render a block and add every voice to its bus.

        Parameters
        ----------
        first, quanta : int
            The block, at most `MAX_BLOCK_QUANTA`.
        brightness : (listeners, quanta + 1) float32
        buses : (buses * 2 * frames,) float32, in/out
        """
        self._retire(first)
        if not self._voices:
            return
        if self._changed:
            self._list()
        stride = self._row_frames
        pool = (self._timing, self._listeners, brightness, *self._memory)
        if self._kind.in_lanes:
            self._kind.kernel(first, quanta, pool, self._scratch, self._rows, stride)
        else:
            self._kind.kernel(first, quanta, pool, self._rows, stride)
        sum_voices(
            first, quanta, self._windows, self._places, self._pans, self._rows, stride, buses
        )
        lanes = self._rows.reshape(self._slots, stride)
        lanes[:, :QUANTUM] = lanes[:, quanta * QUANTUM : (quanta + 1) * QUANTUM]


def is_compiled() -> bool:
    """Whether the cache holds instruments, so that a start is a matter of loading."""
    return any(kernels.CACHE_FOLDER.rglob("*render_*.nbi"))
