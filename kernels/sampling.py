"""Markov sampling: interpolated distributions from a context tree, and guided melodies.

Only sums, products, quotients and square roots are used, which IEEE 754 makes exact: the same
draws give the same melody on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

INTERVAL_BRANCH = 255  # of the tree of a melody
CONTEXT_STEPS = 8  # room for the longest context


class Tree(NamedTuple):
    """Statistics of every context that was learned.

    A context is a sequence of steps, the most telling first. Each row is one context, row 0 the
    empty one; the children of a row are the contexts one step longer, and lie side by side by
    rising step. A row's probability is its own shares plus its backoff times the probability of
    the row one step shorter; its shares and backoff sum to 1.
    """

    first_child: NDArray[
        np.int32
    ]  # (rows + 1,) children of r: first_child[r] to first_child[r + 1]
    child_step: NDArray[np.uint8]  # (rows,) the step that leads to a row from its parent
    first_entry: NDArray[np.int32]  # (rows + 1,) entries of r: first_entry[r] to first_entry[r + 1]
    symbols: NDArray[np.uint8]  # (entries,) what followed in this context
    shares: NDArray[np.float64]  # (entries,) 0..1
    backoffs: NDArray[np.float64]  # (rows,) 0..1


@fragment
def _find_child(tree: Tree, row: int, step: int) -> int:
    low, end = tree.first_child[row], tree.first_child[row + 1]
    high = end
    while low < high:
        middle = (low + high) // 2
        if tree.child_step[middle] < step:
            low = middle + 1
        else:
            high = middle
    return int(low) if low < end and tree.child_step[low] == step else -1


@kernel
def distribution(tree: Tree, context: Integers, steps: int, out: Doubles) -> None:
    """Interpolate the probability of every symbol after a context.

    Parameters
    ----------
    tree : Tree
        What was learned.
    context : (>= steps,) int64
        Steps from the root, the most telling first.
    steps : int
        How many steps of ``context`` count; unknown ones end the walk.
    out : (symbols,) float64, 0..1, written in full
        Probabilities that sum to 1; none is 0.

    Notes
    -----
    Interpolation as in S. Chen and J. Goodman, "An empirical study of smoothing techniques for
    language modeling", Computer Speech and Language 13, 1999.
    """
    for symbol in range(out.shape[0]):
        out[symbol] = 1.0 / out.shape[0]
    row = 0
    for k in range(steps):
        row = _find_child(tree, row, context[k])
        if row < 0:
            return
        backoff = tree.backoffs[row]
        for symbol in range(out.shape[0]):
            out[symbol] *= backoff
        for entry in range(tree.first_entry[row], tree.first_entry[row + 1]):
            symbol = tree.symbols[entry]
            if symbol < out.shape[0]:  # memory is safe even with a tree of another alphabet
                out[symbol] += tree.shares[entry]


@fragment
def _pitch_context(
    branch: int, condition: int, line: Integers, end: int, order: int, context: Integers
) -> int:
    context[0] = branch
    context[1] = condition
    steps = min(order, end)
    for k in range(steps):
        context[2 + k] = line[end - 1 - k]
    return 2 + steps


@fragment
def _interval_context(line: Integers, end: int, order: int, span: int, context: Integers) -> int:
    context[0] = INTERVAL_BRANCH
    steps = min(order, end - 1)
    for k in range(steps):
        context[1 + k] = line[end - 1 - k] - line[end - 2 - k] + span
    return 1 + steps


@kernel
def melody_distribution(
    tree: Tree,
    branch: int,
    order: int,
    condition: int,
    line: Integers,
    end: int,
    context: Integers,
    intervals: Doubles,
    out: Doubles,
) -> None:
    """Combine what pitches and what intervals say about the next note of a line.

    Parameters
    ----------
    tree : Tree
        Its branch ``branch`` predicts pitches from the condition and the pitches before, its
        branch `INTERVAL_BRANCH` predicts intervals from the intervals before.
    branch : int, >= 0
        Which line of thought on pitches.
    order : int, 1..CONTEXT_STEPS - 2
        Notes of the line that count.
    condition : int, 0..255
        What else is known of the next note.
    line : (>= end,) int64, 0..pitches - 1
        The line so far.
    end : int, >= 0
        Notes in the line.
    context : (CONTEXT_STEPS,) int64, scratch
    intervals : (2 * pitches - 1,) float64, scratch
    out : (pitches,) float64, 0..1, written in full
        Probabilities that sum to 1; none is 0.

    Notes
    -----
    Geometric mean with equal weights: D. Conklin and I. Witten, "Multiple viewpoint systems for
    music prediction", Journal of New Music Research, 1995.
    """
    steps = _pitch_context(branch, condition, line, end, order, context)
    distribution(tree, context, steps, out)
    if end == 0:
        return
    span = out.shape[0] - 1
    steps = _interval_context(line, end, order, span, context)
    distribution(tree, context, steps, intervals)
    total = 0.0
    for pitch in range(out.shape[0]):
        out[pitch] = np.sqrt(out[pitch] * intervals[pitch - line[end - 1] + span])
        total += out[pitch]
    for pitch in range(out.shape[0]):
        out[pitch] /= total


@kernel
def look_ahead(transitions: Doubles, weights: Doubles, out: Doubles) -> None:
    """Weigh each note by how well the goals after it can be reached from it.

    Parameters
    ----------
    transitions : (pitches, pitches) float64, > 0
        Probability of a pitch (column) after a pitch (row).
    weights : (notes, pitches) float64, >= 0
        Goals of each note; each row has a positive one.
    out : (notes, pitches) float64, 0..1, written in full
        Messages of an order-1 chain; the largest of each row is 1.
    """
    notes, pitches = weights.shape
    for pitch in range(pitches):
        out[notes - 1, pitch] = 1.0
    for note in range(notes - 2, -1, -1):
        largest = 0.0
        for pitch in range(pitches):
            total = 0.0
            for following in range(pitches):
                goal = weights[note + 1, following]
                if goal > 0.0:
                    total += transitions[pitch, following] * goal * out[note + 1, following]
            out[note, pitch] = total
            largest = max(largest, total)
        for pitch in range(pitches):
            out[note, pitch] /= largest


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


@kernel
def sample_melody(
    tree: Tree,
    branch: int,
    order: int,
    slip_share: float,
    conditions: Integers,
    weights: Doubles,
    messages: Doubles,
    uniforms: Doubles,
    start: int,
    context: Integers,
    intervals: Doubles,
    mass: Doubles,
    tried: NDArray[np.bool_],
    line: Integers,
) -> None:
    """Draw a melody that keeps to its goals and avoids slips while it can.

    A note less likely than ``slip_share`` of the likeliest is a slip. When only slips would meet
    the goals, the note before is drawn again; once the spare draws are used up, slips are let
    through, so the melody always ends.

    Parameters
    ----------
    tree, branch, order
        As in `melody_distribution`.
    slip_share : float, 0..1
        0 forbids nothing.
    conditions : (notes,) int64, 0..255
        What else is known of each note.
    weights : (notes, pitches) float64, >= 0
        Goals; 0 forbids a pitch, and each row has a positive one.
    messages : (notes, pitches) float64, > 0
        What `look_ahead` made of the goals.
    uniforms : (>= notes,) float64, 0..1
        The draws; those beyond one for each note are spare.
    start : int, >= 0
        Notes of ``line`` that are already there.
    context : (CONTEXT_STEPS,) int64, scratch
    intervals : (2 * pitches - 1,) float64, scratch
    mass : (pitches,) float64, scratch
    tried : (notes, pitches) bool, scratch, all False
    line : (start + notes,) int64, in/out
        The line; the new notes are written after the first ``start``.
    """
    notes, pitches = weights.shape
    note = 0
    used = 0
    while note < notes:
        spare = uniforms.shape[0] - used > notes - note
        melody_distribution(
            tree, branch, order, conditions[note], line, start + note, context, intervals, mass
        )
        if spare:
            _drop_slips(mass, slip_share)
        total = 0.0
        for pitch in range(pitches):
            mass[pitch] *= weights[note, pitch] * messages[note, pitch]
            if spare and tried[note, pitch]:
                mass[pitch] = 0.0
            total += mass[pitch]
        if spare and not total > 0.0:
            tried[note, :] = False
            if note == 0:
                used = uniforms.shape[0] - notes  # no way without slips: let them through
            else:
                note -= 1
            continue
        if not total > 0.0:
            mass[:] = weights[note]  # too unlikely for float64: the goals alone decide
        drawn = _draw(mass, uniforms[used])
        used += 1
        tried[note, drawn] = True
        line[start + note] = drawn
        note += 1
