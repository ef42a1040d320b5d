"""Multiple viewpoints of a line: what the corpus and the line itself say about its next note.

A viewpoint sees each note as a symbol (its pitch, its interval from the note before, or from the
first note of its phrase) linked to features such as metre or duration, and knows a condition of
the note to come. Each asks a long-term tree, grown from a corpus, and a short-term model, counted
from the line so far; their answers are combined as a weighted geometric mean, and how much each
weighs depends on how long a context it has recognised.

Only sums, products, quotients and bits are used, which are the same on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Doubles, Longs
from kernels.logarithms import exp2, log2
from kernels.memory import prefetch
from kernels.sampling import Tree, expect_at, find_child

PITCH, INTERVAL, ARC = range(3)
"""What a view calls a note: its pitch, its interval from the note before or from the phrase's."""

DEPTHS = 8  # 0 nothing known, 1 the condition, then notes of context
SHORT_DEPTH = 5  # of the short-term model: three notes of context
SHORT_DISCOUNT, SHORT_STRENGTH = 0.5, 1.0  # settled on chorales and songs, see docs/model.md
MEMORY = 12  # notes; a line says little before it has so many
SYMBOLS = 256  # that a byte can tell apart
UNDEFINED = -1
EVERY_VIEW = -1  # as a mask


class Views(NamedTuple):
    """The viewpoints, a row each."""

    kinds: Longs  # (views,) PITCH, INTERVAL or ARC
    orders: Longs  # (views,) notes of context, 0..DEPTHS - 2
    fans: Longs  # (views,) how many links there are
    # Weights (views, DEPTHS) >= 0, by depth of the context recognised:
    alone: Doubles  # of the corpus while fewer than `MEMORY` notes came before,
    corpus: Doubles  # of the corpus from then on,
    line: Doubles  # and of the line


class Line(NamedTuple):
    """Notes as the views see them; the pitches of those to come are written while sampling."""

    pitches: Longs  # (notes,) 0..size - 1
    anchors: Longs  # (notes,) number of the note that begins the phrase
    reach: Longs  # (notes,) notes before it that are its context
    conditions: Longs  # (views, notes) >= 0
    links: Longs  # (views, notes) 0..fan - 1


class Sources(NamedTuple):
    """The models that are mixed: where each begins in the tree, and its share."""

    roots: Longs  # (models,) rows
    shares: Doubles  # (models,) that sum to 1


class Scratch(NamedTuple):
    """Room to work in."""

    symbols: Longs  # (views, notes) of the notes so far
    mixed: Doubles  # (size,)
    sums: Doubles  # (size + SYMBOLS,) of shares; a pitch stands ``size`` behind its own place
    paths: Longs  # (views * models, 1 + DEPTHS) how many rows of the tree a context has, and those
    counts: Doubles  # (SHORT_DEPTH, size)


class Span(NamedTuple):
    """The pitches that are asked about; of the others nothing is read or written."""

    low: int
    high: int  # not itself among them


@fragment
def base_of(kind: int, line: Line, note: int, size: int) -> int:
    """What is added to a pitch to give the view's symbol; `UNDEFINED` where it has none."""
    if kind == PITCH:
        return 0
    if kind == INTERVAL:
        return int(size - 1 - line.pitches[note - 1]) if line.reach[note] > 0 else UNDEFINED
    anchor = line.anchors[note]
    return int(size - 1 - line.pitches[anchor]) if anchor < note else UNDEFINED


@fragment
def record(
    views: Views, line: Line, note: int, size: int, symbols: Longs, mask: int = EVERY_VIEW
) -> None:
    """Note down how each view of a mask calls a note whose pitch is known."""
    for view in range(len(views.kinds)):
        if not mask >> view & 1:
            continue
        base = base_of(views.kinds[view], line, note, size)
        symbols[view, note] = line.pitches[note] + base if base >= 0 else UNDEFINED


@fragment
def _speakers(weights: Doubles) -> int:
    """The views that have any weight, a bit each."""
    mask = 0
    for view in range(weights.shape[0]):
        if _speaks(weights, view):
            mask |= 1 << view
    return mask


