"""Multiple viewpoints of a line: what the corpus says about its next note.

A viewpoint sees each note as a symbol (its pitch, its interval from the note before, or from the
first note of its phrase) linked to features such as metre or duration, and knows a condition of
the note to come. Each asks a long-term tree, grown from a corpus, and a short-term model, counted
from the line so far (`kernels.recalling`); `kernels.predicting` combines their answers.

Only sums, products, quotients and bits are used, which are the same on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Doubles, Floats, Ints, Longs
from kernels.memory import prefetch
from kernels.sampling import Tree, expect_at, find_child
from kernels.simd import LANES, fma, load, splat, store

PITCH, INTERVAL, ARC = range(3)
"""What a view calls a note: its pitch, its interval from the note before or from the phrase's."""

DEPTHS = 8  # 0 nothing known, 1 the condition, then notes of context
SHORT_DEPTH = 5  # of the short-term model: three notes of context
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
    alone: Doubles  # of the corpus while the line is short,
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


class Past(NamedTuple):
    """The line so far, as it is looked through for contexts like that of a note."""

    codes: Ints  # (3, views, PAST + notes + LANES) symbols, steps and conditions
    reach: Ints  # (PAST + notes + LANES,)
    heard: Floats  # (views, SYMBOLS + LANES) how often each symbol was heard
    alike: Floats  # (SHORT_DEPTH, size + LANES) how often after a context alike so deep
    found: Longs  # (SHORT_DEPTH,) how many contexts were


OF_SYMBOL, OF_STEP, OF_CONDITION = range(3)
"""Rows of the codes of a `Past`."""
PAST = 4  # places before the first note, which looking back may read


class Scratch(NamedTuple):
    """Room to work in."""

    size: int  # pitches
    symbols: Longs  # (views, notes) of the notes so far
    mixed: Floats  # (size + LANES,)
    sums: Floats  # (size + SYMBOLS + LANES,) of shares; a pitch stands ``size`` behind its place
    steps: Longs  # (views, 1 + DEPTHS) of a context, by depth from 1; `UNDEFINED` where it ends
    paths: Longs  # (views * models, 1 + DEPTHS) how many rows of the tree a context has, and those
    past: Past


class Span(NamedTuple):
    """The pitches that are asked about; of others what is written means nothing."""

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
def forget(past: Past) -> None:
    """Begin a line: nothing was heard."""
    for view in range(past.heard.shape[0]):
        for symbol in range(0, SYMBOLS, LANES):
            store(past.heard[view], symbol, splat(f32(0.0)))


@fragment
def record(
    views: Views, line: Line, note: int, scratch: Scratch, mask: int, listening: int
) -> None:
    """Note down how each view of a mask calls a note whose pitch is known.

    Those that listen to the line also keep what they will look for.
    """
    past = scratch.past
    past.reach[PAST + note] = i32(line.reach[note])
    for view in range(len(views.kinds)):
        if not mask >> view & 1:
            continue
        base = base_of(views.kinds[view], line, note, scratch.size)
        symbol = line.pitches[note] + base if base >= 0 else UNDEFINED
        scratch.symbols[view, note] = symbol
        if listening >> view & 1:
            step = symbol * views.fans[view] + line.links[view, note] if base >= 0 else UNDEFINED
            past.codes[OF_SYMBOL, view, PAST + note] = i32(symbol)
            past.codes[OF_STEP, view, PAST + note] = i32(step)
            past.codes[OF_CONDITION, view, PAST + note] = i32(line.conditions[view, note])
            if base >= 0:
                past.heard[view, symbol] += f32(1.0)


@fragment
def take_back(past: Past, note: int, listening: int) -> None:
    """Let a note be unheard, which is about to be another."""
    for view in range(past.heard.shape[0]):
        symbol = past.codes[OF_SYMBOL, view, PAST + note]
        if listening >> view & 1 and symbol >= 0:
            past.heard[view, symbol] -= f32(1.0)


@fragment
def lay_context(views: Views, line: Line, view: int, note: int, scratch: Scratch) -> None:
    """Note down the steps of a context: the condition, then the notes backwards."""
    steps, symbols = scratch.steps[view], scratch.symbols[view]
    steps[1] = line.conditions[view, note]
    known, fan = min(line.reach[note], DEPTHS - 2), views.fans[view]
    for back in range(1, DEPTHS):
        symbol = symbols[note - back] if back <= known else UNDEFINED
        step = symbol * fan + line.links[view, note - back] if symbol >= 0 else UNDEFINED
        steps[1 + back] = step
        if symbol < 0:
            break


