"""Performance: written notes become played ones, with touch, accents and loose timing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.place import Place
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.units import TICKS_PER_BEAT
from kernels import playing
from kernels.handles import Layout

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

ACCENT_VELOCITY = 14.0  # of an accent that a pattern writes
PEAK = 0.62  # where in a phrase the playing is loudest
GATED = ("melody", "counter", "comp", "bass")  # shortened by the mood
STRUMMED = "comp"
LOOSENESS = (1.0, 1.0, 1.0, 0.3, 0.6, 0.5)  # of each of PARTS: bass and drums keep time
CHANCE_TICKS = 80  # divides sixteenths and triplets; notes of a part that start together move so
SHORTEST_TICKS = 30


_BAR = Layout(playing.SOME_BAR)


def manner_of(place: Place, *, ends_piece: bool) -> Integers:
    """How the bars of a phrase are played, or the last bar of a piece: words for kernels."""
    return _BAR.row(*feel(place, ends_piece=ends_piece))


def feel(place: Place, *, ends_piece: bool) -> playing.Bar:
    """What all notes of the bars of a phrase share."""
    rules, asked = place.style.performance, place.parameters
    bar_ticks = float(place.metre.bar_ticks)
    phrase_ticks = place.phrase_bars * bar_ticks
    return playing.Bar(
        bar_ticks=bar_ticks,
        place_ticks=CHANCE_TICKS,
        beat_ticks=float(TICKS_PER_BEAT),
        swing=0.0 if place.metre.is_compound else 2.0 * rules.swing,
        reach_ticks=PEAK * phrase_ticks,
        arch=rules.arch,
        accent=rules.accent,
        strong_ticks=place.metre.levels[1],
        accent_velocity=ACCENT_VELOCITY,
        shortest_ticks=float(SHORTEST_TICKS),
        loose_ticks=2.0 * asked.humanize * rules.loose_ticks,
        loose_velocity=2.0 * asked.humanize * rules.loose_velocity,
        gate=1.0 if ends_piece else asked.gate,  # the last chord rings out
        velocity=float(asked.velocity + place.section_rules.dynamics),
    )


def habits(style: Style) -> Doubles:
    """How each part is played; the columns are those of `playing`."""
    rules, parts = style.performance, style.parts
    table = np.zeros((len(PARTS), playing.HABITS))
    for habit, part, looseness in zip(table, PARTS, LOOSENESS, strict=True):
        own = parts.get(part)
        habit[playing.LOOSENESS] = looseness
        habit[playing.GATED] = part in GATED
        habit[playing.OWN_VELOCITY] = own.velocity if own else 0.0
        habit[playing.LATE_TICKS] = own.late_ticks if own else 0.0
        habit[playing.STRUM_TICKS] = rules.strum_ticks if part == STRUMMED else 0.0
        habit[playing.RINGS] = part in rules.pedal
    return table
