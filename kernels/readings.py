"""Readings: the notes of a bar as pools take them, in the order in which they are started."""

from __future__ import annotations

import numpy as np

from kernels._jit import kernel
from kernels._types import Floats, Ints, Longs, Notes
from kernels.handles import Handle, reader, writer
from kernels.voices import END_TICK, PART, RECIPE, START_TICK, TWIST

PITCHES = VELOCITIES = 128
PLAYERS = ("kind", "cook")
"""Rows of what plays each part: the kind of instrument, and who knows its recipes."""
PITCH_SHIFT, PART_SHIFT = 12, 4  # bits, in what makes a note differ from others

_TABLE = np.zeros((1, 1), np.int64)
_READING = _TABLE, np.zeros((1, 1), np.float32), _TABLE, _TABLE[0]
read, _write = reader(_READING), writer(_READING)
READING_WORDS = len(Handle(_READING).words)


@kernel
def read_notes(
    notes: Notes,
    beat_ticks: int,
    players: Longs,
    places: Floats,
    recipes: Ints,
    kicking: Longs,
    begins: Longs,
    kicks: Longs,
    given: Longs,
    sides: Floats,
    words: Longs,
) -> int:
    """Sort the notes of a bar by beat and kind of instrument, and look their recipes up.

    Parameters
    ----------
    notes : (notes,) structured
        In the order of their starts; whatever starts outside the bar is left out.
    beat_ticks : int
    players : (2, parts) int64
        Rows as in `PLAYERS`.
    places : (parts, 2) float32
        Place from -1 (left) to 1 (right), and how far a note may lie from it.
    recipes : (cooks, `PITCHES`) int32
        One more than the row of the book, of each pitch; 0: not in the book yet.
    kicking : (kicks,) int64
        What makes a kick of a kit differ from other notes, as in `kernels.voices.TWIST`.
    begins : (beats, kinds + 1) int64, written in full
        The first note of each beat for each kind, and the first after the beat.
    kicks : (notes,) int64, written as far as there are kicks
        Their ticks.
    given : (notes, 5) int64, written as far as there are notes in the bar
        Columns as in `kernels.voices.NOTE`.
    sides : (notes, 2) float32, written alike
    words : (`READING_WORDS`,) int64, written in full
        Of what was written: (notes, sides, begins, ticks of kicks), as `read` takes them.

    Returns
    -------
    How many recipes are missing.
    """
    missing = kicked = row = 0
    beats, kinds = begins.shape[0], begins.shape[1] - 1
    for beat in range(beats):
        first = beat * beat_ticks
        for kind in range(kinds):
            begins[beat, kind] = row
            for note in notes:
                start, part, pitch = int(note.start_tick), int(note.part), int(note.pitch)
                if players[0, part] != kind or not first <= start < first + beat_ticks:
                    continue
                twist = (pitch << PITCH_SHIFT) ^ (part << PART_SHIFT)
                given[row, PART], given[row, TWIST] = part, twist
                given[row, START_TICK] = start
                given[row, END_TICK] = start + note.duration_ticks
                recipe = recipes[players[1, part], pitch] - 1
                given[row, RECIPE] = recipe * VELOCITIES + note.velocity
                sides[row, 0], sides[row, 1] = places[part, 0], places[part, 1]
                row += 1
                missing += 1 if recipe < 0 else 0
                for kick in kicking:
                    if twist == kick:
                        kicks[kicked] = start
                        kicked += 1
        begins[beat, kinds] = row
    _write(words, (given, sides, begins, kicks[:kicked]))
    return missing
