"""Trails: the last notes of a part, what they lead to, and whether a new bar copies a work."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Longs
from kernels.chords import OCTAVE, ROOT, SCALE, is_tone, sounding
from kernels.copying import (
    Runs,
    Trail,
    completes,
    expect_mark,
    is_among,
    run_key,
    time_trail,
)
from kernels.looking import BEAT, BEGINS, DURATION, ENDS, MODE, PITCH, POSITION, REACH, START

AGO, OF_PITCH, BEGAN = range(3)
"""Columns of a trail: ticks before the coming bar line, MIDI pitch, 1 where a phrase begins."""

TRAIL_COLUMNS = 3
LONGEST = 12  # notes of a trail: what the widest limit against copies looks back on

ONSET, LENGTH, HEIGHT, STRESS = range(4)
"""Columns of the rows of a bar: start tick, duration in ticks, MIDI pitch, accent."""

MOST_AGO = 0xFFFF  # ticks; longer ago than this is all the same


class Ground(NamedTuple):
    """What a part stands on in a bar."""

    chords: Longs  # (chords, chords.CHORD_COLUMNS) rising
    tonic: int  # pitch class
    low: int  # the range of the part
    high: int
    bar_ticks: int
    roots_only: bool  # whether a note may take no other tone of a chord instead of its own


class Room(NamedTuple):
    """Room to work in, for the notes of a trail and of a bar."""

    line: Longs  # (notes of the bar,)
    heard: Longs  # (3, all notes)
    keys: Longs  # (2, notes of the bar)


@fragment
def _lay_trail(trail: Longs, first: int, home: int, bar_ticks: int, tune: Longs) -> None:
    notes = trail.shape[0]
    for n in range(notes):
        row, ago = first + n, trail[n, AGO]
        begins = trail[n + 1, BEGAN] if n + 1 < notes else 0
        tune[row, PITCH] = trail[n, OF_PITCH] - home
        tune[row, START] = -ago
        tune[row, DURATION] = ago - (trail[n + 1, AGO] if n + 1 < notes else 0)
        tune[row, POSITION] = -ago % bar_ticks
        tune[row, BEGINS] = 1 if n == 0 or trail[n, BEGAN] > 0 else 0
        tune[row, ENDS] = 1 if begins > 0 else 0


@fragment
def _lay_bar(
    onsets: Longs, first: int, bar_ticks: int, goal_tick: int, opens: bool, tune: Longs
) -> None:
    notes = onsets.shape[0]
    led = False  # to the next phrase
    for n in range(notes):
        row, tick = first + n, onsets[n]
        leads = not led and 0 <= goal_tick < tick
        led = led or leads
        tune[row, PITCH] = 0
        tune[row, START] = tick
        tune[row, DURATION] = (onsets[n + 1] if n + 1 < notes else bar_ticks) - tick
        tune[row, POSITION] = tick
        tune[row, BEGINS] = 1 if leads or (opens and n == 0) else 0
        tune[row, ENDS] = 1 if tick == goal_tick else 0


@fragment
def lay_out(
    memory: Longs,
    trail: Longs,
    onsets: Longs,
    mode: int,
    home: int,
    beat: int,
    bar_ticks: int,
    goal_tick: int,
    opens: bool,
    tune: Longs,
    played: Longs,
) -> None:
    """Lay out a tune: what the piece has sung, what came last, and the notes to come.

    Of ``played`` two rows are written, as far as the notes before and those to come: semitones
    from home, 0 for notes to come, and onsets.
    """
    known, before, coming = memory.shape[0], trail.shape[0], onsets.shape[0]
    for row in range(known):  # a slice assigned to a slice takes three seconds to compile
        for column in range(memory.shape[1]):
            tune[row, column] = memory[row, column]
    _lay_trail(trail, known, home, bar_ticks, tune)
    _lay_bar(onsets, known + before, bar_ticks, goal_tick, opens, tune)
    for n in range(before + coming):
        row = known + n
        tune[row, MODE], tune[row, BEAT], tune[row, REACH] = mode, beat, n
        played[0, n], played[1, n] = tune[row, PITCH], tune[row, START]


@fragment
def _top_line(rows: Longs, line: Longs) -> int:
    """The rows of the highest note at each onset, by rising onset; how many there are."""
    count = 0
    for row in range(rows.shape[0]):
        if rows[row, LENGTH] == 0:
            continue
        place = count
        while place > 0 and rows[line[place - 1], ONSET] > rows[row, ONSET]:
            place -= 1
        if place > 0 and rows[line[place - 1], ONSET] == rows[row, ONSET]:
            if rows[row, HEIGHT] > rows[line[place - 1], HEIGHT]:
                line[place - 1] = row
            continue
        for after in range(count, place, -1):
            line[after] = line[after - 1]
        line[place] = row
        count += 1
    return count


@fragment
def _ask(runs: Runs, heard: Trail, known: int, begin: int, count: int, keys: Longs) -> None:
    """Hash the runs that end with some notes of a bar, and ask whether works have them.

    Marks lie outside the cache: so nobody waits for a single answer.
    """
    for n in range(max(begin, runs.steps - known), count):
        key = run_key(runs, heard, known + n)
        expect_mark(runs, key)
        keys[n] = np.int64(key)


@fragment
def _is_copied(runs: Runs, known: int, n: int, keys: Longs) -> bool:
    """Whether a note of a bar completes a run that some work has."""
    return known + n >= runs.steps and is_among(runs, np.uint64(keys[n]))


@fragment
def _first_copy(
    tune: Runs, rhythm: Runs, rows: Longs, known: int, begin: int, room: Room
) -> tuple[int, int]:
    """How long the line of a bar is, and its first note from a place on that completes a copy."""
    line, heard = room.line, Trail(room.heard[0], room.heard[1], room.heard[2])
    count = _top_line(rows, line)
    for n in range(count):
        heard.pitches[known + n] = rows[line[n], HEIGHT]
        heard.onsets[known + n] = rows[line[n], ONSET]
    time_trail(heard, known - rhythm.steps + 2, known + count)
    _ask(tune, heard, known, begin, count, room.keys[0])
    _ask(rhythm, heard, known, begin, count, room.keys[1])
    for n in range(begin, count):
        if _is_copied(tune, known, n, room.keys[0]) or _is_copied(rhythm, known, n, room.keys[1]):
            return count, n
        if _is_caught(rhythm, heard, known + n):
            return count, n
    return count, -1


@fragment
def _is_caught(rhythm: Runs, heard: Trail, note: int) -> bool:
    """Whether a note repeats the one before once too often.

    Works know every way of leaving a note that was repeated for a whole run, so that whatever came
    next would be a copy, and the part would fall silent.
    """
    pitch, first = heard.pitches[note], note - 1
    while first >= 0 and heard.pitches[first] == pitch and note - first <= rhythm.most_alike:
        first -= 1
    return note - first > rhythm.most_alike


@fragment
def _another_tone(
    tune: Runs, rhythm: Runs, heard: Trail, note: int, end: int, chord: int, ground: Ground
) -> int:
    """The nearest tone of a chord with which a note completes no copy; -1 if there is none.

    One that repeats a neighbour would make two notes of a held one, and comes later; last comes
    what else may sound over the chord.
    """
    pitch, before = heard.pitches[note], heard.pitches[note - 1]
    after = heard.pitches[note + 1] if note + 1 < end else before
    for look in range(2 if ground.roots_only else 3):
        for distance in range(1, OCTAVE + 1):
            for other in (pitch - distance, pitch + distance):
                if (other in (before, after)) != (look == 1):
                    continue
                inside = ground.low <= other <= ground.high
                above = (other - ground.tonic) % OCTAVE
                if ground.roots_only:
                    fits = ground.chords[chord, ROOT] == above
                elif look == 2:
                    fits = ground.chords[chord, SCALE] >> above & 1 > 0
                else:
                    fits = is_tone(ground.chords[chord], above)
                if inside and fits:
                    heard.pitches[note] = other
                    if not completes(tune, heard, note) and not completes(rhythm, heard, note):
                        return int(other)
    return -1


@fragment
def _change(rows: Longs, copied: int, pitch: int) -> None:
    """Give a note, and what is the same as it, another pitch; below 0, leave them out."""
    tick, length, old = rows[copied, ONSET], rows[copied, LENGTH], rows[copied, HEIGHT]
    accent = rows[copied, STRESS]
    for row in range(rows.shape[0]):
        same = rows[row, ONSET] == tick and rows[row, LENGTH] == length
        if same and rows[row, HEIGHT] == old and rows[row, STRESS] == accent:
            rows[row, HEIGHT] = max(pitch, 0)
            if pitch < 0:
                rows[row, LENGTH] = 0


@fragment
def recall(trail: Longs, ground: Ground, room: Room, out: Longs) -> None:
    """What was played before, as it is heard now and as it is kept for the next bar."""
    for n in range(trail.shape[0]):
        room.heard[0, n], room.heard[1, n] = trail[n, OF_PITCH], -trail[n, AGO]
        out[n, AGO] = min(trail[n, AGO] + ground.bar_ticks, MOST_AGO)
        out[n, OF_PITCH], out[n, BEGAN] = trail[n, OF_PITCH], trail[n, BEGAN]


@fragment
def rest(trail: Longs, bar_ticks: int) -> None:
    """Go on to the next bar line without a note."""
    for n in range(trail.shape[0]):
        trail[n, AGO] = min(trail[n, AGO] + bar_ticks, MOST_AGO)


@fragment
def guard(
    tune: Runs,
    rhythm: Runs,
    before: int,
    begin: int,
    rows: Longs,
    ground: Ground,
    room: Room,
    out: Longs,
) -> tuple[bool, int]:
    """Change the notes of a bar that complete a copy, and go on to the next bar line.

    A note that completes one, or that would leave no way but a copy, gets the nearest tone of its
    chord that does not; where there is none it is left out, with a length of 0. The line of a part
    that plays chords is that of its highest notes; those before ``begin`` are not looked at.
    Returns whether a note was changed, and how many rows of ``out`` are written: the trail
    ``before``, and the line of the bar.
    """
    heard = Trail(room.heard[0], room.heard[1], room.heard[2])
    changed = False
    count, found = _first_copy(tune, rhythm, rows, before, begin, room)
    while found >= 0:
        changed = True
        copied = room.line[found]
        chord = sounding(ground.chords, rows[copied, ONSET])
        pitch = _another_tone(tune, rhythm, heard, before + found, before + count, chord, ground)
        _change(rows, copied, pitch)
        count, found = _first_copy(tune, rhythm, rows, before, found, room)
    for n in range(count):
        place, row = before + n, room.line[n]
        out[place, AGO] = ground.bar_ticks - rows[row, ONSET]
        out[place, OF_PITCH], out[place, BEGAN] = rows[row, HEIGHT], 0
    return changed, before + count