@fragment
def listening(views: Views) -> int:
    """The views that listen to the line itself, a bit each."""
    return _speakers(views.line)


@fragment
def _step(views: Views, line: Line, symbols: Longs, view: int, note: int, depth: int) -> int:
    """The step of a context at a depth from 1: the condition, then the notes backwards."""
    if depth == 1:
        return int(line.conditions[view, note])
    back = depth - 1
    if back > line.reach[note] or symbols[view, note - back] < 0:
        return UNDEFINED
    step = symbols[view, note - back] * views.fans[view] + line.links[view, note - back]
    return int(step)


@fragment
def _add_row(tree: Tree, row: int, base: int, factor: float, sums: Doubles) -> None:
    """Add what followed in a context; all of it, as asking for each whether it counts is dearer."""
    for entry in range(tree.rows[row]["first_entry"], tree.rows[row + 1]["first_entry"]):
        sums[tree.symbols[entry] + base] += factor * tree.shares[entry]


@fragment
def _expect(tree: Tree, paths: Longs, length: int) -> None:
    """Ask for what will be read of the rows that paths of a length have come to."""
    for number in range(len(paths)):
        if paths[number, 0] == length:
            expect_at(tree, paths[number, length])


@fragment
def walk(
    tree: Tree, sources: Sources, views: Views, line: Line, mask: int, note: int, scratch: Scratch
) -> None:
    """Follow the context of a note through each model, for the views of a mask.

    All go a step at a time, one after the other, and each asks for what it will read next: trees
    lie outside the cache, and nobody has to wait for a single answer.
    """
    models, paths = len(sources.roots), scratch.paths
    for view in range(len(views.kinds)):
        for model in range(models):
            row = find_child(tree, sources.roots[model], view) if mask >> view & 1 else -1
            paths[view * models + model, 0] = 1 if row >= 0 else 0
            paths[view * models + model, 1] = row
    for depth in range(1, DEPTHS):
        goes_on = False
        for view in range(len(views.kinds)):
            step = UNDEFINED
            if mask >> view & 1 and depth <= views.orders[view] + 1:
                step = _step(views, line, scratch.symbols, view, note, depth)
            for model in range(models if step >= 0 else 0):
                path = paths[view * models + model]
                row = find_child(tree, path[depth], step) if path[0] == depth else -1
                if row >= 0:
                    path[0], path[1 + depth] = 1 + depth, row
                    prefetch(tree.rows, row)
                    goes_on = True
        if not goes_on:
            break
        _expect(tree, paths[: len(views.kinds) * models], 1 + depth)


@fragment
def ask_corpus(
    tree: Tree, sources: Sources, view: int, base: int, span: Span, scratch: Scratch
) -> int:
    """What the mixed models say, in ``scratch.mixed``; returns the deepest context known.

    A view has followed its context before.
    """
    size, models, sums = scratch.mixed.shape[0], len(sources.roots), scratch.sums
    own, count = sums[size + span.low : size + span.high], span.high - span.low
    for n in range(count):
        own[n] = 0.0
    deepest = 0
    for model in range(models):
        path = scratch.paths[view * models + model]
        factor, back = sources.shares[model], path[0]  # the longest context counts first, and whole
        while back > 0 and tree.rows[path[back]]["spread"] == 0:
            _add_row(tree, path[back], size - base, factor, sums)
            factor *= tree.rows[path[back]]["backoff"]
            back -= 1
        if back > 0:
            spread = tree.spreads[tree.rows[path[back]]["spread"], base + span.low :]
            for n in range(count):
                own[n] += factor * spread[n]
        else:
            for n in range(count):
                own[n] += factor / size
        deepest = max(deepest, path[0] - 1)
    mixed = scratch.mixed[span.low : span.high]
    for n in range(count):
        mixed[n] = own[n]
    return deepest


@fragment
def _likeness(views: Views, line: Line, symbols: Longs, view: int, then: int, now: int) -> int:
    """How deep the contexts of two notes are alike."""
    for depth in range(1, SHORT_DEPTH):
        step = _step(views, line, symbols, view, now, depth)
        if step < 0 or step != _step(views, line, symbols, view, then, depth):
            return depth - 1
    return SHORT_DEPTH - 1


