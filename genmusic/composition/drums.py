"""Drums: the style's bars, fills where phrases and sections end, whispers in between."""

from __future__ import annotations

from functools import lru_cache

from genmusic.composition.patterns import choose_pattern, read_steps
from genmusic.composition.plan import Plan, Row
from genmusic.rules import DrumPattern

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


def compose_drums(plan: Plan, draw: float) -> list[Row]:
    """The bar of the drums."""
    rules, metre = plan.style.drums, plan.metre.name
    pattern = choose_pattern(rules.patterns, metre, plan.density, draw)
    if pattern is None:
        return []
    filled = _is_filled(plan)
    if plan.ends_piece:
        pattern = LAST_BAR
    elif filled:
        pattern = choose_pattern(rules.fills, metre, plan.density, draw) or pattern
    rows = list(_rows(pattern, plan.bar_ticks))
    if plan.rise:
        rows += _roll(plan, rows)
    elif not filled and not plan.ends_piece:
        rows += _ghosts(plan, rows)
    if _crashes(plan):
        rows.append((0, STROKE_TICKS, CRASH, 0))
    return rows


def _is_filled(plan: Plan) -> bool:
    """Whether the bar leads out of a section, or out of a phrase that calls for it."""
    inner = plan.ends_phrase and plan.chance.drums[0] < plan.style.drums.phrase_fills
    return plan.ends_section or inner


def _crashes(plan: Plan) -> bool:
    begins = plan.phrase == 0 and plan.phrase_bar == 0 and not plan.opens_piece
    return begins and plan.chance.drums[1] < plan.style.drums.crashes


def _ghosts(plan: Plan, rows: list[Row]) -> list[Row]:
    """Soft strokes of the snare on sixteenths where neither it nor the kick plays."""
    share = plan.style.drums.ghosts * plan.density
    if not share:
        return []
    taken = {tick for tick, _, pitch, _ in rows if pitch in (SNARE, DRUM_PITCHES["kick"])}
    if not any(pitch == SNARE for _, _, pitch, _ in rows):
        return []
    steps = enumerate(range(GHOST_TICKS, plan.bar_ticks, GHOST_TICKS))
    return [
        (tick, STROKE_TICKS, SNARE, WHISPER)
        for number, tick in steps
        if tick not in taken and tick % (2 * GHOST_TICKS) and plan.chance.drums[2 + number] < share
    ]


def _roll(plan: Plan, rows: list[Row]) -> list[Row]:
    """Strokes of the snare that come closer and harder as a build goes on."""
    taken = {tick for tick, _, pitch, _ in rows if pitch == SNARE}
    if not taken:
        return []
    step = ROLL_TICKS[int(plan.rise * len(ROLL_TICKS)) - 1]
    accent = WHISPER if plan.rise < HALFWAY else ACCENTS["o"]
    ticks = range(0, plan.bar_ticks, step)
    return [(tick, STROKE_TICKS, SNARE, accent) for tick in ticks if tick not in taken]


@lru_cache(maxsize=1024)
def _rows(pattern: DrumPattern, bar_ticks: int) -> tuple[Row, ...]:
    return tuple(
        (tick, STROKE_TICKS, pitch, ACCENTS[sign])
        for name, pitch in DRUM_PITCHES.items()
        for tick, sign in read_steps(getattr(pattern, name), bar_ticks)
    )
