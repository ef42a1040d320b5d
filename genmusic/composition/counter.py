"""Counter-melody: a second voice that answers the melody, moves against it, or goes along."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

from genmusic.composition.chance import choose
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.theory import OCTAVE, chord_scale, chord_tones
from genmusic.rules import Style
from genmusic.units import TICKS_PER_BEAT

LEAST_GAP_TICKS = TICKS_PER_BEAT  # a shorter rest is a breath, not a question
REACTION_TICKS = TICKS_PER_BEAT  # an answer begins so long after the note it answers
BELOW_MELODY = 3  # semitones that the second voice keeps under the first
MOST_ANSWERS = 6  # notes in a row
THIRD, SIXTH = 2, 5  # steps
HIGHEST = 127  # pitch that there is
FIRM_WEAKNESS = 1  # how weak a beat may be that calls for a tone of the chord

Rows = Sequence[Row]
Sung = Sequence[Sequence[int]]
"""The rows of a melody."""


def choose_kind(style: Style, draw: float) -> str:
    """How the second voice behaves in a section."""
    kinds = style.counter.kinds
    return tuple(kinds)[choose(kinds.values(), draw)]


def compose_counter(plan: Plan, melody: Sung, kind: str, before: int) -> list[Row]:
    """A bar of the second voice under a bar of melody, after the pitch ``before`` (0 for none)."""
    part = plan.style.parts["counter"]
    last = before or (part.low + part.high) // 2
    if plan.ends_piece or not melody:
        return _line(plan, melody, last)
    if kind == "thirds":
        return _along(plan, melody, last)
    if kind == "line":
        return _line(plan, melody, last)
    return _answers(plan, melody, last)


def _answers(plan: Plan, melody: Sung, last: int) -> list[Row]:
    """Runs of notes where the melody rests or holds."""
    rows: list[Row] = []
    draws = plan.chance.counter
    step = _step_ticks(plan)
    for number, (start, end, direction) in enumerate(_gaps(plan, melody)):
        if draws[number % 8] >= plan.style.counter.answers:
            continue
        ticks = list(range(start, end, step))[:MOST_ANSWERS]
        if len(ticks) < 2:
            continue
        run = _run(plan, melody, ticks, last, direction)
        lengths = [b - a for a, b in zip(ticks, [*ticks[1:], min(end, ticks[-1] + 2 * step)],
                                         strict=True)]  # fmt: skip
        rows += [
            (tick, length, pitch, -1)
            for tick, length, pitch in zip(ticks, lengths, run, strict=True)
        ]
        last = run[-1]
    return rows


def _step_ticks(plan: Plan) -> int:
    """Time from note to note of an answer: that of the metre's pulses, halved when it is lively."""
    beat = TICKS_PER_BEAT // 2 if plan.metre.is_compound else TICKS_PER_BEAT
    return beat // 2 if plan.density > LIVELY and not plan.metre.is_compound else beat


LIVELY = 0.4  # density from which answers run in eighths


