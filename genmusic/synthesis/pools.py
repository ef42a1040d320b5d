"""Voice pools: all voices of one kind of instrument, of all listeners of a rack.

The table `KINDS` joins a pool's name to its kernel; a new instrument is a kernel and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis.hits import HITS, Hits
from genmusic.synthesis.recordings import RECORDINGS, Recordings
from genmusic.synthesis.timbres import TABLES
from genmusic.units import QUANTUM
from kernels import ensembles, fm, hits, modes, pianos, saws, strings, wavetables
from kernels._types import Book, Held, Lanes, Roll
from kernels.handles import Handle
from kernels.lanes import COUNTS, LANE_FACTS, LANES, MOST_QUANTA
from kernels.memory import aligned
from kernels.pools import ADDRESS, POOL_WORDS, RENDERERS
from kernels.rows import ROW
from kernels.voices import BUS, END, LISTENER, SEATS_WORDS, release_voice, start_beat

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Given = tuple[Longs, Floats]
Clock = tuple[int, int, int, int, int]
Place = tuple[int, int, int, int]
NO_SLOTS = np.zeros(0, np.intp)
MAX_BLOCK_QUANTA = MOST_QUANTA
MOST_VOICES = 24  # of one kind in a part at once; beyond it the stalest is cut


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kernel, and how its voices are laid out in memory."""

    kernel: Callable[..., None]
    module: ModuleType
    touched: tuple[str, ...]  # settings that are others for each touch
    tables: Floats | None = None  # what the kernel reads besides
    in_lanes: bool = True  # sixteen voices side by side, or one after the other
    scratch: int = QUANTUM * LANES  # floats that it works on
    recordings: Recordings | Hits | None = (
        None  # what the tables are, of which voices name the rows
    )

    @property
    def tile(self) -> int:
        """Floats of the tile; a kind that reads tables works behind it."""
        return QUANTUM * LANES + (0 if self.tables is None else self.scratch)

    @property
    def varied(self) -> list[tuple[int, int]]:
        """For each setting that differs from note to note its row, and its random number."""
        rows = (*self.module.SETTINGS, *self.module.WHOLE_SETTINGS)
        groups = enumerate(self.module.VARIED)
        return [(rows.index(name), number) for number, names in groups for name in names]


HELD = ("level", "cutoff_octaves")
STRUCK = ("level", "onset_step", "hardness")
KINDS: Mapping[str, Kind] = {
    "saws": Kind(saws.render_saws, saws, HELD, scratch=saws.SCRATCH),
    "fm": Kind(fm.render_fm, fm, ("level_1", "level_2", "index_1", "index_2"), in_lanes=False),
    "drums": Kind(
        hits.render_hits, hits, ("level",), HITS.words, in_lanes=False, scratch=0, recordings=HITS
    ),
    "ensembles": Kind(
        ensembles.render_ensembles,
        ensembles,
        HELD,
        RECORDINGS.words,
        in_lanes=False,
        scratch=ensembles.SCRATCH,
        recordings=RECORDINGS,
    ),
    "wavetables": Kind(
        wavetables.render_wavetables, wavetables, HELD, TABLES, scratch=wavetables.SCRATCH
    ),
    "strings": Kind(strings.render_strings, strings, ("level", "hardness"), in_lanes=False),
    "modes": Kind(modes.render_modes, modes, STRUCK, HITS.words, False, modes.SCRATCH, HITS),
    "pianos": Kind(modes.render_modes, pianos, STRUCK, HITS.words, False, modes.SCRATCH, HITS),
}


class Rows(NamedTuple):
    """What is kept for each slot: the roll (`kernels.voices`), then what is held (`lanes`)."""

    timing: NDArray[np.int64]
    places: Ints
    seeds: NDArray[np.int64]
    numbers: NDArray[np.int64]
    pans: Floats
    settings: Floats
    whole_settings: Ints
    state: Floats
    counters: Ints

    @property
    def roll(self) -> Roll:
        """What the life of voices needs."""
        return self[:5]

    @property
    def held(self) -> Held:
        """What their sound needs, flat."""
        return (
            self.settings.reshape(-1),
            self.whole_settings.reshape(-1),
            self.state.reshape(-1),
            self.counters.reshape(-1),
        )

    def at(self, slots: NDArray[np.intp]) -> Rows:
        """A copy of some slots."""
        rows: Iterable[Any] = (row.take(slots, 0) for row in self)
        return Rows(*rows)

    def put(self, slots: NDArray[np.intp] | slice, rows: Rows) -> None:
        """Write what `at` gave into some slots."""
        mine: Iterable[Any] = self
        for row, values in zip(mine, rows, strict=True):
            row[slots] = values

    @classmethod
    def of(cls, slots: int, sizes: tuple[int, ...]) -> Rows:
        """Rows of free slots."""
        _, whole, states, counters, _, width = sizes
        return cls(
            np.zeros((slots, 4), np.int64),
            np.zeros((slots, 5), np.int32),
            np.zeros(slots, np.int64),
            np.zeros(slots, np.int64),
            np.zeros((slots, 2), np.float32),
            np.zeros((slots, width), np.float32),
            np.zeros((slots, whole), np.int32),
            np.zeros((slots, states), np.float32),
            np.zeros((slots, counters), np.int32),
        )


class Berths(NamedTuple):
    """What kernels know of some pools, a row for each."""

    seats: Longs  # words of its slots, as `kernels.voices.start_beat` takes them
    sounds: Longs  # words of what renders it, as `kernels.pools.render_pools` takes them
    taken: Longs  # how many of its slots

    @classmethod
    def of(cls, pools: int) -> Berths:
        """For pools to come."""
        rows = (pools, SEATS_WORDS), (pools, POOL_WORDS), (pools,)
        return cls(*(np.zeros(shape, np.int64) for shape in rows))

    def at(self, number: int) -> Berths:
        """Those of one pool."""
        return Berths(*(rows[number : number + 1] for rows in self))


