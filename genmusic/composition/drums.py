"""Drums: the style's bars, and its fills where a section ends."""

from __future__ import annotations

from functools import lru_cache

from genmusic.composition.patterns import choose_pattern, read_steps
from genmusic.composition.plan import Plan, Row
from genmusic.rules import DrumPattern

# General MIDI percussion.
DRUM_PITCHES = {"kick": 36, "snare": 38, "hat": 42, "open": 46}
ACCENTS = {"o": -1, "x": 0, "X": 1}
STROKE_TICKS = 120
LAST_BAR = DrumPattern(kick="x...", open="o...")  # a piece ends on one stroke


def compose_drums(plan: Plan, draw: float) -> tuple[Row, ...]:
    """The bar of the drums."""
    rules = plan.style.drums
    pattern = choose_pattern(rules.patterns, plan.density, draw)
    if pattern is None:
        return ()
    if plan.ends_piece:
        pattern = LAST_BAR
    elif plan.ends_section:
        pattern = choose_pattern(rules.fills, plan.density, draw) or pattern
    return _rows(pattern, plan.bar_ticks)


@lru_cache(maxsize=256)
def _rows(pattern: DrumPattern, bar_ticks: int) -> tuple[Row, ...]:
    return tuple(
        (tick, STROKE_TICKS, pitch, ACCENTS[sign])
        for name, pitch in DRUM_PITCHES.items()
        for tick, sign in read_steps(getattr(pattern, name), bar_ticks)
    )
