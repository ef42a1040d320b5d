"""Melodies with goals: drawn from what is likely, never a copy, and always with an end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Floats, Longs
from kernels.chords import OCTAVE
from kernels.copying import Trail, completes, time_trail
from kernels.drawing import uniform
from kernels.looking import REACH, look
from kernels.predicting import predict
from kernels.sampling import look_ahead
from kernels.songs import (
    Desk,
    Setting,
    Songs,
    Task,
    read_desk,
    read_setting,
    read_songs,
)
from kernels.trails import HEIGHT, LENGTH, ONSET, STRESS, lay_out
from kernels.viewpoints import (
    EVERY_VIEW,
    Line,
    Scratch,
    Span,
    forget,
    record,
    set_out,
    take_back,
)
from kernels.weighing import NO_TARGET, step_pitch, weigh

ASK, WRITE = 1, 2
"""Stages of a bar beside its drawing, a bit each."""

GOAL_LEAP = 5  # semitones: a fourth, into the last note of a phrase
TICKS_PER_BEAT = 960
LONGEST_TICKS = 5 * TICKS_PER_BEAT // 2  # a longer wait is a rest
SHORTEST_GOAL_TICKS = TICKS_PER_BEAT // 2
NOTHING = -1_000  # no pitch: the part has not begun


class Goals(NamedTuple):
    """What is asked of the notes to come."""

    weights: Doubles  # (notes, pitches) >= 0; 0 forbids, and each row has a positive one
    widest: Longs  # (notes,) semitones that it may leap
    moves: NDArray[np.bool_]  # (notes,) whether it must differ from the note before


@fragment
def _reach(weights: Doubles) -> Span:
    """From the lowest pitch that any note may have to the highest."""
    low, high = weights.shape[1], 0
    for note in range(weights.shape[0]):
        for pitch in range(weights.shape[1]):
            if weights[note, pitch] > 0.0:
                low, high = min(low, pitch), max(high, pitch + 1)
    return Span(low, high)


@fragment
def _draw(mass: Doubles, span: Span, total: float, uniform: float) -> int:
    point = uniform * total
    last = -1
    for pitch in range(span.low, span.high):
        if mass[pitch] > 0.0:
            last = pitch
            point -= mass[pitch]
            if point < 0.0:
                return pitch
    return last


@fragment
def _welcome(
    goals: Goals,
    messages: Doubles,
    note: int,
    before: int,
    tried: NDArray[np.bool_],
    slip: float,
    span: Span,
    likely: Floats,
    mass: Doubles,
) -> float:
    """Weigh what is likely by what is wanted, less slips; the sum of what is left."""
    total = 0.0
    for pitch in range(span.low, span.high):
        leap = abs(pitch - before) if before != NOTHING else 0
        stays = goals.moves[note] and pitch == before
        if tried[note, pitch] or stays or leap > goals.widest[note] or likely[pitch] < slip:
            mass[pitch] = 0.0
        else:
            mass[pitch] = likely[pitch] * goals.weights[note, pitch] * messages[note, pitch]
        total += mass[pitch]
    return total


@fragment
def _count_choices(weights: Doubles, choices: Longs) -> bool:
    """How many pitches each note may have; whether all have one."""
    every = True
    for note in range(weights.shape[0]):
        choices[note] = 0
        for pitch in range(weights.shape[1]):
            if weights[note, pitch] > 0.0:
                choices[note] += 1
        every = every and choices[note] > 0
    return every


@fragment
def _is_copy(songs: Songs, trail: Trail, note: int) -> bool:
    return completes(songs.copied_tune, trail, note) or completes(songs.copied_rhythm, trail, note)


@fragment
def _last_resort(
    songs: Songs,
    trail: Trail,
    played: int,
    weights: Doubles,
    note: int,
    before: int,
) -> int:
    """The most welcome pitch near the one before that copies nothing, welcome or not."""
    best, most = 0, -np.inf
    for pitch in range(weights.shape[1]):
        distance, weight = abs(pitch - before) if before != NOTHING else 0, weights[note, pitch]
        score = weight / (1.0 + distance) if weight > 0.0 else -1.0 - distance
        if score > most:
            trail.pitches[played] = pitch
            if not _is_copy(songs, trail, played):
                best, most = pitch, score
    return best


@fragment
def _ask(
    task: Task,
    setting: Setting,
    memory: Longs,
    trail: Longs,
    chords: Longs,
    scale: Longs,
    lowest: int,
    desk: Desk,
) -> None:
    """Prepare a desk, whose notes to come have onsets and targets."""
    notes, goal_tick, opens = task.coming, task.goal_tick, task.phrase_bar == 0
    onsets, targets = desk.asked[0, :notes], desk.asked[1, :notes]
    lay_out(
        memory, trail, onsets, setting.mode, setting.home, setting.beat, setting.bar_ticks,
        goal_tick, opens, desk.tune, desk.played,
    )  # fmt: skip
    weigh(
        onsets, targets, scale, chords, setting.taste, task.phrase_bar, goal_tick, task.pull,
        lowest, desk.welcome, desk.weights[:notes],
    )  # fmt: skip
    for n in range(task.draws):
        desk.draws[n] = uniform(task.key, task.uniforms + n)
    for n in range(notes):
        at_goal = onsets[n] == goal_tick
        desk.widest[n] = GOAL_LEAP if at_goal else setting.max_leap
        # Songs repeat notes for the sake of their words; without words that is soon dull. What is
        # remembered, and the last note of a phrase, stay what they are.
        moves = uniform(task.key, task.chances + n) >= setting.repeats
        desk.moves[n] = moves and targets[n] == NO_TARGET and not at_goal
    if opens:
        desk.widest[0] = OCTAVE


@fragment
def _step_of(scale: Longs, pitch: int) -> int:
    """The step nearest to a pitch above the tonic; between two, the lower."""
    octave, rest = pitch // OCTAVE, pitch % OCTAVE
    best = 0
    for degree in range(1, len(scale) + 1):
        if abs(step_pitch(scale, degree) - rest) < abs(step_pitch(scale, best) - rest):
            best = degree
    return int(octave * len(scale) + best)


@fragment
def _write(task: Task, setting: Setting, scale: Longs, desk: Desk, out: Longs) -> None:
    """The notes as they are written, each as long as it may sound."""
    for n in range(task.coming):
        tick, pitch = desk.asked[0, n], desk.drawn[0, n]
        length = (desk.asked[0, n + 1] if n + 1 < task.coming else setting.bar_ticks) - tick
        if task.ends_piece:
            pass  # the last notes ring
        elif tick == task.goal_tick:
            length = max(SHORTEST_GOAL_TICKS, length - setting.breath_ticks)
        else:
            length = min(length, LONGEST_TICKS)
        out[n, ONSET], out[n, LENGTH] = tick, length
        out[n, HEIGHT], out[n, STRESS] = pitch + setting.home, 1 if tick == 0 else 0
        desk.drawn[2, n] = _step_of(scale, pitch)


@fragment
def _look(songs: Songs, task: Task, line: Line, room: Scratch, desk: Desk) -> None:
    """See what is known as the views do."""
    start = task.known
    own, ears = start - desk.tune[start, REACH], songs.heeded.line  # contexts end there
    look(
        desk.tune[: start + task.coming], songs.names, songs.sizes, songs.lowest, own, ears,
        desk.features, line.pitches, line.anchors, line.reach, line.conditions, line.links,
    )  # fmt: skip
    forget(room.past)
    for note in range(start):
        line.pitches[note] = min(max(line.pitches[note], 0), room.size - 1)
        record(songs.views, line, note, room, ears if note < own else EVERY_VIEW, ears)


@kernel
def sing(
    songs_words: Longs,
    setting_words: Longs,
    stages: int,
    known: int,
    before: int,
    coming: int,
    phrase_bar: int,
    goal_tick: int,
    pull: float,
    ends_piece: bool,
    draws: int,
    key: int,
    chances: int,
    uniforms: int,
    memory: Longs,
    trail: Longs,
    chords: Longs,
    scale: Longs,
    desk_words: Longs,
    out: Longs,
) -> bool:
    """Sing a bar: draw a melody that keeps to its goals, copies nothing, and avoids slips.

    A note less likely than ``slip_share`` of the likeliest in reach is a slip. When only
    slips and copies would meet the goals, the note before is drawn again; once the spare draws are
    used up, slips and leaps are let through, and where every welcome note would complete a copy,
    the nearest that does not is taken. So the melody always ends, and is never a copy.

    Parameters
    ----------
    songs_words : (words,) int64
        Of the `Songs` that melodies are drawn from, as their `handles.Handle` has them.
    setting_words : (words,) int64
        Of the `Setting`, as a `handles.Layout` makes them.
    stages, known, before, coming, phrase_bar, goal_tick, pull, ends_piece
    draws, key, chances, uniforms
        The `Task`: what is asked, and which stages are to be done: `ASK` prepares the desk, `WRITE`
        writes the notes; they are drawn in any case.
    memory : (notes, looking.COLUMNS) int64
        The phrases that are remembered, as `looking` describes them.
    trail : (notes before, TRAIL_COLUMNS) int64
        The last notes of the part.
    chords : (chords, chords.CHORD_COLUMNS) int64
        The chords of the bar.
    scale : (degrees,) int64
        Semitones of the steps of an octave.
    desk_words : (words,) int64
        Of the `Desk`: ``asked`` is read, and without `ASK` also tune, played, widest, moves,
        weights and draws; line, codes and drawn are left for those who want to know.
    out : (>= notes to come, 4) int64, written as far as there are notes to come
        Rows of the bar, in the columns of `trails`.

    Returns
    -------
    bool: whether every note had a pitch that is welcome; nothing is drawn otherwise.
    """
    songs, desk = read_songs(songs_words), read_desk(desk_words)
    setting = read_setting(setting_words)
    task = Task(
        stages, known, before, coming, phrase_bar, goal_tick, pull, ends_piece, draws, key, chances,
        uniforms,
    )  # fmt: skip
    if task.stages & ASK:
        _ask(task, setting, memory, trail, chords, scale, songs.lowest, desk)
    notes, start = task.coming, task.known
    goals = Goals(desk.weights[:notes], desk.widest, desk.moves)
    if not _count_choices(goals.weights, desk.drawn[1]):
        return False
    line = Line(desk.line[0], desk.line[1], desk.line[2], desk.codes[0], desk.codes[1])
    room = Scratch(
        goals.weights.shape[1],
        desk.codes[2],
        desk.likely[0],
        desk.sums,
        desk.steps,
        desk.paths,
        desk.past,
    )
    played = Trail(desk.played[0], desk.played[1], desk.played[2])
    _look(songs, task, line, room, desk)
    set_out(songs.tree, songs.sources, songs.views, room)
    span = _reach(goals.weights)
    look_ahead(songs.transitions, goals.weights, span.low, span.high, desk.messages[:notes])
    for note in range(task.before + notes):
        played.pitches[note] -= songs.lowest
    time_trail(played, task.before - songs.copied_rhythm.steps + 2, task.before + notes)
    desk.tried[:notes] = False
    _draw_notes(songs, task, line, goals, span, played, room, desk)
    for note in range(notes):
        desk.drawn[0, note] = line.pitches[start + note] + songs.lowest
    if task.stages & WRITE:
        _write(task, setting, scale, desk, out)
    return True


@fragment
def _draw_notes(
    songs: Songs,
    task: Task,
    line: Line,
    goals: Goals,
    span: Span,
    trail: Trail,
    room: Scratch,
    desk: Desk,
) -> None:
    notes, pitches = goals.weights.shape
    start, played, likely, mass = task.known, task.before, desk.likely[1], desk.mass
    tried, note, used, foreseen = desk.tried, 0, 0, -1
    uniforms, draws = desk.draws, task.draws
    while note < notes:
        spare = draws - used > notes - note
        before = trail.pitches[played + note - 1] if played + note > 0 else NOTHING
        if foreseen != note:
            predict(
                songs.tree, songs.sources, songs.views, songs.heeded, line, start + note, span,
                room, likely,
            )  # fmt: skip
            foreseen = note
        slip = songs.slip_share if spare else 0.0  # the likeliest has a mass of 1
        total = _welcome(goals, desk.messages, note, before, tried, slip, span, likely, mass)
        if spare and not total > 0.0:
            for pitch in range(pitches):
                tried[note, pitch] = False
            if note == 0:
                used = draws - notes  # no way without slips: let them through
            else:
                note -= 1
                take_back(room.past, start + note, songs.heeded.line)
            continue
        drawn = _draw(mass, span, total, uniforms[used]) if total > 0.0 else 0
        trail.pitches[played + note] = drawn
        if not total > 0.0 or _is_copy(songs, trail, played + note):
            if spare:
                used += 1
                tried[note, drawn] = True
                continue
            drawn = _last_resort(songs, trail, played + note, goals.weights, note, before)
            trail.pitches[played + note] = drawn
        used += 1
        tried[note, drawn] = True
        line.pitches[start + note] = drawn
        record(songs.views, line, start + note, room, EVERY_VIEW, songs.heeded.line)
        note += 1
