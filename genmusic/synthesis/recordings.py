"""Recordings of groups that play a note together, made when the note is first needed.

A recording depends on the group and the key alone, and lies at a place that follows from both: what
a voice was reading before a server was restarted is made again where it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.errors import GenmusicError
from genmusic.synthesis.timbres import TABLES, TIMBRES, Place, table_place
from genmusic.synthesis.voicing import ANY_SEED, CONTROL_FRAMES, Doubles, chances
from genmusic.units import MIDDLE_C_PITCH, QUANTUM, SAMPLE_RATE, TWO_PI, exp2, log2, pitch_to_hz
from kernels.memory import aligned, reserved
from kernels.oscillators import FULL_SCALE
from kernels.recordings import (
    MOST_LOOP_QUANTA,
    ROW_QUANTA,
    ROW_WORDS,
    SCRATCH,
    SHEET,
    STRAY_BITS,
    record_group,
)
from kernels.simd import LANES
from kernels.wavetables import WORD

KEYS = 128
MOST_GROUPS = 20
LOW_KEY = 44  # below it tones that differ little need longer to come round
LOW_LOOPS = range(MOST_LOOP_QUANTA, MOST_LOOP_QUANTA * 5 // 6, -4)  # quanta
LOOPS = range(ROW_QUANTA, ROW_QUANTA * 5 // 6, -4)
SAW = "saw"
GROUP_TIMBRES = (SAW, *TIMBRES)
TURN, HALF_TURN = 2.0**32, 2.0**31
MOST = 0xFFFFFFFF  # of a phase


class Loop(NamedTuple):
    """How long a recording of a key is."""

    quanta: int
    cycles: int  # of the note

    @property
    def frames(self) -> int:
        """As many as a recording has."""
        return self.quanta * QUANTUM

    @property
    def seconds(self) -> float:
        """Until it begins again."""
        return self.frames / SAMPLE_RATE


@lru_cache(KEYS)
def loop_of(key: int) -> Loop:
    """The loop that is nearest to a whole number of cycles."""
    hz, loops = pitch_to_hz(key), LOW_LOOPS if key < LOW_KEY else LOOPS
    cycles = {quanta: hz * (quanta * QUANTUM / SAMPLE_RATE) for quanta in loops}
    best = min(loops, key=lambda quanta: abs(cycles[quanta] - round(cycles[quanta])))
    return Loop(best, round(cycles[best]))


@dataclass(frozen=True, slots=True)
class Group:
    """Who plays, and how far they go their own ways."""

    timbre: str
    players: int
    detune_cents: float  # of the outermost
    drift_cents: float
    drift_hz: float
    drift_spread: float  # share by which the paces of their drifts differ
    hiss: float
    noise_hz: float
    noise_follows: float
    noise_resonance: float
    dark_octaves: float  # log2 of Hz of the darkest layer at middle C
    dark_follows: float  # octaves of it per octave of pitch
    resonance: float  # Q of the low-pass filters of which the layers are
    past: float  # share of the low-pass a frame before in what comes out: 1 for a plain one

    def darkest(self, pitch: float) -> float:
        """The cut-off of the darkest layer of a pitch: log2 of Hz."""
        return self.dark_octaves + (pitch - MIDDLE_C_PITCH) / 12.0 * self.dark_follows

    def parts(self, key: int, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """What `kernels.recordings.record_group` is told."""
        hz = pitch_to_hz(key)
        place = Place(0, 0, hz) if self.timbre == SAW else table_place(self.timbre, key)
        reaches, rows = self._players(key, place.hz / hz)
        group = (self.players, loop_of(key).quanta, row, place.first, place.frames)
        whole = np.rint(np.concatenate((rows.reshape(-1), group))).astype(np.int64)
        real = np.concatenate((reaches, self._levels(key)))
        return (whole & MOST).astype(np.uint32).view(np.int32), real.astype(np.float32)

    def _players(self, key: int, turns: float) -> tuple[Doubles, Doubles]:
        """How far each player strays, and rows as in `kernels.recordings.PLAYERS`.

        ``turns`` are of their phases, to a cycle of the note. They begin where tones that lie
        evenly apart are never all for or all against each other: M. R. Schroeder, "Synthesis of
        low-peak-factor signals and binary sequences with low autocorrelation", 1970.
        """
        loop, numbers = loop_of(key), np.arange(LANES)
        seeds, wanders, paces = chances(key, 3 * LANES).reshape(3, LANES)
        away = (2.0 * numbers + 1.0 - self.players) / max(self.players - 1.0, 1.0)  # -1 .. 1
        factors = [exp2(self.detune_cents * place / 1200.0) for place in away.tolist()]
        cycles = np.rint(loop.cycles * np.array(factors)) * turns
        swings = self.drift_hz * loop.seconds * (1.0 + self.drift_spread * paces)
        swings = np.maximum(np.rint(swings), 1.0)
        depth = exp2(self.drift_cents / 1200.0) - 1.0
        a_frame = TURN / loop.frames
        rows = (
            numbers * numbers / (2.0 * self.players) * turns * TURN,
            CONTROL_FRAMES * a_frame * cycles,
            a_frame * cycles,
            wanders * HALF_TURN,
            CONTROL_FRAMES * a_frame * swings,
            ANY_SEED[0] + ANY_SEED[1] * seeds,
        )
        return depth * TURN / (TWO_PI * 2.0**STRAY_BITS) * cycles / swings, np.stack(rows)

    def _levels(self, key: int) -> tuple[float, ...]:
        """As in `kernels.recordings.LEVELS`."""
        octaves = (key - MIDDLE_C_PITCH) / 12.0
        unit = FULL_SCALE if self.timbre == SAW else WORD
        return (
            1.0 / unit,
            self.hiss * unit,
            log2(self.noise_hz) + octaves * self.noise_follows,
            1.0 / self.noise_resonance,
            self.darkest(key),
            sqrt(2.0 / self.resonance),  # both ways: the Q at the cut-off, and like one beside it
            self.past,
        )


class Recordings:
    """Recordings in one stretch of memory, of which only what was made is written to.

    Parameters
    ----------
    words : (groups * rows_of_group(keys_apart) * `ROW_WORDS`,) float32
        Where they lie, as `kernels.ensembles` reads them.
    keys_apart : int
        Every so many keys there is a recording; what lies between them reads the nearest.
    """

    def __init__(self, words: NDArray[np.float32], keys_apart: int = 1) -> None:
        self.words = words
        self._keys_apart, self._rows = keys_apart, rows_of_group(keys_apart)
        keys = range(0, KEYS, keys_apart)
        self._keys = {_row_in_group(key, keys_apart): key for key in keys}
        self._most = words.size // (self._rows * ROW_WORDS)
        self._groups: dict[Group, int] = {}
        self._made: set[int] = set()
        self._lock = Lock()

    def register(self, group: Group) -> int:
        """The number of a group; places follow from the order in which groups come."""
        if group not in self._groups and len(self._groups) == self._most:
            raise GenmusicError(f"there is room for recordings of {self._most} groups")
        return self._groups.setdefault(group, len(self._groups))

    def key_of(self, pitch: float) -> int:
        """The key whose recording is nearest to a pitch."""
        last = (KEYS - 1) // self._keys_apart
        return self._keys_apart * min(max(round(pitch / self._keys_apart), 0), last)

    def row_of(self, group: Group, key: int) -> int:
        """Where the recording of a key is; it is made unless it is there."""
        with self._lock:
            row = self.register(group) * self._rows + _row_in_group(key, self._keys_apart)
            self._make([row])
        return row

    def make(self, rows: Iterable[int]) -> None:
        """Have the recordings whose places are known from elsewhere."""
        with self._lock:
            self._make(rows)

    def _make(self, rows: Iterable[int]) -> None:
        for row in set(rows) - self._made:
            number, key = row // self._rows, self._keys[row % self._rows]
            whole, real = list(self._groups)[number].parts(key, row)
            sheet, scratch = aligned(SHEET, np.int32), aligned(SCRATCH, np.float32)
            record_group(whole, real, TABLES, sheet, scratch, self.words)
            self._made.add(row)


def _row_in_group(key: int, keys_apart: int) -> int:
    """Of the rows of a group, the first that a key has; low ones have two."""
    return key // keys_apart + -(-min(key, LOW_KEY) // keys_apart)


def rows_of_group(keys_apart: int) -> int:
    """How many rows there are of a group."""
    return _row_in_group(KEYS - 1, keys_apart) + 1


RECORDINGS = Recordings(
    reserved((MOST_GROUPS * rows_of_group(1) * ROW_WORDS,), np.float32, in_huge_pages=True)
)
"""Those of all patches."""
