"""Bass: the notes under the chords, and the pattern or the walk that moves between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from genmusic.composition.patterns import choose_pattern, read_steps
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.theory import FIFTH, OCTAVE, nearest_pitch

MIDDLE_PULL = 0.35  # how far the next root is drawn from the last one to the middle of the range
LAST_BAR = "R..."  # a piece ends on one root
THIRD, SEVENTH = 1, 3  # places in a chord
_TONE_OF_SIGN = {"R": 0, "3": THIRD, "5": 2, "7": SEVENTH, "8": 0}

# What a bass pays for moving by so many semitones to the next chord, in semitones: least for a
# step, more for a repeated note and for leaps.
MOVE_COSTS = (1.0, 0.0, 0.0, 0.6, 0.6, 1.4, 2.0, 1.6, 2.4, 2.4, 3.0, 3.0, 3.0)
INVERSION_COST = 2.6  # of the third in the bass for a style that prefers roots
CENTRE_COST = 0.1  # for each semitone off the middle of the range

Basses = Mapping[int, tuple[int, int]]
"""For the start tick of each chord of a bar, the bass note before it and its own."""


def choose_basses(plan: Plan, before: int) -> dict[int, tuple[int, int]]:
    """The bass note of each chord: its root, or its third where that makes the smoother line."""
    part = plan.style.parts.get("bass")
    low, high = (part.low, part.high) if part else (28, 48)
    middle = (low + high) / 2.0
    last = before or round(middle)
    basses: dict[int, tuple[int, int]] = {}
    for span in plan.spans:
        near = last + (middle - last) * MIDDLE_PULL
        pitch = nearest_pitch((plan.key.tonic + span.root) % OCTAVE, near, low, high)
        if span.inverted and before:
            third = nearest_pitch((plan.key.tonic + span.tones[THIRD]) % OCTAVE, near, low, high)
            extra = INVERSION_COST * (1.0 - plan.style.harmony.inversions)
            if _cost(third, last, middle) + extra < _cost(pitch, last, middle):
                pitch = third
        basses[span.start_tick] = (last, pitch)
        last = pitch
    return basses


def _cost(pitch: int, last: int, middle: float) -> float:
    move = MOVE_COSTS[min(abs(pitch - last), OCTAVE)]
    return move + CENTRE_COST * abs(pitch - middle)


def compose_bass(plan: Plan, basses: Basses, draw: float) -> list[Row]:
    """The bar of the bass: each chord's note where it begins, a pattern or steps in between."""
    signs = _signs(plan, draw)
    if not signs:
        return []
    held = _pedal(plan)
    ticks = sorted(signs)
    rows: list[Row] = []
    for tick, end in zip(ticks, (*ticks[1:], plan.bar_ticks), strict=True):
        span = plan.span_at(tick)
        bass = basses[span.start_tick][1]
        pitch = _pitch(plan, span, signs[tick], bass) if held is None else held
        if _walks(plan) and rows and pitch == rows[-1][2] and tick != span.start_tick:
            pitch = _moved_on(plan, span, bass, pitch)
        rows.append((tick, end - tick, pitch, int(tick == 0)))
    return rows


def _signs(plan: Plan, draw: float) -> dict[int, str]:
    """What the bass plays at which tick."""
    rules = plan.style.bass
    if plan.ends_piece:
        return dict(read_steps(LAST_BAR, plan.bar_ticks)) if rules.patterns else {}
    pattern = choose_pattern(rules.patterns, plan.metre.name, plan.density, draw)
    if pattern is None:
        return {}
    walks = _walks(plan)
    signs = _walk(plan) if walks else dict(read_steps(pattern.steps, plan.bar_ticks))
    return signs | {span.start_tick: "R" for span in plan.spans[1:]}


def _walks(plan: Plan) -> bool:
    walking = plan.style.bass.walking
    return walking < 1.0 and plan.density >= walking and not plan.ends_piece


def _moved_on(plan: Plan, span: Span, bass: int, pitch: int) -> int:
    """Another tone of the chord for a walking bass, which does not stand still."""
    tones = (_pitch(plan, span, sign, bass) for sign in WALKING_TONES)
    return next((tone for tone in tones if tone != pitch), pitch)


def _walk(plan: Plan) -> dict[int, str]:
    """A note on every pulse: from the chord's own, by its tones, to a step before the next."""
    pulse = plan.metre.pulse_ticks
    signs: dict[int, str] = {}
    for number, span in enumerate(plan.spans):
        ticks = range(span.start_tick, span.end_tick, pulse)
        draws = plan.chance.bass[4 * number :]
        for place, tick in enumerate(ticks):
            inner = WALKING_TONES[int(draws[place % 4] * len(WALKING_TONES))]
            signs[tick] = "R" if place == 0 else inner
        if len(ticks) > 1:
            signs[ticks[-1]] = "c" if draws[0] < CHROMATIC_SHARE else "a"
    return signs


WALKING_TONES = "3558"
CHROMATIC_SHARE = 0.4  # of the steps that lead a walking bass into the next chord


def _pedal(plan: Plan) -> int | None:
    """The note that a section holds under its chords, if it does."""
    section = plan.section_rules
    if section.pedal == "none" or plan.ends_section:
        return None
    part = plan.style.parts["bass"]
    step = FIFTH if section.pedal == "dominant" else 0
    middle = (part.low + part.high) / 2.0
    return nearest_pitch((plan.key.tonic + step) % OCTAVE, middle, part.low, part.high)


def _pitch(plan: Plan, span: Span, sign: str, bass: int) -> int:
    part = plan.style.parts["bass"]
    if sign in "ac":
        return _approach(plan, span, bass, chromatic=sign == "c")
    if sign == "R":
        return bass
    place = _TONE_OF_SIGN[sign]
    if place >= len(span.tones):
        place = 0
    interval = (span.tones[place] - span.root) % OCTAVE
    root = bass - (bass - plan.key.tonic - span.root) % OCTAVE  # the root at or below
    pitch = root + (OCTAVE if sign == "8" else interval)
    while pitch > part.high:
        pitch -= OCTAVE
    return pitch if pitch >= part.low else pitch + OCTAVE


def _approach(plan: Plan, span: Span, bass: int, *, chromatic: bool) -> int:
    """The note beside the next root, on the side from which the bass comes."""
    part = plan.style.parts["bass"]
    target = nearest_pitch((plan.key.tonic + span.next_root) % OCTAVE, bass, part.low, part.high)
    side = -1 if bass <= target else 1
    if chromatic and part.low <= target + side <= part.high:
        return target + side
    allowed = plan.scale_over(span)
    for distance in (2, 1, 3):
        pitch = target + side * distance
        in_range = part.low <= pitch <= part.high
        if in_range and (pitch - plan.key.tonic) % OCTAVE in allowed:
            return pitch
    return bass


def sung_basses(basses: Basses, rows: Sequence[Row]) -> Basses:
    """The bass notes of the chords as the bar of the bass really has them."""
    sung = {tick: pitch for tick, _, pitch, _ in rows}
    return {tick: (last, sung.get(tick, pitch)) for tick, (last, pitch) in basses.items()}
