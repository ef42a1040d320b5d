"""Comping: the patterns that a style has for its chords, and how long they are held."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.patterns import Book, book_of, step_table
from genmusic.composition.plan import Plan
from genmusic.composition.style_tables import of_style
from genmusic.rules import Style
from kernels import voicings
from kernels.voicings import CompTask

Integers = NDArray[np.int64]

SIGNS = "x123456Btdu"  # as `kernels.voicings.WHOLE` and the others are numbered
HOLDS = {"step": voicings.STEP, "next": voicings.NEXT, "chord": voicings.CHORD}
LAST_BAR = "x..."  # a piece ends on one chord


class Strokes(NamedTuple):
    """A bar of comping."""

    table: Integers  # (strokes, 2) ticks and signs
    task: CompTask


NO_STROKES = Strokes(np.empty((0, 2), np.int64), CompTask(voicings.NEXT, 0))


def comp_strokes(plan: Plan, draw: float) -> Strokes:
    """The strokes of the bar, none where the style has none for it."""
    found = patterns_of(plan.style).find(plan.metre.name, plan.density, draw)
    if found is None:
        return NO_STROKES
    return _strokes(LAST_BAR, "next", plan.bar_ticks) if plan.ends_piece else found


@of_style
def patterns_of(style: Style) -> Book[Strokes]:
    """The patterns of a style as tables."""
    hold = style.comp.hold
    return book_of(style.comp.patterns, lambda one, ticks: _strokes(one.steps, hold, ticks))


def _strokes(steps: str, hold: str, bar_ticks: int) -> Strokes:
    step_ticks = min(voicings.LONGEST_STEP_TICKS, bar_ticks // len(steps))
    return Strokes(step_table(steps, SIGNS, bar_ticks), CompTask(HOLDS[hold], step_ticks))
