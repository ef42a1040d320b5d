"""Comping and pad: the chords of a bar, broken or whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genmusic.composition.patterns import choose_pattern, read_steps
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.theory import OCTAVE, nearest_pitch
from genmusic.composition.voicing import Lay, voice_chord

WHOLE = "x"  # the sign of a whole chord
LONGEST_STEP_TICKS = 480
BASS, TOP, DOWN, UP = "B", "t", "d", "u"
TOP_NOTES, UP_NOTES = 2, 3  # of the chord that `TOP` and `UP` strike
LAST_BAR = "x..."  # a piece ends on one chord

Pitches = tuple[int, ...]
Strokes = tuple[tuple[int, str], ...]
"""Tick and sign of each stroke of a pattern."""


@dataclass(frozen=True, slots=True)
class VoicedSpan:
    """A chord with its pitches."""

    span: Span
    pitches: Pitches


def voice_spans(
    plan: Plan, lay: Lay, before: Pitches, basses: Mapping[int, tuple[int, int]]
) -> tuple[VoicedSpan, ...]:
    """The chords of a bar led smoothly on from ``before``.

    ``basses`` gives, for the start tick of each chord, the bass note before and under it.
    """
    voiced: list[VoicedSpan] = []
    for span in plan.spans:
        root = (plan.key.tonic + span.root) % OCTAVE
        before = voice_chord(root, span.quality, lay, before, basses[span.start_tick])
        voiced.append(VoicedSpan(span, before))
    return tuple(voiced)


def compose_pad(voiced: Sequence[VoicedSpan]) -> list[Row]:
    """Chords held as long as they last."""
    return [
        (v.span.start_tick, v.span.end_tick - v.span.start_tick, pitch, 0)
        for v in voiced
        for pitch in v.pitches
    ]


def compose_comp(
    plan: Plan, voiced: Sequence[VoicedSpan], basses: Mapping[int, tuple[int, int]], draw: float
) -> list[Row]:
    """The chords as a pattern of the style plays them."""
    rules = plan.style.comp
    pattern = choose_pattern(rules.patterns, plan.metre.name, plan.density, draw)
    if pattern is None:
        return []
    steps, hold = (LAST_BAR, "next") if plan.ends_piece else (pattern.steps, rules.hold)
    strokes = _strokes(read_steps(steps, plan.bar_ticks), voiced)
    step_ticks = min(LONGEST_STEP_TICKS, plan.bar_ticks // len(steps))
    followings = (*(tick for tick, _ in strokes[1:]), plan.bar_ticks)
    rows: list[Row] = []
    for (tick, sign), following in zip(strokes, followings, strict=True):
        chord = _chord_at(tick, voiced)
        longest = {"step": step_ticks, "next": following - tick, "chord": plan.bar_ticks}[hold]
        duration = min(longest, chord.span.end_tick - tick)
        if sign == BASS:
            rows.append((tick, duration, _bass(plan, chord, basses[chord.span.start_tick][1]), 0))
            continue
        struck, accent = _struck(sign, chord.pitches), -1 if sign == UP else 0
        ordered = reversed(struck) if sign == UP else struck  # as a strum meets them
        rows += [(tick, duration, pitch, accent) for pitch in ordered]
    return rows


def _bass(plan: Plan, chord: VoicedSpan, bass: int) -> int:
    """The bass note of a chord, below it in the range of the part."""
    part = plan.style.parts["comp"]
    near = min(chord.pitches[0] - OCTAVE // 2, part.low + OCTAVE // 2)
    return nearest_pitch(bass % OCTAVE, near, part.low, max(chord.pitches[0], part.low + OCTAVE))


def _strokes(strokes: Strokes, voiced: Sequence[VoicedSpan]) -> Strokes:
    """The strokes of a pattern, and one where a chord begins without any."""
    struck = {tick for tick, _ in strokes}
    missed = [v.span.start_tick for v in voiced[1:] if v.span.start_tick not in struck]
    if not missed or not strokes:
        return strokes
    return tuple(sorted((*strokes, *((tick, strokes[0][1]) for tick in missed))))


def _chord_at(tick: int, voiced: Sequence[VoicedSpan]) -> VoicedSpan:
    if len(voiced) == 1:
        return voiced[0]
    return next(v for v in reversed(voiced) if v.span.start_tick <= tick)


def _struck(sign: str, pitches: Pitches) -> Pitches:
    """The pitches of a sign; counting begins again above the highest."""
    if sign in (WHOLE, DOWN):
        return pitches
    if sign in (TOP, UP):
        return pitches[-(TOP_NOTES if sign == TOP else UP_NOTES) :]
    return (pitches[(int(sign) - 1) % len(pitches)],)
