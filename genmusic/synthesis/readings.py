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
from kernels.readings import HEAD, PART_SHIFT, PITCH_SHIFT, PLAYERS, SHELF, desk_words, read_notes

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
    """The notes of a bar, as pools take them, and what plays each, at an address in memory.

    Parameters
    ----------
    bar : Bar
        Its notes are in the order of their starts.
    sounds : Sounds
        Of all parts.
    """

    def __init__(self, bar: Bar, sounds: Sounds) -> None:
        notes, beats, kinds = bar.notes, bar.beats, len(KIND_NAMES)
        self._desk = desk = np.empty(desk_words(len(notes), beats, kinds), np.int64)
        missing = 1
        while missing:
            volume = COOKBOOK.volume
            missing, self.address = read_notes(
                notes, beats, kinds, TICKS_PER_BEAT, sounds.players, sounds.places, volume.index,
                KICKS, desk,
            )  # fmt: skip
            if missing:
                COOKBOOK.look_up(list(_dishes(notes, sounds.cooks)))
        self._kept = volume.books, volume.shelf  # there as long as this is
        desk[SHELF:HEAD] = volume.shelf.words


def _dishes(notes: Notes, cooks: Mapping[int, Cook]) -> Iterator[Dish]:
    for part, pitch in set(zip(notes["part"].tolist(), notes["pitch"].tolist(), strict=True)):
        yield cooks[part], float(pitch)
