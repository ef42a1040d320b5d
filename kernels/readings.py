"""Readings: the notes of a bar as pools take them, in the order in which they are started."""

from __future__ import annotations

import numpy as np

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Longs, Notes
from kernels.handles import Handle, reader, writer
from kernels.voices import END_TICK, NOTE, PART, RECIPE, START_TICK, TWIST

PITCHES = VELOCITIES = 128
PLAYERS = ("kind", "cook")
"""Rows of what plays each part: the kind of instrument, and who knows its recipes."""
PITCH_SHIFT, PART_SHIFT = 12, 4  # bits, in what makes a note differ from others

_TABLE: Longs = np.zeros((1, 1), np.int64)
_SIDES: Floats = np.zeros((1, 1), np.float32)
_READING = _TABLE, _SIDES, _TABLE, _TABLE[0]
read_reading, _write_reading = reader(_READING), writer(_READING)
read_shelf = reader(_TABLE)
SHELF = len(Handle(_READING).words)
HEAD = SHELF + len(Handle(_TABLE).words)
"""Words of a desk before what is written on it: of (notes, sides, begins, ticks of kicks), and from
`SHELF` on those of the shelf of books that its recipes are in."""


def desk_words(notes: int, beats: int, kinds: int) -> int:
    """How long the desk of a bar has to be."""
    return HEAD + beats * (2 * kinds + 1) + notes * (len(NOTE) + 2)


@fragment
def _begin(notes: Notes, beat_ticks: int, players: Longs, begins: Longs, rows: Longs) -> None:
    """Count the notes of each beat and kind: where they begin."""
    beats, kinds = rows.shape
    for beat in range(beats):
        for kind in range(kinds):
            rows[beat, kind] = 0
    for note in notes:
        start = int(note.start_tick)
        if 0 <= start < beats * beat_ticks:
            rows[start // beat_ticks, players[0, int(note.part)]] += 1
    row = 0
    for beat in range(beats):
        for kind in range(kinds):
            count = rows[beat, kind]
            begins[beat, kind] = rows[beat, kind] = row
            row += count
        begins[beat, kinds] = row


@kernel
def read_notes(
    notes: Notes,
    beats: int,
    kinds: int,
    beat_ticks: int,
    players: Longs,
    places: Floats,
    recipes: Ints,
    kicking: Longs,
    desk: Longs,
) -> tuple[int, int]:
    """Sort the notes of a bar by beat and kind of instrument, and look their recipes up.

    Parameters
    ----------
    notes : (notes,) structured
        In the order of their starts; whatever starts outside the bar is left out.
    beats, kinds, beat_ticks : int
    players : (2, parts) int64
        Rows as in `PLAYERS`.
    places : (parts, 2) float32
        Place from -1 (left) to 1 (right), and how far a note may lie from it.
    recipes : (cooks, `PITCHES`) int32
        One more than the row of the book, of each pitch; 0: not in the book yet.
    kicking : (kicks,) int64
        What makes a kick of a kit differ from other notes, as in `kernels.voices.TWIST`.
    desk : (`desk_words`,) int64, written but for the words of the shelf
        Behind the head (beats, kinds + 1) int64, the first note of each beat for each kind and the
        first after the beat; (notes, 5) int64 as in `kernels.voices.NOTE`; (notes, 2) float32,
        places of the notes; (notes,) int64, the ticks of kicks.

    Returns
    -------
    How many recipes are missing, and the address of the desk.
    """
    begins_end = HEAD + beats * (kinds + 1)
    given_end = begins_end + notes.shape[0] * len(NOTE)
    sides_end = given_end + notes.shape[0]
    kicks_end = sides_end + notes.shape[0]
    begins = desk[HEAD:begins_end].reshape(beats, kinds + 1)
    given = desk[begins_end:given_end].reshape(notes.shape[0], len(NOTE))
    sides = desk[given_end:sides_end].view(np.float32).reshape(notes.shape[0], 2)
    kicks = desk[sides_end:kicks_end]
    rows = desk[kicks_end : kicks_end + beats * kinds].reshape(beats, kinds)
    _begin(notes, beat_ticks, players, begins, rows)
    missing = kicked = 0
    for note in notes:
        start, part, pitch = int(note.start_tick), int(note.part), int(note.pitch)
        if not 0 <= start < beats * beat_ticks:
            continue
        beat, kind = start // beat_ticks, players[0, part]
        row = rows[beat, kind]
        rows[beat, kind] = row + 1
        twist = (pitch << PITCH_SHIFT) ^ (part << PART_SHIFT)
        given[row, PART], given[row, TWIST] = part, twist
        given[row, START_TICK] = start
        given[row, END_TICK] = start + note.duration_ticks
        recipe = recipes[players[1, part], pitch] - 1
        given[row, RECIPE] = recipe * VELOCITIES + note.velocity
        sides[row, 0], sides[row, 1] = places[part, 0], places[part, 1]
        missing += 1 if recipe < 0 else 0
        for kick in kicking:
            if twist == kick:
                kicks[kicked] = start
                kicked += 1
    _write_reading(desk, (given, sides, begins, kicks[:kicked]))
    return missing, int(desk.ctypes.data)
