"""Comping and pad: the chords of a bar, broken or whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genmusic.composition.patterns import choose_pattern, iter_steps
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.theory import OCTAVE
from genmusic.composition.voicing import Lay, voice_chord

WHOLE = "x"  # the sign of a whole chord
LONGEST_STEP_TICKS = 480
LAST_BAR = "x..."  # a piece ends on one chord

Pitches = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VoicedSpan:
    """A chord with its pitches."""

    span: Span
    pitches: Pitches


def voice_spans(
    plan: Plan, lay: Lay, before: Sequence[int], basses: Mapping[int, tuple[int, int]]
) -> tuple[VoicedSpan, ...]:
    """The chords of a bar led smoothly on from ``before``.

    ``basses`` gives, for the start tick of each chord, the bass note before and under it.
    """
    voiced: list[VoicedSpan] = []
    for span in plan.spans:
        root = (plan.key.tonic + span.root) % OCTAVE
        before = voice_chord(root, span.quality, lay, before, basses[span.start_tick])
        voiced.append(VoicedSpan(span, tuple(before)))
    return tuple(voiced)


def compose_pad(voiced: Sequence[VoicedSpan]) -> list[Row]:
    """Chords held as long as they last."""
    return [
        (v.span.start_tick, v.span.end_tick - v.span.start_tick, pitch, 0)
        for v in voiced
        for pitch in v.pitches
    ]


def compose_comp(plan: Plan, voiced: Sequence[VoicedSpan], draw: float) -> list[Row]:
    """The chords as a pattern of the style plays them."""
    rules = plan.style.comp
    pattern = choose_pattern(rules.patterns, plan.density, draw)
    if pattern is None:
        return []
    steps = LAST_BAR if plan.ends_piece else pattern.steps
    strokes = list(iter_steps(steps, plan.bar_ticks))
    step_ticks = min(LONGEST_STEP_TICKS, plan.bar_ticks // len(steps))
    rows: list[Row] = []
    for number, (tick, sign) in enumerate(strokes):
        chord = next(v for v in reversed(voiced) if v.span.start_tick <= tick)
        following = strokes[number + 1][0] if number + 1 < len(strokes) else plan.bar_ticks
        ends = {"step": tick + step_ticks, "next": following, "chord": chord.span.end_tick}
        end = plan.bar_ticks if plan.ends_piece else min(ends[rules.hold], chord.span.end_tick)
        rows.extend((tick, end - tick, pitch, 0) for pitch in _struck(sign, chord.pitches))
    return rows


def _struck(sign: str, pitches: Pitches) -> Pitches:
    """The pitches of a sign; counting goes on an octave higher above the highest."""
    if sign == WHOLE:
        return pitches
    octave, index = divmod(int(sign) - 1, len(pitches))
    return (pitches[index] + OCTAVE * octave,)
