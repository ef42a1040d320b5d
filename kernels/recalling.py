"""Recalling: what a line so far says about its next note, by contexts that were like its own.

A note's context is its condition, then the notes before it (`kernels.viewpoints`). How often each
pitch came after contexts alike so deep is counted anew for each note, sixteen notes of the line
abreast; what came after any context at all is counted as the line goes on.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Floats, Longs
from kernels.masks import count_bits, lanes_alike, lanes_below, lanes_under, lowest_bit
from kernels.simd import LANES, fma, greater_of, load, load_int, splat, splat_int, store
from kernels.viewpoints import (
    OF_CONDITION,
    OF_STEP,
    OF_SYMBOL,
    PAST,
    SHORT_DEPTH,
    UNDEFINED,
    Past,
    Scratch,
    Span,
)

DISCOUNT, STRENGTH = 0.5, 1.0  # settled on chorales and songs, see docs/model.md


@fragment
def _search(
    past: Past, wanted: Longs, view: int, note: int, base: int, size: int, found: Longs
) -> None:
    """Find the contexts like one, and count what came after them."""
    symbols, steps = past.codes[OF_SYMBOL, view], past.codes[OF_STEP, view]
    conditions = past.codes[OF_CONDITION, view]
    lowest, many = splat_int(i32(base)), splat_int(i32(size))
    nothing = splat_int(i32(0))
    condition = splat_int(i32(wanted[1]))
    for first in range(0, note, LANES):
        place = PAST + first
        inside = (1 << min(note - first, LANES)) - 1
        named = lanes_under(load_int(symbols, place) + (nothing - lowest), many) & inside
        found[0] += count_bits(named)
        alike = named & lanes_alike(load_int(conditions, place), condition)
        depth = 1
        while alike != 0:
            found[depth] += count_bits(alike)
            _count(alike, symbols, place, base, past.alike[depth])
            if depth == SHORT_DEPTH - 1 or wanted[depth + 1] == UNDEFINED:
                break
            steps_then = load_int(steps, place - depth)
            alike &= lanes_alike(steps_then, splat_int(i32(wanted[depth + 1])))
            alike &= ~lanes_under(load_int(past.reach, place), splat_int(i32(depth)))
            depth += 1


@fragment
def _count(lanes: int, symbols: Longs, place: int, base: int, counts: Floats) -> None:
    """Count the pitches of some notes."""
    while lanes != 0:
        counts[symbols[place + lowest_bit(lanes)] - base] += f32(1.0)
        lanes &= lanes - 1


@fragment
def _kinds(counts: Floats, base: int, size: int) -> int:
    """How many pitches were counted at all."""
    kinds = 0
    for pitch in range(0, size, LANES):
        inside = (1 << min(size - pitch, LANES)) - 1
        kinds += count_bits(lanes_below(splat(f32(0.0)), load(counts, base + pitch)) & inside)
    return kinds


@fragment
def _blend(counts: Floats, base: int, size: int, total: int, span: Span, out: Floats) -> None:
    """Let what came after one kind of context speak before what shorter ones say."""
    whole = 1.0 / (total + STRENGTH)
    backoff = (DISCOUNT * _kinds(counts, base, size) + STRENGTH) * whole
    discount, share = splat(f32(DISCOUNT)), splat(f32(whole))
    for pitch in range(span.low, span.high, LANES):
        own = greater_of(load(counts, base + pitch) - discount, splat(f32(0.0)))
        store(out, pitch, fma(splat(f32(backoff)), load(out, pitch), own * share))


@fragment
def ask_line(view: int, note: int, base: int, span: Span, scratch: Scratch) -> int:
    """What the line so far says, in ``scratch.mixed``; returns the deepest context that recurs.

    That is -1 where nothing was heard that the view could say again. The steps of the context are
    known from `viewpoints.lay_context`.
    """
    past, size, found = scratch.past, scratch.size, scratch.past.found
    for depth in range(SHORT_DEPTH):
        found[depth] = 0
        for pitch in range(0, size, LANES):
            store(past.alike[depth], pitch, splat(f32(0.0)))
    _search(past, scratch.steps[view], view, note, base, size, found)
    for pitch in range(span.low, span.high, LANES):
        store(scratch.mixed, pitch, splat(f32(1.0 / size)))
    deepest = -1
    while deepest < SHORT_DEPTH - 1 and found[deepest + 1] > 0:
        deepest += 1
        if deepest == 0:
            _blend(past.heard[view], base, size, found[0], span, scratch.mixed)
        else:
            _blend(past.alike[deepest], 0, size, found[deepest], span, scratch.mixed)
    return deepest
