"""Readings: the notes of a bar looked up in the book of recipes, before their frames are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.score.events import Bar
from genmusic.synthesis.patches import find_patch
from genmusic.synthesis.pools import KINDS, Clock
from genmusic.synthesis.recipes import COOKBOOK, Cook
from genmusic.units import TICKS_PER_BEAT
from kernels import voices

Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
DRUMS = PARTS.index("drums")
KICK_PITCHES = (35, 36)  # of General MIDI
Number = TypeVar("Number", int, Longs)
KIND_NAMES = tuple(KINDS)


class Sounds:
    """What plays each part, and where it stands.

    Parameters
    ----------
    players : mapping of int to (str, float)
        For the parts that play, by their index in `PARTS`, a patch and a place from -1 (left) to 1.
    """

    def __init__(self, players: Mapping[int, tuple[str, float]]) -> None:
        self.cooks = {part: find_cook(patch) for part, (patch, _) in players.items()}
        self.kinds = np.zeros(len(PARTS), np.intp)
        self.sides = np.zeros((len(PARTS), 2), np.float32)
        for part, (_, pan) in players.items():
            cook = self.cooks[part]
            self.kinds[part] = KIND_NAMES.index(cook.kind)
            self.sides[part] = pan, cook.patch.width


_COOKS: dict[int, Cook] = {}


def find_cook(patch: str) -> Cook:
    """Who turns the notes of a patch into recipes; always the same one."""
    kind, found = find_patch(patch)
    return _COOKS.setdefault(id(found), Cook(found, kind, KINDS[kind].module))


def twist_of(pitch: Number, part: Number) -> Number:
    """What makes a note differ from others of its listener that start with it."""
    return (pitch << 12) ^ (part << 4)


KICKS = tuple(twist_of(pitch, DRUMS) for pitch in KICK_PITCHES)


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
        notes, cooks = bar.notes, sounds.cooks
        parts, starts = notes["part"].astype(np.int64), notes["start_tick"].astype(np.int64)
        dishes = zip(
            parts.tolist(), notes["pitch"].tolist(), notes["velocity"].tolist(), strict=True
        )
        recipes, self.books = COOKBOOK.look_up(
            [(cooks[part], float(pitch), velocity) for part, pitch, velocity in dishes]
        )
        kinds = sounds.kinds[parts]
        self._notes = np.empty((len(notes), len(voices.NOTE)), np.int64)
        columns = self._notes.T
        columns[voices.KIND], columns[voices.RECIPE] = kinds, recipes
        columns[voices.START_TICK] = starts
        columns[voices.END_TICK] = starts + notes["duration_ticks"]
        columns[voices.PART] = parts
        columns[voices.TWIST] = twists = twist_of(notes["pitch"].astype(np.int64), parts)
        self._sides = sounds.sides[parts]
        kicking = (twists == KICKS[0]) | (twists == KICKS[1])
        self._kick_ticks: list[int] = starts[kicking].tolist()
        self._kinds: list[int] = kinds.tolist()
        lines = np.arange(bar.beats + 1) * TICKS_PER_BEAT
        self._begins: list[int] = np.searchsorted(starts, lines).tolist()

    def of_beat(self, beat: int) -> tuple[Longs, Floats, list[int]]:
        """The notes that start in a beat, as in `kernels.voices`: rows, sides, and kinds."""
        here = slice(self._begins[beat], self._begins[beat + 1])
        return self._notes[here], self._sides[here], self._kinds[here]

    def kicks_of_beat(self, clock: Clock) -> list[int]:
        """The frames at which a kick starts in the beat of a clock."""
        tick, frame, frames, ticks, from_frame = clock
        here = (kick - tick for kick in self._kick_ticks if 0 <= kick - tick < TICKS_PER_BEAT)
        starts = (frame + since * frames // ticks for since in here)
        return [start for start in starts if start >= from_frame]
