"""Melody: one bar at a time, drawn from the trained model under the rules of the style.

Each note has a row of weights over the model's pitches: what the scale, the range, the chord, the
arch of the phrase, the motif and the cadence make of it. A weight of 0 forbids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.chance import choose
from genmusic.composition.model import Model
from genmusic.composition.motif import DRAWS as MOTIF_DRAWS
from genmusic.composition.motif import Sketch, Themes, sketch_bar
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.rhythm import draw_onsets, thin_or_fill, weakness
from genmusic.composition.theory import OCTAVE, family, nearest_pitch, pitch_step, step_pitch
from genmusic.rules.style import GRIDS
from genmusic.units import TICKS_PER_BEAT

Doubles = NDArray[np.float64]

HISTORY = 6  # pitches remembered for the model
PEAK = 0.62  # where in a phrase its arch is highest
LONGEST_TICKS = 5 * TICKS_PER_BEAT // 2  # a longer wait is a rest
SHORTEST_GOAL_TICKS = TICKS_PER_BEAT // 2
STRONG_LEVEL = 1  # `weakness` up to which a note is on a strong beat
BEAT_LEVEL = 2
CLASH_BY_DISSONANCE = 0.5  # of the ban on foreign notes, what full dissonance lifts

# Where the last note of a phrase may come, and how that follows onsets for each beat.
GOALS = ((0, 1.0, 0.2), (TICKS_PER_BEAT, 0.3, 0.2), (2 * TICKS_PER_BEAT, 0.2, 0.9))
# Weights of the chord's root, third and fifth as the last note of a phrase.
GOAL_TONES = {
    "authentic": (1.0, 0.25, 0.05),
    "half": (0.6, 0.6, 1.0),
    "deceptive": (0.6, 1.0, 0.3),
    "open": (0.5, 1.0, 1.0),
}
FINAL_TONES = (1.0, 0.02, 0.0)

_METRIC_OF_WEAKNESS = (0, 1, 1, 2, 2)  # the model tells downbeat, other beat, off the beat
_PITCHES = np.arange(Model.pitches[0], Model.pitches[-1] + 1)


@dataclass(frozen=True, slots=True)
class Line:
    """The notes of a bar before they have pitches."""

    onsets: tuple[int, ...]
    targets: tuple[int | None, ...]  # steps
    pull: float
    goal_tick: int = -1  # onset of the last note of the phrase, -1 for none
    pickup_tick: int = 0  # first onset of what leads to the next phrase, 0 for none


@dataclass(frozen=True, slots=True)
class MelodyBar:
    """A composed bar: its rows, and what a later bar may take from it."""

    rows: tuple[Row, ...]
    theme: tuple[tuple[int, int], ...]


def compose_melody(plan: Plan, model: Model, themes: Themes, before: Sequence[int]) -> MelodyBar:
    """A bar of melody after the pitches ``before``."""
    generator = plan.generator("melody")
    draws = generator.random(MOTIF_DRAWS + 2 + plan.beats).tolist()
    line = _write_rhythm(plan, model, sketch_bar(plan, themes, draws), draws[MOTIF_DRAWS:])
    if not line.onsets:
        return MelodyBar((), ())
    home = _home(plan)
    weights = _weights(plan, line, home)
    drawn = model.sample_melody(
        family(plan.key.mode),
        [pitch - home for pitch in before],
        [_METRIC_OF_WEAKNESS[weakness(tick)] for tick in line.onsets],
        _places(plan, line),
        weights,
        generator.random(8 * len(line.onsets)),
    )
    previous = before[-1] - home if before else None
    pitches = _without_leaps(drawn.tolist(), weights, previous, plan.style.melody.max_leap)
    return _written(plan, line, pitches, home)


def wanted_onsets(plan: Plan) -> float:
    """Notes of melody that the mood asks for in a bar."""
    parameters = plan.parameters
    return parameters.notes_per_second * 60.0 / parameters.tempo_bpm * plan.beats


def _home(plan: Plan) -> int:
    """The tonic nearest to the middle of the melody's range: where the model's pitch 0 lies."""
    part = plan.style.parts["melody"]
    return nearest_pitch(plan.key.tonic, (part.low + part.high) / 2.0, part.low, part.high)


def _write_rhythm(plan: Plan, model: Model, sketch: Sketch, draws: Sequence[float]) -> Line:
    rules, wanted = plan.style.melody, wanted_onsets(plan)
    onsets = tuple(tick for tick, _ in sketch.notes)
    goal_draw, pickup_draw, *beat_draws = draws
    if not onsets:
        onsets = draw_onsets(model, rules, wanted, plan.beats, beat_draws)
    targets = dict(sketch.notes)
    if plan.ends_phrase:
        return _write_cadence(plan, onsets, sketch, (goal_draw, pickup_draw))
    onsets = thin_or_fill(onsets, wanted, GRIDS[rules.grid], plan.bar_ticks)
    return Line(onsets, tuple(targets.get(tick) for tick in onsets), sketch.pull)


def _write_cadence(
    plan: Plan, onsets: Sequence[int], sketch: Sketch, draws: tuple[float, float]
) -> Line:
    """The rhythm up to the last note of the phrase, and perhaps a way into the next one."""
    rules, wanted = plan.style.melody, wanted_onsets(plan)
    each_beat = wanted / plan.beats
    if plan.ends_piece:
        goal = 0
    elif sketch.notes:
        goal = sketch.notes[-1][0]
    else:
        goal = GOALS[choose([low + rise * each_beat for _, low, rise in GOALS], draws[0])][0]
    way = thin_or_fill(
        [tick for tick in onsets if tick < goal],
        wanted * goal / plan.bar_ticks, GRIDS[rules.grid], max(goal, 1),
    )  # fmt: skip
    onsets = (*way, goal)
    targets = dict(sketch.notes)
    pickup = 0
    inside = not plan.ends_section and goal < plan.bar_ticks // 2
    if inside and draws[1] < rules.pickup:
        pickup = plan.bar_ticks - (TICKS_PER_BEAT if each_beat > 1.0 else TICKS_PER_BEAT // 2)
        onsets = (*onsets, *range(pickup, plan.bar_ticks, TICKS_PER_BEAT // 2))
    known = tuple(targets.get(tick) if tick <= goal else None for tick in onsets)
    return Line(onsets, known, sketch.pull, goal, pickup)


def _places(plan: Plan, line: Line) -> list[int]:
    """0 for the first note of a phrase, 2 for the last, 1 between."""
    places = [2 if tick == line.goal_tick else 1 for tick in line.onsets]
    if plan.phrase_bar == 0 and places[0] == 1:
        places[0] = 0
    return places


def _weights(plan: Plan, line: Line, home: int) -> Doubles:
    """How welcome each pitch is for each note: (notes, pitches)."""
    style, part = plan.style.melody, plan.style.parts["melody"]
    spans = [plan.span_at(tick) for tick in line.onsets]
    weights = _tone_weights(plan, line, spans)
    centres = np.array([_centre(plan, tick) - home for tick in line.onsets])
    distance = (_PITCHES - centres[:, None]) / style.span
    near = 1.0 / (1.0 + distance * distance)
    weights *= near * near
    for number, target in enumerate(line.targets):
        if target is not None:
            away = np.abs(_PITCHES - step_pitch(plan.key.mode, target)) * line.pull
            weights[number] /= (1.0 + away) * (1.0 + away)
    in_range = (part.low <= _PITCHES + home) & (_PITCHES + home <= part.high)
    in_range_weights: Doubles = weights * in_range
    return in_range_weights


def _tone_weights(plan: Plan, line: Line, spans: Sequence[Span]) -> Doubles:
    """What the chord makes of each pitch class, repeated over the octaves."""
    rows = [
        _goal_row(plan, span) if tick == line.goal_tick else _chord_row(plan, tick, span)
        for tick, span in zip(line.onsets, spans, strict=True)
    ]
    return np.array(rows)[:, _PITCHES % OCTAVE]


def _chord_row(plan: Plan, tick: int, span: Span) -> list[float]:
    """Chord tones, and less the other notes of the scale the stronger the beat."""
    ban = plan.style.melody.chord_tones * (1.0 - CLASH_BY_DISSONANCE * plan.parameters.dissonance)
    level = weakness(tick)
    if level > BEAT_LEVEL:
        ban = 0.0
    elif level > STRONG_LEVEL:
        ban *= 0.5
    allowed, tones = plan.scale_over(span), span.tones
    return [1.0 if pc in tones else (1.0 - ban) * (pc in allowed) for pc in range(OCTAVE)]


def _goal_row(plan: Plan, span: Span) -> list[float]:
    """The last note of a phrase rests on the chord."""
    shares = FINAL_TONES if plan.ends_piece else GOAL_TONES[plan.cadence]
    row = [0.0] * OCTAVE
    for tone, share in zip(span.tones, shares, strict=False):
        row[tone] = share
    return row


def _centre(plan: Plan, tick: int) -> float:
    """Where the melody would like to be: the middle, the mood's shift, and the phrase's arch."""
    part, rules = plan.style.parts["melody"], plan.style.melody
    position = (plan.phrase_bar + tick / plan.bar_ticks) / plan.phrase_bars
    width = PEAK if position < PEAK else 1.0 - PEAK
    fall = (position - PEAK) / width
    arch = rules.arch * (0.5 - fall * fall)
    section = plan.style.sections.get(plan.section)
    lift = section.register if section else 0
    centre = (part.low + part.high) / 2.0 + plan.parameters.register_shift + lift + arch
    return min(part.high - 3.0, max(part.low + 3.0, centre))


def _without_leaps(
    pitches: list[int], weights: Doubles, previous: int | None, widest: int
) -> list[int]:
    """Bring each note that leaps too far to the nearest pitch that is allowed there."""
    kept: list[int] = []
    for number, pitch in enumerate(pitches):
        if previous is not None and abs(pitch - previous) > widest:
            pitch = _nearest_allowed(weights[number], previous)
        kept.append(pitch)
        previous = pitch
    return kept


def _nearest_allowed(weights: Doubles, near: int) -> int:
    allowed: list[int] = _PITCHES[weights > 0.0].tolist()
    return min(allowed, key=lambda pitch: (abs(pitch - near), pitch))


def _written(plan: Plan, line: Line, pitches: Sequence[int], home: int) -> MelodyBar:
    ends = (*line.onsets[1:], plan.bar_ticks)
    rows, theme = [], []
    for tick, end, pitch in zip(line.onsets, ends, pitches, strict=True):
        duration = min(end - tick, LONGEST_TICKS)
        if tick == line.goal_tick and not plan.ends_piece:
            breath = int(plan.style.melody.breath * TICKS_PER_BEAT)
            duration = max(SHORTEST_GOAL_TICKS, end - tick - breath)
        elif plan.ends_piece:
            duration = end - tick
        rows.append((tick, duration, pitch + home, int(weakness(tick) == 0)))
        if not line.pickup_tick or tick < line.pickup_tick:
            theme.append((tick, pitch_step(plan.key.mode, pitch)))
    return MelodyBar(tuple(rows), tuple(theme))
