"""Melodies with goals: drawn from what is likely, never a copy, and always with an end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels.copying import Runs, Trail, completes
from kernels.sampling import Tree
from kernels.viewpoints import Line, Scratch, Sources, Views, predict, record

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]


NOTHING = -1_000  # no pitch: the part has not begun


class Goals(NamedTuple):
    """What is asked of the notes to come."""

    weights: Doubles  # (notes, pitches) >= 0; 0 forbids, and each row has a positive one
    messages: Doubles  # (notes, pitches) > 0, what `sampling.look_ahead` made of the weights
    widest: Integers  # (notes,) semitones that it may leap
    moves: NDArray[np.bool_]  # (notes,) whether it must differ from the note before


@fragment
def _drop_slips(probabilities: Doubles, slip_share: float) -> None:
    floor = 0.0
    for probability in probabilities:
        floor = max(floor, probability * slip_share)
    for pitch in range(probabilities.shape[0]):
        if probabilities[pitch] < floor:
            probabilities[pitch] = 0.0


@fragment
def _draw(mass: Doubles, uniform: float) -> int:
    total = 0.0
    for pitch in range(mass.shape[0]):
        total += mass[pitch]
    point = uniform * total
    last = -1
    for pitch in range(mass.shape[0]):
        if mass[pitch] > 0.0:
            last = pitch
            point -= mass[pitch]
            if point < 0.0:
                return pitch
    return last


@fragment
def _welcome(
    goals: Goals, note: int, before: int, tried: NDArray[np.bool_], mass: Doubles
) -> float:
    """Weigh what is likely by what is wanted; the sum of what is left."""
    total = 0.0
    for pitch in range(mass.shape[0]):
        leap = abs(pitch - before) if before != NOTHING else 0
        stays = goals.moves[note] and pitch == before
        if tried[pitch] or stays or leap > goals.widest[note]:
            mass[pitch] = 0.0
        mass[pitch] *= goals.weights[note, pitch] * goals.messages[note, pitch]
        total += mass[pitch]
    return total


@fragment
def _count_choices(weights: Doubles, choices: Integers) -> bool:
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
    tune: Runs, rhythm: Runs, trail: Trail, note: int, weights: Doubles, before: int
) -> int:
    """The most welcome pitch near the one before that copies nothing, welcome or not."""
    best, most = 0, -np.inf
    for pitch in range(weights.shape[0]):
        distance = abs(pitch - before) if before != NOTHING else 0
        score = weights[pitch] / (1.0 + distance) if weights[pitch] > 0.0 else -1.0 - distance
        if score > most:
            trail.pitches[note] = pitch
            if not _is_copy(tune, rhythm, trail, note):
                best, most = pitch, score
    return best


@kernel
def sample_melody(
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
    tried: NDArray[np.bool_],
    out: Doubles,
    choices: Integers,
) -> None:
    """Draw a melody that keeps to its goals, copies nothing, and avoids slips while it can.

    A note less likely than ``slip_share`` of the likeliest is a slip. When only slips and copies
    would meet the goals, the note before is drawn again; once the spare draws are used up, slips
    and leaps are let through, and where every welcome note would complete a copy, the nearest
    that does not is taken. So the melody always ends, and is never a copy.

    Parameters
    ----------
    tree, sources, views, scratch
        As described in `kernels.viewpoints`.
    line : Line, in/out
        The notes before and those to come, whose pitches are written.
    goals : Goals
        For the notes to come: so many of them as ``goals.weights`` has rows.
    tune, rhythm : Runs
        What must not be copied, by intervals and by intervals with rhythm.
    trail : Trail, in/out
        What the part has played, to the notes to come; their onsets are known, pitches are
        written. Pitches are counted as those of ``line``.
    slip_share : float, 0..1
        0 forbids nothing.
    uniforms : (>= notes,) float64, 0..1
        The draws; those beyond one for each note are spare.
    tried : (notes, pitches) bool, scratch, all False
    out : (pitches,) float64, scratch
    choices : (notes,) int64, written in full
        How many pitches are welcome; where one has none, nothing is drawn.
    """
    notes, pitches = goals.weights.shape
    if not _count_choices(goals.weights, choices):
        return
    start = line.pitches.shape[0] - notes
    played = trail.pitches.shape[0] - notes
    for note in range(start):
        record(views, line, note, pitches, scratch.symbols)
    note = 0
    used = 0
    while note < notes:
        spare = uniforms.shape[0] - used > notes - note
        before = trail.pitches[played + note - 1] if played + note > 0 else NOTHING
        predict(tree, sources, views, line, start + note, 0, scratch, out)
        if spare:
            _drop_slips(out, slip_share)
        total = _welcome(goals, note, before, tried[note], out)
        if spare and not total > 0.0:
            tried[note, :] = False
            if note == 0:
                used = uniforms.shape[0] - notes  # no way without slips: let them through
            else:
                note -= 1
            continue
        drawn = _draw(out, uniforms[used]) if total > 0.0 else 0
        trail.pitches[played + note] = drawn
        if not total > 0.0 or _is_copy(tune, rhythm, trail, played + note):
            if spare:
                used += 1
                tried[note, drawn] = True
                continue
            drawn = _last_resort(tune, rhythm, trail, played + note, goals.weights[note], before)
            trail.pitches[played + note] = drawn
        used += 1
        tried[note, drawn] = True
        line.pitches[start + note] = drawn
        record(views, line, start + note, pitches, scratch.symbols)
        note += 1
