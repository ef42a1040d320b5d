"""Recordings of drums, made when a drum is first needed.

What is recorded depends on the drum alone, and lies at a place that follows from the order in which
drums are registered: what a voice was reading before a server was restarted is made again where it
was.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.errors import GenmusicError
from genmusic.synthesis.drums import Hit
from genmusic.units import QUANTUM, SAMPLE_RATE
from kernels.drums import record_drum
from kernels.lanes import LANES
from kernels.memory import reserved
from kernels.takes import ROW_WORDS, rows_of_take

LONG_QUANTA = 5 * SAMPLE_RATE // (6 * QUANTUM)  # what rings for longer does with half the takes
A_HIT_LOOKS = 4  # takes wide, of sixteen
MOST_ROWS = 1 << 20  # 128 MB, of which only what was recorded takes memory


class Place(NamedTuple):
    """Where the takes of a hit are, from the darkest to the brightest."""

    row: int
    quanta: int
    takes: int
    choice: int  # of takes that lie around the one that is asked for

    @property
    def reach(self) -> int:
        """How many takes lie between the first that a dark hit and a bright one may choose."""
        return self.takes - self.choice

    @property
    def rows(self) -> int:
        """Of all takes."""
        return self.takes * rows_of_take(self.quanta)

    @property
    def brights(self) -> NDArray[np.float64]:
        """How bright the takes are, 0..1; those beyond the last are not kept."""
        middles = np.arange(LANES) - (self.choice - 1) / 2.0
        return np.clip(middles / self.reach, 0.0, 1.0)


class Hits:
    """Recordings in one stretch of memory, of which only what was made is written to.

    Parameters
    ----------
    words : (rows * `kernels.takes.ROW_WORDS`,) float32
        Where they lie, as `kernels.takes` has them.
    takes : int
        Of a short hit; of a long one there are half as many.
    """

    def __init__(self, words: NDArray[np.float32], takes: int = LANES) -> None:
        self.words = words
        self._most_takes, self._rows = takes, 0
        self._hits: dict[Hit, Place] = {}
        self._at: dict[int, Hit] = {}
        self._made: set[int] = set()
        self._lock = Lock()

    def register(self, hit: Hit) -> Place:
        """The place of a hit; places follow from the order in which hits come."""
        if hit not in self._hits:
            place = self._next_place(int(hit.longest_quanta[-1]))
            if (place.row + place.rows) * ROW_WORDS > self.words.size:
                raise GenmusicError(f"there is room for recordings of {len(self._hits)} drums")
            self._hits[hit], self._at[place.row] = place, hit
            self._rows += place.rows
        return self._hits[hit]

    def _next_place(self, quanta: int) -> Place:
        takes = self._most_takes // (2 if quanta > LONG_QUANTA else 1)
        return Place(self._rows, quanta, takes, takes * A_HIT_LOOKS // LANES)

    def place_of(self, hit: Hit) -> Place:
        """Where the recordings of a hit are; they are made unless they are there."""
        with self._lock:
            place = self.register(hit)
            self._make([place.row])
        return place

    def make(self, rows: Iterable[int]) -> None:
        """Have the recordings whose places are known from elsewhere."""
        with self._lock:
            self._make(rows)

    def _make(self, rows: Iterable[int]) -> None:
        for row in set(rows) - self._made:
            hit = self._at[row]
            place = self._hits[hit]
            record_drum(row, place.quanta, place.takes, hit.takes(place.brights), self.words)
            self._made.add(row)


HITS = Hits(reserved((MOST_ROWS * ROW_WORDS,), np.float32))
"""Those of all kits."""