@fragment
def set_out(tree: Tree, sources: Sources, views: Views, scratch: Scratch) -> None:
    """Find the row of each view in each model, from which all contexts go on."""
    for view in range(len(views.kinds)):
        for model in range(len(sources.roots)):
            path = scratch.paths[view * len(sources.roots) + model]
            path[1] = find_child(tree, sources.roots[model], view)


@fragment
def _begin(views: Views, line: Line, models: int, mask: int, note: int, scratch: Scratch) -> None:
    """Lay the contexts of a note, whose paths have come to the rows of their views."""
    for view in range(len(views.kinds)):
        asked = mask >> view & 1 > 0
        if asked:
            lay_context(views, line, view, note, scratch)
        for model in range(models):
            path = scratch.paths[view * models + model]
            path[0] = 1 if asked and path[1] >= 0 else 0


@fragment
def _go_on(tree: Tree, models: int, view: int, depth: int, scratch: Scratch) -> bool:
    """Take the step at a depth in each model; whether any knows it."""
    step, found = scratch.steps[view, depth], False
    for model in range(models if step >= 0 else 0):
        path = scratch.paths[view * models + model]
        row = find_child(tree, path[depth], step) if path[0] == depth else -1
        if row >= 0:
            path[0], path[1 + depth], found = 1 + depth, row, True
            prefetch(tree.rows, row)
    return found


@fragment
def _expect(
    tree: Tree, models: int, view: int, depth: int, base: int, span: Span, scratch: Scratch
) -> None:
    """Ask for what will be read of the rows to which the paths of a view have come."""
    step = max(scratch.steps[view, depth], 0)
    for model in range(models):
        path = scratch.paths[view * models + model]
        if path[0] == depth:
            expect_at(tree, path[depth], step, base + span.low, base + span.high)


@fragment
def walk(
    tree: Tree,
    sources: Sources,
    views: Views,
    line: Line,
    mask: int,
    note: int,
    span: Span,
    scratch: Scratch,
) -> None:
    """Follow the context of a note through each model, for the views of a mask.

    All go a step at a time, one after the other, and each asks for what it will read next: trees
    lie outside the cache, and nobody has to wait for a single answer. They have `set_out` before.
    """
    models, asked = len(sources.roots), mask
    _begin(views, line, models, mask, note, scratch)
    for depth in range(1, DEPTHS):
        found = 0
        for view in range(len(views.kinds)):
            goes_on = asked >> view & 1 > 0 and depth <= views.orders[view] + 1
            if goes_on and _go_on(tree, models, view, depth, scratch):
                found |= 1 << view
        for view in range(len(views.kinds)):
            if found >> view & 1:
                base = base_of(views.kinds[view], line, note, scratch.size)
                _expect(tree, models, view, 1 + depth, base, span, scratch)
        if found == 0:
            break
        asked = found


@fragment
def _add_row(tree: Tree, row: int, base: int, factor: float, sums: Floats) -> None:
    """Add what followed in a context; all of it, as asking for each whether it counts is dearer."""
    for entry in range(tree.rows[row]["first_entry"], tree.rows[row + 1]["first_entry"]):
        sums[tree.symbols[entry] + base] += factor * tree.shares[entry]


@fragment
def _add_spread(tree: Tree, row: int, base: int, factor: float, span: Span, mixed: Floats) -> None:
    """Add what all symbols after a context were worked out to be."""
    told = tree.spreads[tree.rows[row]["spread"]]
    for pitch in range(span.low, span.high, LANES):
        store(mixed, pitch, fma(splat(factor), load(told, base + pitch), load(mixed, pitch)))


@fragment
def ask_corpus(
    tree: Tree, sources: Sources, view: int, base: int, span: Span, scratch: Scratch
) -> int:
    """What the mixed models say, in ``scratch.mixed``; returns the deepest context known.

    A view has followed its context before.
    """
    size, models, sums = scratch.size, len(sources.roots), scratch.sums
    for pitch in range(span.low, span.high, LANES):
        store(sums, size + pitch, splat(f32(0.0)))
        store(scratch.mixed, pitch, splat(f32(0.0)))
    deepest, even = 0, f32(0.0)
    for model in range(models):
        path = scratch.paths[view * models + model]
        factor, back = f32(sources.shares[model]), path[0]  # the longest counts first, and whole
        while back > 0 and tree.rows[path[back]]["spread"] == 0:
            _add_row(tree, path[back], size - base, factor, sums)
            factor *= tree.rows[path[back]]["backoff"]
            back -= 1
        if back > 0:
            _add_spread(tree, path[back], base, factor, span, scratch.mixed)
        else:
            even += factor / f32(size)
        deepest = max(deepest, path[0] - 1)
    for pitch in range(span.low, span.high, LANES):
        told = load(scratch.mixed, pitch) + load(sums, size + pitch)
        store(scratch.mixed, pitch, told + splat(even))
    return deepest
