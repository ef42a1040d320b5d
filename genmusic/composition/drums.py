"""Drums: the style's bars, fills where phrases and sections end, whispers in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.patterns import Book, book_of, read_steps
from genmusic.composition.plan import NO_ROWS, Plan, Row, row_table
from genmusic.composition.style_tables import of_style
from genmusic.rules import DrumPattern, Style

Integers = NDArray[np.int64]

# General MIDI percussion.
DRUM_PITCHES = {
    "kick": 36, "rim": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "low_tom": 45,
    "open": 46, "mid_tom": 47, "crash": 49, "high_tom": 50, "ride": 51, "shaker": 70,
}  # fmt: skip
SNARE, CRASH = DRUM_PITCHES["snare"], DRUM_PITCHES["crash"]
ACCENTS = {"o": -1, "x": 0, "X": 1}
WHISPER = -2
STROKE_TICKS = 120
GHOST_TICKS = 240
ROLL_TICKS = (960, 480, 480, 240)  # between the strokes of a roll, over a build
HALFWAY = 0.6  # of a build: from here on its roll is no longer whispered
LAST_BAR = DrumPattern(kick="x...", crash="o...")  # a piece ends on one stroke


@dataclass(frozen=True, slots=True, eq=False)
class _Bar:
    """A pattern as rows and as a table."""

    rows: tuple[Row, ...]
    table: Integers
    ghosts: tuple[tuple[int, int], ...]  # where there is room for a soft stroke: draw, tick


def compose_drums(plan: Plan, draw: float) -> Integers:
    """The bar of the drums: (strokes, 4)."""
    metre, density = plan.metre.name, plan.density
    bar = patterns_of(plan.style).find(metre, density, draw)
    if bar is None:
        return NO_ROWS
    filled = _is_filled(plan)
    if plan.ends_piece:
        bar = _bar(LAST_BAR, plan.bar_ticks)
    elif filled:
        bar = fills_of(plan.style).find(metre, density, draw) or bar
    added: list[Row] = []
    if plan.rise:
        added = _roll(plan, bar.rows)
    elif not filled and not plan.ends_piece:
        added = _ghosts(plan, bar)
    if _crashes(plan):
        added.append((0, STROKE_TICKS, CRASH, 0))
    return np.concatenate((bar.table, row_table(added))) if added else bar.table


@of_style
def patterns_of(style: Style) -> Book[_Bar]:
    """The patterns of a style as tables."""
    return book_of(style.drums.patterns, _bar)


@of_style
def fills_of(style: Style) -> Book[_Bar]:
    """The fills of a style as tables."""
    return book_of(style.drums.fills, _bar)


@lru_cache(maxsize=1024)
def _bar(pattern: DrumPattern, bar_ticks: int) -> _Bar:
    rows = tuple(
        (tick, STROKE_TICKS, pitch, ACCENTS[sign])
        for name, pitch in DRUM_PITCHES.items()
        for tick, sign in read_steps(getattr(pattern, name), bar_ticks)
    )
    return _Bar(rows, row_table(rows), _room_for_ghosts(rows, bar_ticks))


def _room_for_ghosts(rows: Sequence[Row], bar_ticks: int) -> tuple[tuple[int, int], ...]:
    """Sixteenths beside a snare where neither it nor the kick plays."""
    taken = {tick for tick, _, pitch, _ in rows if pitch in (SNARE, DRUM_PITCHES["kick"])}
    if not any(pitch == SNARE for _, _, pitch, _ in rows):
        return ()
    return tuple(
        (2 + number, tick)
        for number, tick in enumerate(range(GHOST_TICKS, bar_ticks, GHOST_TICKS))
        if tick not in taken and tick % (2 * GHOST_TICKS)
    )


def _is_filled(plan: Plan) -> bool:
    """Whether the bar leads out of a section, or out of a phrase that calls for it."""
    inner = plan.ends_phrase and plan.chance.drums[0] < plan.style.drums.phrase_fills
    return plan.ends_section or inner


def _crashes(plan: Plan) -> bool:
    begins = plan.phrase == 0 and plan.phrase_bar == 0 and not plan.opens_piece
    return begins and plan.chance.drums[1] < plan.style.drums.crashes


def _ghosts(plan: Plan, bar: _Bar) -> list[Row]:
    """Soft strokes of the snare, where there is room for them."""
    share, draws = plan.style.drums.ghosts * plan.density, plan.chance.drums
    if not share:
        return []
    return [(tick, STROKE_TICKS, SNARE, WHISPER) for n, tick in bar.ghosts if draws[n] < share]


def _roll(plan: Plan, rows: Sequence[Row]) -> list[Row]:
    """Strokes of the snare that come closer and harder as a build goes on."""
    taken = {tick for tick, _, pitch, _ in rows if pitch == SNARE}
    if not taken:
        return []
    step = ROLL_TICKS[int(plan.rise * len(ROLL_TICKS)) - 1]
    accent = WHISPER if plan.rise < HALFWAY else ACCENTS["o"]
    ticks = range(0, plan.bar_ticks, step)
    return [(tick, STROKE_TICKS, SNARE, accent) for tick in ticks if tick not in taken]
