"""Readings: the notes of a bar looked up in the book of recipes, before their frames are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import sub
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.score.events import Bar, Notes
from genmusic.synthesis.patches import find_patch
from genmusic.synthesis.pools import KINDS, Clock
from genmusic.synthesis.recipes import COOKBOOK, Cook, Dish
from genmusic.units import TICKS_PER_BEAT
from kernels.readings import PART_SHIFT, PITCH_SHIFT, PLAYERS, read_notes
from kernels.voices import NOTE

Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
DRUMS = PARTS.index("drums")
KICK_PITCHES = (35, 36)  # of General MIDI
KIND_NAMES = tuple(KINDS)
_COOKS: dict[int, Cook] = {}
_hiring = Lock()


def find_cook(patch: str) -> Cook:
    """Who turns the notes of a patch into recipes; always the same one."""
    kind, found = find_patch(patch)
    cook = _COOKS.get(id(found))
    if cook is None:
        with _hiring:
            newcomer = Cook(found, kind, len(_COOKS))
            cook = _COOKS.setdefault(id(found), newcomer)
    return cook


def twist_of(pitch: int, part: int) -> int:
    """What makes a note differ from others of its listener that start with it."""
    return (pitch << PITCH_SHIFT) ^ (part << PART_SHIFT)


KICKS = np.array([twist_of(pitch, DRUMS) for pitch in KICK_PITCHES], np.int64)


class Sounds:
    """What plays each part, and where it stands.

    Parameters
    ----------
    players : mapping of int to (str, float)
        For the parts that play, by their index in `PARTS`, a patch and a place from -1 (left) to 1.
    """

    def __init__(self, players: Mapping[int, tuple[str, float]]) -> None:
        self.cooks = {part: find_cook(patch) for part, (patch, _) in players.items()}
        self.players = np.zeros((len(PLAYERS), len(PARTS)), np.int64)
        self.places = np.zeros((len(PARTS), 2), np.float32)
        for part, (_, pan) in players.items():
            cook = self.cooks[part]
            self.players[:, part] = KIND_NAMES.index(cook.kind), cook.number
            self.places[part] = pan, cook.patch.width


Given = tuple[list[tuple[int, int]], int]
"""For each kind of instrument that has notes its number and how many, and how many in all."""


class Reading:
    """The notes of a bar, as pools take them, and what plays each.

    Parameters
    ----------
    bar : Bar
        Its notes are in the order of their starts.
    sounds : Sounds
        Of all parts.
    """

    def __init__(self, bar: Bar, sounds: Sounds) -> None:
        count = len(bar.notes)
        notes = np.empty((count, len(NOTE)), np.int64)
        sides = np.empty((count, 2), np.float32)
        begins = np.empty((bar.beats, len(KIND_NAMES) + 1), np.int64)
        kicks = np.empty(count, np.int64)
        missing, kicked = 1, 0
        while missing:
            volume = COOKBOOK.volume
            missing, kicked = read_notes(
                bar.notes, TICKS_PER_BEAT, sounds.players, sounds.places, volume.index, KICKS,
                begins, kicks, notes, sides,
            )  # fmt: skip
            if missing:
                COOKBOOK.look_up(list(_dishes(bar.notes, sounds.cooks)))
        self.arrays = notes, sides, begins
        """As `kernels.voices.start_beat` takes them."""
        self._books = volume.books  # which are there as long as this is
        self.shelf = volume.shelf
        """Words of the books that it names, by kind."""
        self.given: list[Given] = [_given(row) for row in begins.tolist()]
        """The notes that start in each beat."""
        self._kick_ticks: list[list[int]] = [[] for _ in range(bar.beats)] if kicked else []
        for tick in kicks[:kicked].tolist():
            self._kick_ticks[tick // TICKS_PER_BEAT].append(tick)

    def kicks_of_beat(self, beat: int, clock: Clock) -> Sequence[int]:
        """The frames at which a kick starts in a beat."""
        if not self._kick_ticks:
            return ()
        tick, frame, frames, ticks, from_frame = clock
        starts = [frame + (kick - tick) * frames // ticks for kick in self._kick_ticks[beat]]
        return [start for start in starts if start >= from_frame]


def _given(begins: Sequence[int]) -> Given:
    counts = enumerate(map(sub, begins[1:], begins))
    return [kind for kind in counts if kind[1]], begins[-1] - begins[0]


def _dishes(notes: Notes, cooks: Mapping[int, Cook]) -> Iterator[Dish]:
    for part, pitch in set(zip(notes["part"].tolist(), notes["pitch"].tolist(), strict=True)):
        yield cooks[part], float(pitch)
