"""Predicting: the pitch of the next note, from what all viewpoints say about it.

Their answers are combined as a weighted geometric mean, and how much each weighs depends on how
long a context it has recognised.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats
from kernels.polynomials import exp2, log2
from kernels.recalling import ask_line
from kernels.sampling import Tree
from kernels.simd import (
    LANES,
    fma,
    greater_of,
    lane_numbers,
    largest_lane,
    load,
    splat,
    store,
    where_less,
)
from kernels.viewpoints import (
    MEMORY,
    Line,
    Scratch,
    Sources,
    Span,
    Views,
    ask_corpus,
    base_of,
    walk,
)

FAINTEST = -59.0  # octaves below the likeliest


class Speakers(NamedTuple):
    """The views that have any weight, a bit each."""

    alone: int
    corpus: int
    line: int


@fragment
def predict(
    tree: Tree,
    sources: Sources,
    views: Views,
    heeded: Speakers,
    line: Line,
    note: int,
    span: Span,
    scratch: Scratch,
    out: Floats,
) -> None:
    """Probabilities of a span of pitches, up to a factor: the largest is 1."""
    for pitch in range(span.low, span.high, LANES):
        store(out, pitch, splat(f32(0.0)))
    remembers = note >= MEMORY
    weights = views.corpus if remembers else views.alone
    asked = heeded.corpus if remembers else heeded.alone
    walk(tree, sources, views, line, asked, note, span, scratch)
    for view in range(len(views.kinds)):
        base = base_of(views.kinds[view], line, note, scratch.size)
        if base < 0:
            continue
        if asked >> view & 1:
            depth = ask_corpus(tree, sources, view, base, span, scratch)
            multiply(weights[view, depth], scratch.mixed, span, out)
        if remembers and heeded.line >> view & 1:
            depth = ask_line(view, note, base, span, scratch)
            if depth >= 0:
                multiply(views.line[view, depth], scratch.mixed, span, out)
    _raise(span, out)


@fragment
def _raise(span: Span, out: Floats) -> None:
    """From logarithms to shares of the likeliest."""
    most, least = splat(f32(-np.inf)), splat(f32(-np.inf))
    for pitch in range(span.low, span.high, LANES):
        rest = splat(f32(span.high - pitch))
        most = greater_of(most, where_less(lane_numbers(), rest, load(out, pitch), least))
    most = splat(largest_lane(most))
    for pitch in range(span.low, span.high, LANES):
        told = greater_of(load(out, pitch) - most, splat(f32(FAINTEST)))
        store(out, pitch, exp2(told))


@fragment
def multiply(weight: float, factor: Floats, span: Span, out: Floats) -> None:
    """Add the logarithm of what one says, by its weight."""
    if weight > 0.0:
        for pitch in range(span.low, span.high, LANES):
            store(out, pitch, fma(splat(f32(weight)), log2(load(factor, pitch)), load(out, pitch)))
