"""Bass: the roots under the chords, and the pattern of the style that moves between them."""

from __future__ import annotations

from collections.abc import Mapping

from genmusic.composition.patterns import choose_pattern, read_steps
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.theory import OCTAVE, nearest_pitch

MIDDLE_PULL = 0.35  # how far the next root is drawn from the last one to the middle of the range
LAST_BAR = "R..."  # a piece ends on one root
_TONE_OF_SIGN = {"R": 0, "3": 1, "5": 2, "8": 0}

Basses = Mapping[int, tuple[int, int]]
"""For the start tick of each chord of a bar, the bass note before it and its own."""


def choose_roots(plan: Plan, before: int) -> dict[int, tuple[int, int]]:
    """The bass note of each chord, near the one before it and in the range."""
    part = plan.style.parts.get("bass")
    low, high = (part.low, part.high) if part else (28, 48)
    middle = (low + high) / 2.0
    last = before or round(middle)
    basses: dict[int, tuple[int, int]] = {}
    for span in plan.spans:
        near = last + (middle - last) * MIDDLE_PULL
        root = nearest_pitch((plan.key.tonic + span.root) % OCTAVE, near, low, high)
        basses[span.start_tick] = (last, root)
        last = root
    return basses


def compose_bass(plan: Plan, basses: Basses, draw: float) -> list[Row]:
    """The bar of the bass: a root where a chord begins, the pattern in between."""
    pattern = choose_pattern(plan.style.bass.patterns, plan.density, draw)
    if pattern is None:
        return []
    signs = dict(read_steps(LAST_BAR if plan.ends_piece else pattern.steps, plan.bar_ticks))
    signs |= {span.start_tick: "R" for span in plan.spans[1:]}
    ticks = sorted(signs)
    rows: list[Row] = []
    for tick, end in zip(ticks, (*ticks[1:], plan.bar_ticks), strict=True):
        span = plan.span_at(tick)
        pitch = _pitch(plan, span, signs[tick], basses[span.start_tick][1])
        rows.append((tick, end - tick, pitch, int(tick == 0)))
    return rows


def _pitch(plan: Plan, span: Span, sign: str, root: int) -> int:
    part = plan.style.parts["bass"]
    if sign == "a":
        return _approach(plan, span, root)
    interval = (span.tones[_TONE_OF_SIGN[sign]] - span.root) % OCTAVE
    pitch = root + (OCTAVE if sign == "8" else interval)
    return pitch if pitch <= part.high else pitch - OCTAVE


def _approach(plan: Plan, span: Span, root: int) -> int:
    """The note of the scale beside the next root, on the side from which the bass comes."""
    part = plan.style.parts["bass"]
    target = nearest_pitch((plan.key.tonic + span.next_root) % OCTAVE, root, part.low, part.high)
    side = -1 if root <= target else 1
    allowed = plan.scale_over(span)
    for distance in (2, 1, 3):
        pitch = target + side * distance
        in_range = part.low <= pitch <= part.high
        if in_range and (pitch - plan.key.tonic) % OCTAVE in allowed:
            return pitch
    return root