@fragment
def _count_alike(
    views: Views,
    line: Line,
    view: int,
    note: int,
    first: int,
    base: int,
    symbols: Longs,
    counts: Doubles,
) -> int:
    """Count what came after contexts like that of a note, by how deep they are alike.

    Returns the deepest; ``counts`` is written in full.
    """
    size, deepest = counts.shape[1], -1
    for depth in range(SHORT_DEPTH):
        row = counts[depth]
        for pitch in range(size):
            row[pitch] = 0.0
    for then in range(first, note):
        pitch = symbols[view, then] - base
        if symbols[view, then] >= 0 and 0 <= pitch < size:
            depth = _likeness(views, line, symbols, view, then, note)
            deepest = max(deepest, depth)
            counts[depth, pitch] += 1.0
    for depth in range(deepest - 1, -1, -1):  # who is alike in much is alike in less
        row, longer = counts[depth], counts[depth + 1]
        for pitch in range(size):
            row[pitch] += longer[pitch]
    return deepest


@fragment
def ask_line(
    views: Views,
    line: Line,
    view: int,
    note: int,
    first: int,
    base: int,
    span: Span,
    scratch: Scratch,
) -> int:
    """What the line so far says, in ``scratch.mixed``; returns the deepest context that recurs."""
    counts, out = scratch.counts, scratch.mixed
    size = out.shape[0]
    deepest = _count_alike(views, line, view, note, first, base, scratch.symbols, counts)
    asked = out[span.low : span.high]
    for n in range(len(asked)):
        asked[n] = 1.0 / size
    for depth in range(deepest + 1):
        total, kinds = 0, 0
        row = counts[depth]
        for pitch in range(size):
            total += int(row[pitch])
            kinds += 1 if row[pitch] > 0.0 else 0
        whole = 1.0 / (total + SHORT_STRENGTH)
        backoff = (SHORT_DISCOUNT * kinds + SHORT_STRENGTH) * whole
        seen = row[span.low : span.high]
        for n in range(len(asked)):
            own = max(seen[n] - SHORT_DISCOUNT, 0.0) * whole
            asked[n] = own + backoff * asked[n]
    return deepest


@fragment
def predict(
    tree: Tree,
    sources: Sources,
    views: Views,
    line: Line,
    note: int,
    first: int,
    span: Span,
    scratch: Scratch,
    out: Doubles,
) -> None:
    """Probabilities of a span of pitches, up to a factor: the largest is 1."""
    size = out.shape[0]
    for pitch in range(span.low, span.high):
        out[pitch] = 0.0
    remembers = note - first >= MEMORY
    weights = views.corpus if remembers else views.alone
    asked = _speakers(weights)
    walk(tree, sources, views, line, asked, note, scratch)
    for view in range(len(views.kinds)):
        base = base_of(views.kinds[view], line, note, size)
        if base < 0:
            continue
        if asked >> view & 1:
            depth = ask_corpus(tree, sources, view, base, span, scratch)
            multiply(weights[view, depth], scratch.mixed, span, out)
        if remembers and _speaks(views.line, view):
            depth = ask_line(views, line, view, note, first, base, span, scratch)
            if depth >= 0:
                multiply(views.line[view, depth], scratch.mixed, span, out)
    _raise(span, out)


@fragment
def _raise(span: Span, out: Doubles) -> None:
    """From logarithms to shares of the likeliest."""
    most, asked = -np.inf, out[span.low : span.high]
    for n in range(len(asked)):
        most = max(most, asked[n])
    for n in range(len(asked)):
        asked[n] = exp2(max(asked[n] - most, -900.0))


@fragment
def _speaks(weights: Doubles, view: int) -> bool:
    """Whether a view has any weight."""
    most = 0.0
    for depth in range(DEPTHS):
        most = max(most, weights[view, depth])
    return most > 0.0


@fragment
def multiply(weight: float, factor: Doubles, span: Span, out: Doubles) -> None:
    """Add the logarithm of what one says, by its weight."""
    if weight > 0.0:
        own, asked = factor[span.low : span.high], out[span.low : span.high]
        for n in range(len(asked)):
            asked[n] += weight * log2(own[n])
