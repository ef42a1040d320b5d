"""Melody: one bar at a time, drawn from the trained model under the rules of the style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from genmusic.composition.chance import DRAWS_PER_NOTE, MOST_NOTES
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.model import Model
from genmusic.composition.motif import DRAWS as MOTIF_DRAWS
from genmusic.composition.motif import Themes, sketch_bar
from genmusic.composition.phrasing import Line, with_onsets, write_line
from genmusic.composition.plan import Plan, Row
from genmusic.composition.smoothing import smooth
from genmusic.composition.theory import OCTAVE, family, nearest_pitch, pitch_step
from genmusic.composition.weighing import weigh_notes
from genmusic.units import TICKS_PER_BEAT

HISTORY = 6  # pitches remembered for the model
GOAL_LEAP = 5  # semitones: a fourth
LONGEST_TICKS = 5 * TICKS_PER_BEAT // 2  # a longer wait is a rest
SHORTEST_GOAL_TICKS = TICKS_PER_BEAT // 2
_METRIC_BY_WEAKNESS = (0, 1, 1, 2, 2)  # the model tells downbeat, other beat, off the beat


@dataclass(frozen=True, slots=True)
class MelodyBar:
    """A composed bar: its rows, and what a later bar may take from it."""

    rows: tuple[Row, ...] = ()
    theme: tuple[tuple[int, int], ...] = ()


def compose_melody(plan: Plan, model: Model, themes: Themes, before: Sequence[int]) -> MelodyBar:
    """A bar of melody after the pitches ``before``."""
    draws = plan.chance.melody
    line = write_line(plan, model, sketch_bar(plan, themes, draws), draws[MOTIF_DRAWS:])
    line = with_onsets(line, hooked_bar(plan, "rhythm", line.onsets))
    if not line.onsets:
        return MelodyBar()
    home = _home(plan)
    weights = weigh_notes(plan, line, home)
    notes = len(line.onsets)
    drawn = model.sample_melody(
        family(plan.key.mode),
        [pitch - home for pitch in before if plan.phrase_bar],  # a phrase begins afresh
        [_METRIC_BY_WEAKNESS[plan.metre.weakness(tick)] for tick in line.onsets],
        _places(plan, line),
        weights,
        plan.chance.notes[MOST_NOTES : MOST_NOTES + notes * (DRAWS_PER_NOTE - 1)],
    )
    moves = _repeats_that_move(plan, line, plan.chance.notes[:notes].tolist())
    previous = before[-1] - home if before else None
    leaps = _widest_leaps(plan, line)
    return _written(plan, line, smooth(drawn.tolist(), weights, previous, leaps, moves), home)


def _home(plan: Plan) -> int:
    """The tonic nearest to the middle of the melody's range: where the model's pitch 0 lies."""
    part = plan.style.parts["melody"]
    return nearest_pitch(plan.key.tonic, (part.low + part.high) / 2.0, part.low, part.high)


def _places(plan: Plan, line: Line) -> list[int]:
    """0 for the first note of a phrase, 2 for the last, 1 between."""
    places = [2 if tick == line.goal_tick else 1 for tick in line.onsets]
    if plan.phrase_bar == 0 and places[0] == 1:
        places[0] = 0
    return places


def _repeats_that_move(plan: Plan, line: Line, draws: Sequence[float]) -> list[bool]:
    """Whether each note, should it repeat the one before, moves instead.

    Songs repeat notes for the sake of their words; without words that is soon dull. A remembered
    bar, and the last note of a phrase, stay what they are.
    """
    kept = plan.style.melody.repeats
    return [
        draw >= kept and target is None and tick != line.goal_tick
        for draw, target, tick in zip(draws, line.targets, line.onsets, strict=True)
    ]


def _widest_leaps(plan: Plan, line: Line) -> list[int]:
    """Semitones from note to note: an octave into a phrase, and no leap into its last note."""
    rules = plan.style.melody
    leaps = [GOAL_LEAP if tick == line.goal_tick else rules.max_leap for tick in line.onsets]
    if plan.phrase_bar == 0:
        leaps[0] = OCTAVE
    return leaps


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
        rows.append((tick, duration, pitch + home, int(tick == 0)))
        if not line.pickup_tick or tick < line.pickup_tick:
            theme.append((tick, pitch_step(plan.key.mode, pitch)))
    return MelodyBar(tuple(rows), tuple(theme))
