"""What all viewpoints say about a whole line, for those who train models and prepare chains."""

from __future__ import annotations

from kernels._jit import kernel
from kernels._types import Doubles, Longs
from kernels.logarithms import exp2
from kernels.predicting import multiply
from kernels.recalling import ask_line
from kernels.sampling import Tree
from kernels.viewpoints import (
    EVERY_VIEW,
    UNDEFINED,
    Line,
    Scratch,
    Sources,
    Span,
    Views,
    ask_corpus,
    base_of,
    forget,
    record,
    set_out,
    walk,
)


@kernel
def view_line(
    tree: Tree,
    sources: Sources,
    views: Views,
    line: Line,
    scratch: Scratch,
    long_depths: Longs,
    short_depths: Longs,
    long_out: Doubles,
    short_out: Doubles,
) -> None:
    """Ask every view about every note of a line, each note knowing those before it alone.

    Parameters
    ----------
    tree, sources, views, line, scratch
        As described there; the pitches of the line are all known.
    long_depths, short_depths : (views, notes) int64, written in full
        How deep a context each view recognised; -1 where it had nothing to say.
    long_out, short_out : (views, notes, size) float64, > 0, written in full
        Probability of each pitch, up to a factor.
    """
    size = long_out.shape[2]
    span = Span(0, size)
    forget(scratch.past)
    set_out(tree, sources, views, scratch)
    for note in range(line.pitches.shape[0]):
        for view in range(len(views.kinds)):
            base = base_of(views.kinds[view], line, note, size)
            long_depths[view, note] = short_depths[view, note] = UNDEFINED
            long_out[view, note] = short_out[view, note] = 1.0
            if base >= 0:
                walk(tree, sources, views, line, 1 << view, note, span, scratch)
                long_depths[view, note] = ask_corpus(tree, sources, view, base, span, scratch)
                for pitch in range(size):
                    long_out[view, note, pitch] = scratch.mixed[pitch]
                short_depths[view, note] = ask_line(view, note, base, span, scratch)
                for pitch in range(size):
                    short_out[view, note, pitch] = scratch.mixed[pitch]
        record(views, line, note, scratch, EVERY_VIEW, EVERY_VIEW)


@kernel
def step_chain(
    tree: Tree, sources: Sources, views: Views, line: Line, scratch: Scratch, out: Doubles
) -> None:
    """Predict the last note of a line from the corpus, after each pitch the one before may have.

    Parameters
    ----------
    tree, sources, views, scratch
        As described there.
    line : Line, in/out
        At least two notes; the last pitch but one is written.
    out : (size, size) float64, written in full
        Rows by the last pitch but one, columns by the last; rows sum to 1.
    """
    size, last = out.shape[0], line.pitches.shape[0] - 1
    span = Span(0, size)
    set_out(tree, sources, views, scratch)
    for before in range(size):
        line.pitches[last - 1] = before
        for note in range(last):
            record(views, line, note, scratch, EVERY_VIEW, 0)
        told = scratch.past.alike[0]
        for pitch in range(size):
            told[pitch] = 0.0
        for view in range(len(views.kinds)):
            base = base_of(views.kinds[view], line, last, size)
            if base >= 0:
                walk(tree, sources, views, line, 1 << view, last, span, scratch)
                depth = ask_corpus(tree, sources, view, base, span, scratch)
                multiply(views.alone[view, depth], scratch.mixed, span, told)
        total = 0.0
        for pitch in range(size):
            out[before, pitch] = exp2(told[pitch])
            total += out[before, pitch]
        for pitch in range(size):
            out[before, pitch] /= total
