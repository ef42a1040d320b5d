"""Notes as text: what is sent of each bar, without an object for each number of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels._types import Longs, Notes

Bytes = NDArray[np.uint8]
ROW_BYTES = 64  # more than four numbers take: two frames of 17 digits, a pitch, a velocity
PART_BYTES = 32  # more than a part takes beside its rows
TEN, ZERO, MINUS = 10, 48, 45
COMMA, COLON, QUOTE = 44, 58, 34
OPEN_ROW, CLOSE_ROW, OPEN_PARTS, CLOSE_PARTS = 91, 93, 123, 125
FIRST_FRAME, FRAMES = 0, 1  # columns of a beat


@fragment
def _write_number(number: int, out: Bytes, at: int) -> int:
    """Write a whole number and a comma; where they end."""
    if number < 0:
        out[at] = MINUS
        at, number = at + 1, -number
    end, rest = at + 1, number // TEN
    while rest > 0:
        end, rest = end + 1, rest // TEN
    for place in range(end - 1, at - 1, -1):
        out[place] = ZERO + number % TEN
        number //= TEN
    out[end] = COMMA
    return end + 1


@fragment
def _frame_of(tick: int, beat_ticks: int, beats: Longs) -> int:
    """The frame of a tick; ticks beyond the beats run on at the last tempo."""
    number = min(max(tick // beat_ticks, 0), len(beats) - 1)
    since = (tick - number * beat_ticks) * beats[number, FRAMES]
    return int(beats[number, FIRST_FRAME] + since // beat_ticks)


@kernel
def write_parts(notes: Notes, beat_ticks: int, beats: Longs, names: Bytes, out: Bytes) -> int:
    """Write the notes of a bar as JSON: by part, rows of start, end, pitch and velocity.

    Parameters
    ----------
    notes : (notes,) structured
    beat_ticks : int
    beats : (beats, 2) int64, frames
        Where each beat begins, and how long it is.
    names : (parts, letters) uint8
        The name of each part, and zeros.
    out : (>= 2 + notes * `ROW_BYTES` + parts * `PART_BYTES`,) uint8, written from the beginning
        Parts in the order of their first notes.

    Returns
    -------
    How many bytes were written.
    """
    out[0] = OPEN_PARTS
    at, written = 1, 0
    for first in range(len(notes)):
        part = int(notes[first].part)
        if written >> part & 1:
            continue
        written |= 1 << part
        out[at] = QUOTE
        at += 1
        for letter in names[part]:
            if letter:
                out[at] = letter
                at += 1
        out[at], out[at + 1], out[at + 2] = QUOTE, COLON, OPEN_ROW
        at += 3
        for number in range(first, len(notes)):
            note = notes[number]
            if note.part == part:
                start = int(note.start_tick)
                out[at] = OPEN_ROW
                at = _write_number(_frame_of(start, beat_ticks, beats), out, at + 1)
                end = _frame_of(start + note.duration_ticks, beat_ticks, beats)
                at = _write_number(end, out, at)
                at = _write_number(int(note.pitch), out, at)
                at = _write_number(int(note.velocity), out, at)
                out[at - 1], out[at] = CLOSE_ROW, COMMA
                at += 1
        out[at - 1], out[at] = CLOSE_ROW, COMMA
        at += 1
    at -= 1 if written else 0
    out[at] = CLOSE_PARTS
    return at + 1
