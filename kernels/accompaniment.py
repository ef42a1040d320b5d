"""Accompaniment: a bar of all parts, from its chords and patterns to the notes as they are played.

What is written stays in the rows of a desk between the stages, so that whoever calls may change
it; without such wishes, one call does it all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels import playing
from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs, Notes
from kernels.basslines import (
    BassTask,
    choose_basses,
    hold_over,
    mend,
    sing_basses,
    write_bass,
)
from kernels.chords import OCTAVE
from kernels.copying import SOME_RUNS, Limits, Runs
from kernels.handles import reader
from kernels.trails import (
    AGO,
    BEGAN,
    HEIGHT,
    LONGEST,
    TRAIL_COLUMNS,
    Ground,
    Room,
    guard,
    recall,
    rest,
)
from kernels.voicings import MOST_VOICES, CompTask, Shapes, voice_chords, write_comp, write_pad

MELODY, COUNTER, COMP, PAD, BASS, DRUMS = range(6)
"""The parts, in the order of the score."""
PARTS, PITCHED = 6, 5
ROW_COLUMNS = 4
MOST_ROWS = 512  # of a part in a bar
MOST_CHORDS = 64  # of a bar
MOST_LOOKS = 3  # at a bar of the bass, between two rules that it must keep

WRITE_BASS, SETTLE_BASS, WRITE_CHORDS, SETTLE, PLAY = 1, 2, 4, 8, 16
"""Stages of a bar, a bit each."""

# What a bar leaves for the next one: as `basslines.STRUCK` has them, the bass under the last chord,
# and the last voicings of comp and pad; 0 for none.
OUTER, LAST_BASS, VOICINGS = 0, 3, 4
MEMORY = VOICINGS + 2 * MOST_VOICES


class Desk(NamedTuple):
    """Room for the notes of a bar."""

    rows: Longs  # (PARTS, MOST_ROWS, ROW_COLUMNS)
    counts: Longs  # (PARTS,)
    basses: Longs  # (MOST_CHORDS, 2) the bass note before each chord and under it
    pitches: Longs  # (2, MOST_CHORDS, MOST_VOICES) of the chords of comp and pad
    lines: Longs  # (7, MOST_ROWS + LONGEST) scratch
    trail: Longs  # (MOST_ROWS + LONGEST, TRAIL_COLUMNS) scratch
    order: Longs  # (PARTS * MOST_ROWS,) scratch
    played: Longs  # (PARTS * MOST_ROWS, playing.PLAYED_COLUMNS) scratch


class Ways(NamedTuple):
    """How a style plays, whatever the bar."""

    ranges: Longs  # (PARTS, 2) lowest and highest pitch
    chord_low: int  # of comp
    comp_shapes: Shapes
    pad_shapes: Shapes
    habits: Doubles  # (PARTS, playing.HABITS)
    groove: Doubles  # (steps,) ticks


class Task(NamedTuple):
    """What is asked of a bar."""

    stages: int
    plays: int  # the parts that do, a bit each
    tonic: int  # pitch class
    bar_ticks: int
    phrase_bar: int  # bars of the phrase before this one
    ends_piece: bool
    leads_home: bool  # whether the next bar brings melody and bass home to the tonic
    begins: tuple[int, int]  # ticks at which phrases of the melody begin, -1 for none
    answers: bool  # whether the melody answers a player, who may call what a work has
    key: int  # of the row of numbers that are drawn for the bar:
    walk: int  # from this place on for a walking bass,
    touch: tuple[int, int]  # and from these on for the time and the velocity of notes
    bass: BassTask
    comp: CompTask


_LINES, _SHEETS = np.zeros((2, 1), np.int64), np.zeros((2, 1, 1), np.int64)  # of the kinds meant
_SHAPES = Shapes(_LINES, _LINES[0], 0)
SOME_TASK = Task(
    0, 0, 0, 0, 0, False, False, (0, 0), False, 0, 0, (0, 0), BassTask(False, 0, 0, 0.0),
    CompTask(0, 0),
)  # fmt: skip
_read_task, _read_bar = reader(SOME_TASK), reader(playing.SOME_BAR)
_read_limits = reader(Limits(SOME_RUNS, SOME_RUNS))
_read_ways = reader(Ways(_LINES, 0, _SHAPES, _SHAPES, np.zeros((1, 1)), np.zeros(1)))
_read_desk = reader(Desk(_SHEETS, _LINES[0], _LINES, _SHEETS, _LINES, _LINES, _LINES[0], _LINES))


@fragment
def _plays(task: Task, part: int) -> bool:
    return task.plays >> part & 1 > 0


@fragment
def _settle(
    tune: Runs,
    rhythm: Runs,
    part: int,
    trail: Longs,
    rows: Longs,
    melody: Longs,
    ground: Ground,
    task: Task,
    memory: Longs,
    lines: Longs,
    out: Longs,
) -> int:
    """Keep a bar of a part from copies of a work, and the bass from parallels with the melody.

    What mends one may break the other, so both look again. When no tone will do, the note before
    goes on: that leaves a note less each time, so it ends. Returns how many notes the trail has.
    """
    room = Room(lines[0], lines[1:4], lines[5:])
    before, after, pitches = lines[4, :3], memory[OUTER : OUTER + 3], lines[4, 3:]
    for n in range(len(before)):
        before[n] = after[n]
    begin = MOST_ROWS if part == MELODY and task.answers else 0
    recall(trail, ground, room, out)
    count, mended, is_bass = len(trail), False, part == BASS
    for look in range(MOST_LOOKS + len(rows) + 1):
        if is_bass:
            mended = mend(rows, melody, before, ground, task.ends_piece, task.leads_home, after)
            if look > 0 and not mended:
                break
            if mended and look >= MOST_LOOKS:  # no tone will do
                hold_over(rows, pitches)
        copied, count = guard(tune, rhythm, len(trail), begin, rows, ground, room, out)
        if not (is_bass and (mended or copied)):
            break
        for n in range(len(rows)):
            pitches[n] = rows[n, HEIGHT]
    return count


@fragment
def _settle_part(
    tune: Runs,
    rhythm: Runs,
    part: int,
    task: Task,
    ways: Ways,
    chords: Longs,
    desk: Desk,
    trails: Longs,
    lengths: Longs,
    memory: Longs,
) -> None:
    """Settle a part, or let time go by for one that rests."""
    if not _plays(task, part):
        rest(trails[part, : lengths[part]], task.bar_ticks)
        return
    rows = desk.rows[part, : desk.counts[part]]
    melody = desk.rows[MELODY, : desk.counts[MELODY]]
    comes_home = part == BASS and task.ends_piece  # to the root, in whatever octave is no copy
    high = ways.ranges[part, 1] + (OCTAVE if comes_home else 0)
    ground = Ground(chords, task.tonic, ways.ranges[part, 0], high, task.bar_ticks, comes_home)
    count = _settle(
        tune, rhythm, part, trails[part, : lengths[part]], rows, melody, ground, task, memory,
        desk.lines, desk.trail,
    )  # fmt: skip
    if part == MELODY:
        for n in range(lengths[part], count):
            for tick in task.begins:
                if tick >= 0 and desk.trail[n, AGO] == task.bar_ticks - tick:
                    desk.trail[n, BEGAN] = 1
    kept = min(count, LONGEST)
    for n in range(kept):
        for column in range(TRAIL_COLUMNS):
            trails[part, n, column] = desk.trail[count - kept + n, column]
    lengths[part] = kept


@fragment
def _write_chords(
    task: Task, ways: Ways, chords: Longs, strokes: Longs, desk: Desk, memory: Longs
) -> None:
    for number in range(2):
        part = COMP + number
        desk.counts[part] = 0
        if not _plays(task, part):
            continue
        ground = Ground(
            chords, task.tonic, ways.ranges[part, 0], ways.ranges[part, 1], task.bar_ticks,
            False,
        )  # fmt: skip
        low = max(ground.low, ways.chord_low) if part == COMP else ground.low
        shapes = ways.comp_shapes if part == COMP else ways.pad_shapes
        first = VOICINGS + number * MOST_VOICES
        last, pitches = memory[first : first + MOST_VOICES], desk.pitches[number]
        voice_chords(ground, shapes, low, desk.basses, last, pitches)
        rows = desk.rows[part]
        if part == COMP:
            desk.counts[part] = write_comp(ground, strokes, task.comp, pitches, desk.basses, rows)
        else:
            desk.counts[part] = write_pad(chords, pitches, rows)


@kernel
def accompany(
    limits_words: Longs,
    ways_words: Longs,
    task_words: Longs,
    chords: Longs,
    steps: Longs,
    strokes: Longs,
    bar_words: Longs,
    desk_words: Longs,
    trails: Longs,
    lengths: Longs,
    memory: Longs,
    out: Notes,
) -> int:
    """Write a bar under its melody, hold all parts to their limits, and play it.

    Bass, comp and pad are written from chords and patterns; a part that completes a run of a work
    takes another tone; melody and bass do not move in parallel fifths or octaves.

    Parameters
    ----------
    limits_words, ways_words : (words,) int64
        Of the `copying.Limits` and the `Ways`, as their `handles.Handle` has them.
    task_words : (words,) int64
        Of the `Task`, as a `handles.Layout` makes them: what is asked of the bar, and which stages
        are to be done.
    chords : (chords, chords.CHORD_COLUMNS) int64, 1..MOST_CHORDS of them
        The chords of the bar.
    steps : (steps, 2) int64
        Ticks, and signs of `basslines`, of the bass; without any it rests, even if it walks.
    strokes : (strokes, 2) int64
        Ticks, and signs of `voicings`, of comp.
    bar_words : (words,) int64
        Of the `playing.Bar`: what all played notes of the phrase share.
    desk_words : (words,) int64
        Of the `Desk`: the rows of melody, counter and drums; those of the others are written.
    trails : (PARTS, LONGEST, TRAIL_COLUMNS) int64, in/out
        The last notes of each part.
    lengths : (PARTS,) int64, in/out
        How many they are.
    memory : (MEMORY,) int64, in/out
        What the bar before leaves, and this one.
    out : (>= notes,) of the fields of a note, written as far as the returned number of notes

    Returns
    -------
    int: how many notes sound; 0 before they are played.
    """
    tune, rhythm = _read_limits(limits_words)
    ways, desk = _read_ways(ways_words), _read_desk(desk_words)
    task, bar = _read_task(task_words), _read_bar(bar_words)
    if task.stages & WRITE_BASS:
        ground = Ground(
            chords, task.tonic, ways.ranges[BASS, 0], ways.ranges[BASS, 1], task.bar_ticks,
            False,
        )  # fmt: skip
        choose_basses(ground, memory[LAST_BASS], task.bass.inversion_cost, desk.basses)
        desk.counts[BASS] = 0
        if _plays(task, BASS) and len(steps) > 0:
            desk.counts[BASS] = write_bass(
                ground, desk.basses, task.bass, steps, task.key, task.walk, desk.lines[0],
                desk.lines[1], desk.rows[BASS],
            )  # fmt: skip
    for place in range(PITCHED):
        part = (MELODY, BASS, COUNTER, COMP, PAD)[place]
        if task.stages & (SETTLE if place > 1 else SETTLE_BASS):
            _settle_part(tune, rhythm, part, task, ways, chords, desk, trails, lengths, memory)
        if part == BASS and task.stages & SETTLE_BASS:
            sing_basses(desk.rows[BASS, : desk.counts[BASS]], chords, desk.basses)
            memory[LAST_BASS] = desk.basses[len(chords) - 1, 1]
        if part == BASS and task.stages & WRITE_CHORDS:
            _write_chords(task, ways, chords, strokes, desk, memory)
    if not task.stages & PLAY:
        return 0
    chance = playing.Chance(task.key, *task.touch)
    return playing.play(
        desk.rows, desk.counts, ways.habits, chance, bar, task.phrase_bar, ways.groove, chords,
        desk.order, desk.played, out,
    )  # fmt: skip