class Pool:
    """The voices of one kind.

    Parameters
    ----------
    kind : Kind
    berths : Berths
        Its own, where it tells kernels where its slots are; they move as they grow.
    """

    def __init__(self, kind: Kind, berths: Berths | None = None) -> None:
        self._kind = kind
        self.berths = Berths.of(1) if berths is None else berths
        self._sizes: tuple[int, ...] = kind.module.SIZES
        self._varied = np.array(kind.varied, np.int32)
        self._lanes = self._make_lanes()
        self._slots, self._is_ready = 0, False
        self._rows = Rows.of(0, self._sizes)
        self._grow()

    def _make_lanes(self) -> Lanes:
        settings, whole, states, counters, _, _ = self._sizes
        if not self._kind.in_lanes:
            settings = whole = states = counters = 1
        tables = self._kind.tables
        if tables is None:
            tables = aligned(self._kind.scratch, np.float32)
        return (
            aligned(settings * LANES, np.float32),
            aligned(whole * LANES, np.int32),
            aligned(states * LANES, np.float32),
            aligned(counters * LANES, np.int32),
            aligned(LANE_FACTS, np.float32),
            aligned(self._kind.tile, np.float32),
            tables,
        )

    def _grow(self) -> None:
        """Make room for twice as many voices; those that sound keep their state."""
        old, self._slots = self._slots, max(2 * self._slots, LANES)
        grown = Rows.of(self._slots, self._sizes)
        grown.put(slice(old), self._rows)
        self._rows = grown
        ended = np.zeros(self._slots + 1, np.int32)
        order, counts = np.zeros(self._slots, np.int32), aligned(COUNTS, np.int32)
        rows = aligned(LANES * ROW, np.float32)
        desk = (order, counts, ended, self._lanes, rows)
        self._sound = (grown.roll, grown.held, self._varied, desk)
        (seats,), (sounds,), _ = self.berths
        seats[:] = Handle((grown.roll, grown.settings, grown.whole_settings)).words
        sounds[:] = Handle((int(sounds[ADDRESS]), *self._sound)).words

    def start(self, given: Given, when: Clock, where: Place, book: Book) -> None:
        """Give notes their slots; each sounds from its start on.

        Parameters
        ----------
        given : tuple of (notes, 5) int64 and (notes, 2) float32
            Notes and sides as in `kernels.voices.start_voices`.
        when, where : tuples of int
            As in `kernels.voices.CLOCK` and `PLACE`.
        book : tuple
            The recipes that the notes name.
        """
        count = len(given[0])
        self.make_room(count)
        start_beat(
            0, *given, np.array([[0, count]]), Handle(book).words[None], self.berths.seats, when,
            where, MOST_VOICES, self.berths.taken,
        )  # fmt: skip

    def make_room(self, notes: int) -> None:
        """Have free slots for so many notes, and the kernel that renders them."""
        while self._slots - self.berths.taken[0] < notes:
            self._grow()
        if not self._is_ready:
            self.berths.sounds[0, ADDRESS] = RENDERERS.address_of(self._kind.kernel)
            self._is_ready = True

    def release(self, number: int, quantum: int) -> None:
        """Let a note go, if it still sounds, at a quantum that is not rendered yet."""
        release_voice(number, quantum, self._rows.roll)

    def let_go(self, listener: int, seed: int, quantum: int) -> None:
        """Let a listener's notes of a seed go, wherever they sit by now."""
        slots = self._slots_of(listener)
        for slot in slots[self._rows.seeds[slots] == seed].tolist():
            self.release(int(self._rows.numbers[slot]), quantum)

    def take(self, listener: int, now: int) -> Rows | None:
        """A copy of one listener's voices between two blocks, on a clock that says 0 at ``now``."""
        slots = self._slots_of(listener)
        if not slots.size:
            return None
        slots = slots[self._rows.numbers[slots].argsort()]
        taken = self._rows.at(slots)
        return taken._replace(timing=taken.timing - now)

    def put(self, voices: Rows, place: tuple[int, int], now: int, numbers: Longs) -> None:
        """Let a listener's voices go on from quantum ``now``, under new numbers.

        ``place`` is the listener's number, and the buses that a listener has.
        """
        if self._kind.recordings is not None:
            named = voices.whole_settings[:, self._kind.module.WHOLE_SETTINGS.index("row")]
            self._kind.recordings.make(named.tolist())
        count = len(numbers)
        self.make_room(count)
        rows = self._rows
        slots = np.flatnonzero(rows.timing[:, END] == 0)[:count]
        rows.put(slots, voices)
        rows.timing[slots] = voices.timing + now
        rows.places[slots, BUS] += place[1] * (place[0] - voices.places[:, LISTENER])
        rows.places[slots, LISTENER] = place[0]
        rows.numbers[slots] = numbers
        self.berths.taken[0] += count

    def clear(self, listener: int) -> None:
        """Forget one listener's voices."""
        slots = self._slots_of(listener)
        self._rows.timing[slots, END] = 0
        self.berths.taken[0] -= slots.size

    def _slots_of(self, listener: int) -> NDArray[np.intp]:
        if not self.berths.taken[0]:
            return NO_SLOTS
        rows = self._rows
        mine: NDArray[np.bool_] = rows.timing[:, END] > 0
        mine &= rows.places[:, LISTENER] == listener
        return mine.nonzero()[0]
