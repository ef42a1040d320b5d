"""Bass: the patterns that a style has for it, and what a bar asks of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.patterns import Book, book_of, step_table
from genmusic.composition.plan import Plan
from genmusic.composition.style_tables import of_style
from genmusic.composition.theory import FIFTH, OCTAVE, nearest_pitch
from genmusic.rules import Style
from kernels.basslines import BassTask

Integers = NDArray[np.int64]

SIGNS = "R3578ac"  # as `kernels.basslines.OF_CHORD` and the others are numbered
LAST_BAR = "R..."  # a piece ends on one root
NO_STEPS = np.empty((0, 2), np.int64)
# Semitones that the third in the bass costs a style that prefers roots, and is worth to one that
# wants a smooth line, where the mood is at rest.
INVERSION_COST, INVERSION_WORTH = 2.6, 1.4
UNREST = 0.6  # what full dissonance adds to the wish for a smooth line, as a share of it


def bass_steps(plan: Plan, draw: float) -> Integers:
    """The steps of the bar, none where the style has none for it."""
    if plan.ends_piece and plan.style.bass.patterns:
        return step_table(LAST_BAR, SIGNS, plan.bar_ticks)
    found = patterns_of(plan.style).find(plan.metre.name, plan.density, draw)
    return NO_STEPS if found is None else found


@of_style
def patterns_of(style: Style) -> Book[Integers]:
    """The patterns of a style as tables."""
    return book_of(style.bass.patterns, lambda one, ticks: step_table(one.steps, SIGNS, ticks))


def bass_task(plan: Plan) -> BassTask:
    """How the bass goes under the chords of the bar."""
    walking = plan.style.bass.walking
    return BassTask(
        walking < 1.0 and plan.density >= walking and not plan.ends_piece,
        plan.metre.pulse_ticks,
        _pedal(plan),
        _inversion_cost(plan),
    )


def _inversion_cost(plan: Plan) -> float:
    """What the third in the bass costs; a chord upside down is a chord that wants to go on."""
    asked = plan.style.harmony.inversions * (1.0 + UNREST * plan.parameters.dissonance)
    return INVERSION_COST - (INVERSION_COST + INVERSION_WORTH) * min(1.0, asked)


def _pedal(plan: Plan) -> int:
    """The note that a section holds under its chords, -1 if it does not."""
    section = plan.section_rules
    if section.pedal == "none" or plan.ends_section or "bass" not in plan.style.parts:
        return -1
    part = plan.style.parts["bass"]
    step = FIFTH if section.pedal == "dominant" else 0
    middle = (part.low + part.high) / 2.0
    return nearest_pitch((plan.key.tonic + step) % OCTAVE, middle, part.low, part.high)