def _gaps(plan: Plan, melody: Sung) -> list[tuple[int, int, int]]:
    """Where the melody rests or holds: start, end, and the way that leads against it."""
    gaps = []
    for number, (tick, _, pitch, _) in enumerate(melody):
        following = melody[number + 1][0] if number + 1 < len(melody) else plan.bar_ticks
        start = -(-(tick + REACTION_TICKS) // REACTION_TICKS) * REACTION_TICKS
        if following - start >= LEAST_GAP_TICKS:
            earlier = melody[number - 1][2] if number else pitch
            gaps.append((start, following, -1 if pitch > earlier else 1))
    return gaps


def _run(plan: Plan, melody: Sung, ticks: Sequence[int], last: int, direction: int) -> list[int]:
    """Steps from a chord tone near the last note, turned where they would leave the range."""
    pitches: list[int] = []
    for number, tick in enumerate(ticks):
        span = plan.span_at(tick)
        ceiling = _ceiling(plan, melody, tick)
        room = _room(plan, span, ceiling, chord_only=number == 0)
        if not pitches:
            pitch = _nearest(room, last)
        else:
            aim = bisect_left(room, pitches[-1] + (direction > 0))
            index = aim if direction > 0 else aim - 1
            if not 0 <= index < len(room):
                direction = -direction
                index = min(max(index, 0), len(room) - 1)
            pitch = room[index]
        pitches.append(pitch)
    return pitches


def _line(plan: Plan, melody: Sung, last: int) -> list[Row]:
    """A long note on each chord, led by steps and against the melody, or freely without one."""
    rows: list[Row] = []
    draws = plan.chance.counter[8:]
    for number, span in enumerate(plan.spans):
        room = _room(plan, span, _ceiling(plan, melody, span.start_tick), chord_only=True)
        rising = _rises(melody, span.start_tick) if melody else draws[4 + number % 4] < HALF
        pitch = _led(room, last, rising) if melody else _wandering(plan, room, last, rising)
        rows.append((span.start_tick, span.end_tick - span.start_tick, pitch, 0))
        middle = span.start_tick + plan.metre.half_ticks
        lively = plan.density > LIVELY or not melody
        moves = lively and span.end_tick - middle >= LEAST_GAP_TICKS
        if moves and not plan.ends_phrase and draws[number % 4] < PASSING_SHARE:
            rows[-1] = (span.start_tick, plan.metre.half_ticks, pitch, 0)
            scale = _room(plan, span, _ceiling(plan, melody, middle), chord_only=False)
            pitch = _neighbour(scale, pitch, rising)
            rows.append((middle, span.end_tick - middle, pitch, -1))
        last = pitch
    return _tied(rows)


def _led(room: Sequence[int], last: int, rising: bool) -> int:
    """The nearest pitch, rather against the way of the melody: one of those around the last."""
    above = bisect_right(room, last)
    if above in (0, len(room)):
        return room[min(above, len(room) - 1)]
    low, high = room[above - 1], room[above]
    climb, fall = high - last + AGAINST * rising, last - low + AGAINST * (not rising)
    return high if climb < fall else low


def _wandering(plan: Plan, room: Sequence[int], last: int, rising: bool) -> int:
    """A near pitch that moves on the way it is drawn to, and not to the edge of the range."""
    part = plan.style.parts["counter"]
    middle = (part.low + part.high) / 2.0
    costs = [
        abs(pitch - last)
        + AGAINST * ((pitch > last) != rising)
        + STANDING * (pitch == last)
        + EDGE_COST * abs(pitch - middle)
        for pitch in room
    ]
    return room[costs.index(min(costs))]  # the lowest of equals, as they rise


def _tied(rows: Rows) -> list[Row]:
    """Notes that repeat without a rest between them become one."""
    tied: list[Row] = []
    for row in rows:
        if tied and tied[-1][2] == row[2] and tied[-1][0] + tied[-1][1] == row[0]:
            tick, duration, pitch, accent = tied.pop()
            row = (tick, duration + row[1], pitch, accent)
        tied.append(row)
    return tied


AGAINST = 2  # semitones that moving in the direction of the melody costs
STANDING = 3  # semitones that a repeated note costs who has the stage alone,
EDGE_COST = 0.5  # and a semitone off the middle of the range
HALF = 0.5
PASSING_SHARE = 0.6  # of long notes that move on by a step halfway


def _rises(melody: Sung, tick: int) -> bool:
    """Whether the melody goes up into a tick."""
    earlier = HIGHEST
    for start, _, pitch, _ in melody:
        if start >= tick:
            return pitch > earlier
        earlier = pitch
    return False


def _neighbour(room: Sequence[int], pitch: int, rising: bool) -> int:
    """The next pitch of the scale, against the way of the melody where there is room."""
    index, step = bisect_left(room, pitch), -1 if rising else 1
    index += step if 0 <= index + step < len(room) else -step
    return room[min(max(index, 0), len(room) - 1)]


def _along(plan: Plan, melody: Sung, last: int) -> list[Row]:
    """A third below the melody, or a sixth where that is the smoother way."""
    rows: list[Row] = []
    metre, least = plan.metre, _least_ceiling(plan)
    starts, reaches = (
        [span.start_tick for span in plan.spans],
        [_reach(plan, s) for s in plan.spans],
    )
    for tick, duration, pitch, _ in melody:
        scale, tones = reaches[bisect_right(starts, tick) - 1]
        below = bisect_left(scale, pitch)
        choices = [scale[below - s] for s in (THIRD, SIXTH) if below >= s]
        if metre.weakness(tick) <= FIRM_WEAKNESS:
            room = tones[: bisect_right(tones, max(pitch - BELOW_MELODY, least))]
            choices = [p for p in choices if p in room] or [_nearest(room, last)]
        if choices:
            last = min([(abs(p - last), p) for p in choices])[1]
            rows.append((tick, duration, last, -1))
    return rows


def _ceiling(plan: Plan, melody: Sung, tick: int) -> int:
    """The highest pitch that stays under the melody at a tick."""
    part = plan.style.parts["counter"]
    for start, ticks, pitch, _ in reversed(melody):
        if start <= tick < start + ticks:
            ceiling = pitch - BELOW_MELODY
            return min(part.high, ceiling) if ceiling - part.low >= OCTAVE // 2 else part.high
    return part.high


def _nearest(room: Sequence[int], pitch: int) -> int:
    """The nearest pitch of a room, the lower one of two."""
    above = bisect_left(room, pitch)
    if above in (0, len(room)):
        return room[min(above, len(room) - 1)]
    low, high = room[above - 1], room[above]
    return high if high - pitch < pitch - low else low


def _room(plan: Plan, span: Span, ceiling: int, *, chord_only: bool) -> tuple[int, ...]:
    """The pitches that the second voice may take over a chord, from below."""
    scale, tones = _reach(plan, span)
    pitches = tones if chord_only else scale
    return pitches[: bisect_right(pitches, max(ceiling, _least_ceiling(plan)))]


def _least_ceiling(plan: Plan) -> int:
    """What the second voice may always take, however low the melody lies."""
    return plan.style.parts["counter"].low + OCTAVE // 2


def _reach(plan: Plan, span: Span) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The pitches of the part that may sound over a chord, and those of the chord, from below."""
    part, key = plan.style.parts["counter"], plan.key
    return _pitches(key.mode, span.root, span.quality, key.tonic, part.low, part.high)


@lru_cache(maxsize=4096)
def _pitches(
    mode: str, root: int, quality: str, tonic: int, low: int, high: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The pitches of a range that may sound over a chord, and those of the chord."""
    scale, tones = chord_scale(mode, root, quality), chord_tones(root, quality)
    pitches = [pitch for pitch in range(low, high + 1) if (pitch - tonic) % OCTAVE in scale]
    return tuple(pitches), tuple([p for p in pitches if (p - tonic) % OCTAVE in tones])
