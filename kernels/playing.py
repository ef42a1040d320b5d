"""Playing: written notes become played ones, moved and shaded by tables and by chance."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Doubles, Longs, Notes
from kernels.chords import END, sounding
from kernels.drawing import uniform

Note = Any
"""One note, with the fields that `play` writes."""

# Columns of a written note.
START, DURATION, PITCH, ACCENT = range(4)
# Columns of a played note; the last two are those of the written one.
PLAYED_START, PLAYED_END, PLAYED_PITCH, VELOCITY, PLAYED_PART, WRITTEN, LENGTH = range(7)
# Columns of the habits of a part: share of the looseness of the bar; 1 if the gate of the bar is
# its own; velocity beyond that of the bar; ticks behind the beat; ticks from note to note of a
# chord; 1 if notes ring to the next change of chord.
LOOSENESS, GATED, OWN_VELOCITY, LATE_TICKS, STRUM_TICKS, RINGS = range(6)
HABITS, PLAYED_COLUMNS = 6, 7
LOUDEST = 127.0
PITCHES, MOST_PARTS = 128, 256


class Chance(NamedTuple):
    """Where the draws for time and velocity are found: for each part so many places of a bar."""

    key: int  # of the row of numbers
    times: int  # the first of each kind
    velocities: int


class Bar(NamedTuple):
    """What all notes of a bar share."""

    bar_ticks: float
    place_ticks: int  # chance is drawn for each place of so many ticks
    beat_ticks: float
    swing: float  # ticks by which the middle of a beat comes late, for each tick from its ends
    # From the first bar line of the phrase to where it is loudest; there half of ``arch`` is gained
    # that is lost so far from it:
    reach_ticks: float
    arch: float  # velocity
    accent: float  # velocity of strong beats
    strong_ticks: int  # strong beats are its multiples
    accent_velocity: float  # of an accent that is written
    shortest_ticks: float
    loose_ticks: float  # width of random ticks
    loose_velocity: float
    gate: float  # share of its length that a note sounds
    velocity: float


SOME_BAR = Bar(1.0, 1, 1.0, 0.0, 1.0, 0.0, 0.0, 1, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@fragment
def play(
    rows: Longs,
    counts: Longs,
    habits: Doubles,
    chance: Chance,
    bar: Bar,
    phrase_bar: int,
    groove: Doubles,
    chords: Longs,
    order: Longs,
    played: Longs,
    out: Notes,
) -> int:
    """Play the notes of a bar, in the order of the score, no pitch of a part twice at once.

    Parameters
    ----------
    rows : (parts, most, 4) int64
        Start and duration in ticks, pitch and accent; notes of no duration are left out.
    counts : (parts,) int64
        Notes of each part.
    habits : (parts, HABITS) float64
        How each part is played.
    chance : Chance
        Draws for time and velocity.
    bar : Bar
        What all notes share.
    phrase_bar : int
        Bars of the phrase before this one.
    groove : (steps,) float64, ticks
        How late each step of the bar is.
    chords : (chords, CHORD_COLUMNS) int64
        The chords of the bar.
    order : (>= notes,) int64, scratch
    played : (>= notes, PLAYED_COLUMNS) int64, scratch
    out : (>= notes,) of the fields of a note, written as far as the returned number of notes

    Returns
    -------
    int: how many notes sound.
    """
    places = int(bar.bar_ticks) // bar.place_ticks
    peak_tick = bar.reach_ticks - phrase_bar * bar.bar_ticks  # which may lie outside the bar
    notes = 0
    for part in range(len(counts)):
        rank, before = 0, -1
        for n in range(counts[part]):
            note = rows[part, n]
            if note[DURATION] == 0 or notes >= len(order):
                continue
            rank = rank + 1 if note[START] == before else 0
            before = note[START]
            place = part * places + before // bar.place_ticks
            played[notes, PLAYED_PART] = part
            late = uniform(chance.key, chance.times + place)
            loud = uniform(chance.key, chance.velocities + place)
            _place(note, habits[part], late, rank, bar, groove, chords, played[notes])
            played[notes, VELOCITY] = _velocity(note, habits[part], loud, bar, peak_tick)
            notes += 1
    _sort(order, played, notes)
    kept = _trim(order, played, notes)
    for n in range(kept):
        _write(played[order[n]], out[n])
    return kept


@fragment
def _write(note: Longs, out: Note) -> None:
    out.start_tick = note[PLAYED_START]
    out.duration_ticks = note[PLAYED_END] - note[PLAYED_START]
    out.pitch, out.velocity, out.part = note[PLAYED_PITCH], note[VELOCITY], note[PLAYED_PART]
    out.flags, out.source = 0, 0
    out.written_tick, out.written_ticks = note[WRITTEN], note[LENGTH]


@fragment
def _place(
    note: Longs,
    habit: Doubles,
    chance: float,
    rank: int,
    bar: Bar,
    groove: Doubles,
    chords: Longs,
    out: Longs,
) -> None:
    """Start and end of a note."""
    start = float(note[START])
    into = float(note[START] % int(bar.beat_ticks))
    late = habit[LATE_TICKS] + bar.swing * min(into, bar.beat_ticks - into)
    late += groove[note[START] * len(groove) // int(bar.bar_ticks)] + rank * habit[STRUM_TICKS]
    played = start + bar.loose_ticks * habit[LOOSENESS] * (chance - 0.5) + late
    played = max(0.0, min(played, bar.bar_ticks - bar.shortest_ticks))
    end = start + note[DURATION] * (bar.gate if habit[GATED] > 0.0 else 1.0)
    if habit[RINGS] > 0.0:
        end = max(end, float(chords[sounding(chords, note[START]), END]))
    out[PLAYED_START] = int(np.rint(played))
    out[PLAYED_END] = int(np.rint(min(max(end, played + bar.shortest_ticks), bar.bar_ticks)))
    out[PLAYED_PITCH] = note[PITCH]
    out[WRITTEN], out[LENGTH] = note[START], note[DURATION]


@fragment
def _velocity(note: Longs, habit: Doubles, chance: float, bar: Bar, peak_tick: float) -> int:
    """What a note owes to its place in the phrase, to the beat and to its pattern."""
    away = (note[START] - peak_tick) / bar.reach_ticks
    velocity = bar.velocity + habit[OWN_VELOCITY]
    velocity += bar.loose_velocity * habit[LOOSENESS] * (chance - 0.5)
    velocity += bar.arch * (0.5 - away * away) + bar.accent_velocity * note[ACCENT]
    if note[START] % bar.strong_ticks == 0:
        velocity += bar.accent
    return int(np.rint(max(1.0, min(velocity, LOUDEST))))


@fragment
def _sort(order: Longs, out: Longs, notes: int) -> None:
    """Order notes by start, part and pitch; most of those of a part lie so already."""
    for n in range(notes):
        place, key = n, _key(out[n]) * len(order) + n
        while place > 0 and order[place - 1] > key:
            order[place] = order[place - 1]
            place -= 1
        order[place] = key
    for n in range(notes):
        order[n] %= len(order)


@fragment
def _key(note: Longs) -> int:
    return int((note[PLAYED_START] * MOST_PARTS + note[PLAYED_PART]) * PITCHES + note[PLAYED_PITCH])


@fragment
def _trim(order: Longs, out: Longs, notes: int) -> int:
    """End each note where its pitch begins again in its part; leave out what does not sound."""
    for i in range(notes):
        note = out[order[i]]
        for j in range(i + 1, notes):
            later = out[order[j]]
            if later[PLAYED_START] >= note[PLAYED_END]:
                break
            if (
                later[PLAYED_PITCH] == note[PLAYED_PITCH]
                and later[PLAYED_PART] == note[PLAYED_PART]
            ):
                note[PLAYED_END] = later[PLAYED_START]
                break
    kept = 0
    for i in range(notes):
        if out[order[i], PLAYED_END] > out[order[i], PLAYED_START]:
            order[kept] = order[i]
            kept += 1
    return kept
