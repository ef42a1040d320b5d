"""Melodies with goals: drawn from what is likely, never a copy, and always with an end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs
from kernels.copying import Runs, Trail, completes, time_trail
from kernels.looking import REACH, look
from kernels.sampling import Tree, look_ahead
from kernels.viewpoints import (
    EVERY_VIEW,
    Line,
    Scratch,
    Sources,
    Span,
    Views,
    listening,
    predict,
    record,
)

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
    mass: Doubles,
) -> float:
    """Weigh what is likely by what is wanted, less slips; the sum of what is left."""
    total = 0.0
    for pitch in range(span.low, span.high):
        leap = abs(pitch - before) if before != NOTHING else 0
        stays = goals.moves[note] and pitch == before
        if tried[note, pitch] or stays or leap > goals.widest[note] or mass[pitch] < slip:
            mass[pitch] = 0.0
        mass[pitch] *= goals.weights[note, pitch] * messages[note, pitch]
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
def _is_copy(tune: Runs, rhythm: Runs, trail: Trail, note: int) -> bool:
    return completes(tune, trail, note) or completes(rhythm, trail, note)


@fragment
def _last_resort(
    tune: Runs,
    rhythm: Runs,
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
            if not _is_copy(tune, rhythm, trail, played):
                best, most = pitch, score
    return best


class Room(NamedTuple):
    """Room to work in, for so many notes, of which some are to come."""

    line: Longs  # (3, notes) pitches, anchors and reach of a `viewpoints.Line`
    codes: Longs  # (3, views, notes) its conditions and links, and symbols
    features: Longs  # (looking.FEATURES,)
    path: Longs  # (viewpoints.DEPTHS,)
    single: Doubles  # (2 + viewpoints.SHORT_DEPTH, pitches)
    messages: Doubles  # (notes to come, pitches)
    tried: NDArray[np.bool_]  # (notes to come, pitches)


@kernel
def sample_melody(
    tree: Tree,
    sources: Sources,
    views: Views,
    names: Longs,
    sizes: Longs,
    tune: Longs,
    lowest: int,
    transitions: Doubles,
    goals: Goals,
    copied_tune: Runs,
    copied_rhythm: Runs,
    trail: Trail,
    slip_share: float,
    uniforms: Doubles,
    room: Room,
    out: Longs,
    choices: Longs,
) -> None:
    """Draw a melody that keeps to its goals, copies nothing, and avoids slips while it can.

    A note less likely than ``slip_share`` of the likeliest in reach is a slip. When only slips
    and copies would meet the goals, the note before is drawn again; once the spare draws are used
    up, slips and leaps are let through, and where every welcome note would complete a copy, the
    nearest that does not is taken. So the melody always ends, and is never a copy.

    Parameters
    ----------
    tree, sources, views
        As described in `kernels.viewpoints`.
    names, sizes, tune, lowest
        As described in `looking.look`; the notes to come are the last of the tune.
    transitions : (pitches, pitches) float64, > 0
        The chain that looks ahead, as for `sampling.look_ahead`.
    goals : Goals
        For the notes to come: so many of them as ``goals.weights`` has rows.
    copied_tune, copied_rhythm : Runs
        What must not be copied, by intervals and by intervals with rhythm.
    trail : Trail, in/out
        What the part has played, to the notes to come; their onsets are known, pitches are
        written. Pitches are counted as those of the tune.
    slip_share : float, 0..1
        0 forbids nothing.
    uniforms : (>= notes to come,) float64, 0..1
        The draws; those beyond one for each note are spare.
    room : Room, scratch
        ``line`` and ``codes`` are left as what the views have seen.
    out : (notes to come,) int64, written in full
        Pitches, as the tune counts them.
    choices : (notes to come,) int64, written in full
        How many pitches are welcome; where one has none, nothing is drawn.
    """
    if not _count_choices(goals.weights, choices):
        return
    pitches, start = goals.weights.shape[1], tune.shape[0] - out.shape[0]
    line = Line(room.line[0], room.line[1], room.line[2], room.codes[0], room.codes[1])
    own, ears = start - tune[start, REACH], listening(views)  # contexts end there
    look(
        tune, names, sizes, lowest, own, ears, room.features, line.pitches, line.anchors,
        line.reach, line.conditions, line.links,
    )  # fmt: skip
    look_ahead(transitions, goals.weights, room.messages)
    scratch = Scratch(room.codes[2], room.single[0], room.path, room.single[2:])
    for note in range(start):
        line.pitches[note] = min(max(line.pitches[note], 0), pitches - 1)
        record(views, line, note, pitches, scratch.symbols, ears if note < own else EVERY_VIEW)
    for note in range(trail.pitches.shape[0]):
        trail.pitches[note] -= lowest
    time_trail(trail, trail.pitches.shape[0])
    room.tried[:] = False
    _draw_notes(
        tree, sources, views, line, goals, copied_tune, copied_rhythm, trail, slip_share, uniforms,
        scratch, room, room.single[1],
    )  # fmt: skip
    for note in range(out.shape[0]):
        out[note] = line.pitches[start + note] + lowest


@fragment
def _draw_notes(
    tree: Tree,
    sources: Sources,
    views: Views,
    line: Line,
    goals: Goals,
    tune: Runs,
    rhythm: Runs,
    trail: Trail,
    slip_share: float,
    uniforms: Doubles,
    scratch: Scratch,
    room: Room,
    mass: Doubles,
) -> None:
    notes, pitches = goals.weights.shape
    start, played = line.pitches.shape[0] - notes, trail.pitches.shape[0] - notes
    tried, note, used, span = room.tried, 0, 0, _reach(goals.weights)
    while note < notes:
        spare = uniforms.shape[0] - used > notes - note
        before = trail.pitches[played + note - 1] if played + note > 0 else NOTHING
        predict(tree, sources, views, line, start + note, 0, span, scratch, mass)
        slip = slip_share if spare else 0.0  # the likeliest has a mass of 1
        total = _welcome(goals, room.messages, note, before, tried, slip, span, mass)
        if spare and not total > 0.0:
            for pitch in range(pitches):
                tried[note, pitch] = False
            if note == 0:
                used = uniforms.shape[0] - notes  # no way without slips: let them through
            else:
                note -= 1
            continue
        drawn = _draw(mass, span, total, uniforms[used]) if total > 0.0 else 0
        trail.pitches[played + note] = drawn
        if not total > 0.0 or _is_copy(tune, rhythm, trail, played + note):
            if spare:
                used += 1
                tried[note, drawn] = True
                continue
            drawn = _last_resort(tune, rhythm, trail, played + note, goals.weights, note, before)
            trail.pitches[played + note] = drawn
        used += 1
        tried[note, drawn] = True
        line.pitches[start + note] = drawn
        record(views, line, start + note, pitches, scratch.symbols)
        note += 1
