"""Readings: the notes of a bar looked up in the book of recipes, before their frames are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.score.events import Bar, Notes
from genmusic.synthesis.patches import find_patch
from genmusic.synthesis.pools import KINDS
from genmusic.synthesis.recipes import COOKBOOK, Cook, Dish
from genmusic.units import TICKS_PER_BEAT
from kernels.readings import PART_SHIFT, PITCH_SHIFT, PLAYERS, READING_WORDS, read_notes
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
        self.words = np.empty(READING_WORDS, np.int64)
        """Of what `kernels.agendas` plays, which is there as long as this is."""
        self._kept = notes, sides, begins, kicks
        missing = 1
        while missing:
            volume = COOKBOOK.volume
            missing = read_notes(
                bar.notes, TICKS_PER_BEAT, sounds.players, sounds.places, volume.index, KICKS,
                begins, kicks, notes, sides, self.words,
            )  # fmt: skip
            if missing:
                COOKBOOK.look_up(list(_dishes(bar.notes, sounds.cooks)))
        self._books = volume.books  # which are there as long as this is
        self.shelf = volume.shelf
        """Where the books are that it names, by kind."""


def _dishes(notes: Notes, cooks: Mapping[int, Cook]) -> Iterator[Dish]:
    for part, pitch in set(zip(notes["part"].tolist(), notes["pitch"].tolist(), strict=True)):
        yield cooks[part], float(pitch)
