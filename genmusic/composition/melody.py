"""Melody: one bar at a time, drawn from the trained model under the rules of the style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genmusic.composition.chance import DRAWS_PER_NOTE, MOST_NOTES
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.memory import remembered
from genmusic.composition.model import Drawn, Model, Request
from genmusic.composition.motif import DRAWS as MOTIF_DRAWS
from genmusic.composition.motif import Themes, sketch_bar
from genmusic.composition.phrasing import Line, with_onsets, write_line
from genmusic.composition.plan import Plan, Row
from genmusic.composition.theory import OCTAVE, family, nearest_pitch, pitch_step
from genmusic.composition.trails import Trail
from genmusic.composition.viewpoints import MODES, Tune, join_tunes
from genmusic.composition.weighing import weigh_notes
from genmusic.units import TICKS_PER_BEAT
from kernels.copying import Trail as Played

GOAL_LEAP = 5  # semitones: a fourth
LONGEST_TICKS = 5 * TICKS_PER_BEAT // 2  # a longer wait is a rest
SHORTEST_GOAL_TICKS = TICKS_PER_BEAT // 2


@dataclass(frozen=True, slots=True)
class MelodyBar:
    """A composed bar: its rows, what a later bar may take from it, and how it came about."""

    rows: tuple[Row, ...] = ()
    theme: tuple[tuple[int, int], ...] = ()
    drawn: Drawn | None = None
    begins: tuple[int, ...] = ()  # ticks at which phrases begin
    steps: tuple[int, ...] = ()  # of the scale, for each note
    aimed: tuple[bool, ...] = ()  # whether each note is where its motif wanted it


def compose_melody(plan: Plan, model: Model, themes: Themes, trail: Trail) -> MelodyBar:
    """A bar of melody after the notes of the trail."""
    draws = plan.chance.melody
    line = write_line(plan, model, sketch_bar(plan, themes, draws), draws[MOTIF_DRAWS:])
    line = with_onsets(line, hooked_bar(plan, "rhythm", line.onsets))
    if not line.onsets:
        return MelodyBar()
    home = _home(plan)
    drawn = model.sample_melody(_request(plan, line, themes, trail, home))
    return _written(plan, line, drawn, home)


def _home(plan: Plan) -> int:
    """The tonic nearest to the middle of the melody's range: where the model's pitch 0 lies."""
    part = plan.style.parts["melody"]
    return nearest_pitch(plan.key.tonic, (part.low + part.high) / 2.0, part.low, part.high)


def _request(plan: Plan, line: Line, themes: Themes, trail: Trail, home: int) -> Request:
    notes = len(line.onsets)
    heard = remembered(plan, themes)
    before, coming = _tune_before(plan, trail, home), _tune_to_come(plan, line)
    tune = join_tunes((*heard, before, coming))
    reach = [np.arange(len(known)) for known in heard]
    reach.append(np.arange(len(before) + notes))
    return Request(
        tune=tune,
        reach=np.concatenate(reach),
        weights=weigh_notes(plan, line, home),
        widest=np.array(_widest_leaps(plan, line)),
        moves=np.array(_must_move(plan, line)),
        trail=Played(
            np.array([*(note[1] - home for note in trail), *[0] * notes]),
            np.array([*(-note[0] for note in trail), *line.onsets]),
        ),
        uniforms=plan.chance.notes[MOST_NOTES : MOST_NOTES + notes * (DRAWS_PER_NOTE - 1)],
    )


def _tune_before(plan: Plan, trail: Trail, home: int) -> Tune:
    """What the melody has just sung."""
    ago, pitches, begins = np.array(trail, np.int64).reshape(-1, 3).T
    return Tune(
        modes=np.full(len(trail), MODES.index(family(plan.key.mode))),
        pitches=pitches - home,
        starts=-ago,
        durations=-np.diff(ago, append=0),
        positions=-ago % plan.bar_ticks,
        beats=np.full(len(trail), plan.metre.pulse_ticks),
        begins=(begins > 0) | (np.arange(len(trail)) == 0),
        ends=np.append(begins[1:], 0)[: len(trail)] > 0,
    )


def _tune_to_come(plan: Plan, line: Line) -> Tune:
    """The notes of the bar, before they have pitches."""
    onsets = np.array(line.onsets)
    return Tune(
        modes=np.full(len(onsets), MODES.index(family(plan.key.mode))),
        pitches=np.zeros(len(onsets), np.int64),
        starts=onsets,
        durations=np.diff(onsets, append=plan.bar_ticks),
        positions=onsets,
        beats=np.full(len(onsets), plan.metre.pulse_ticks),
        begins=np.isin(onsets, _phrase_starts(plan, line)),
        ends=onsets == line.goal_tick,
    )


def _phrase_starts(plan: Plan, line: Line) -> tuple[int, ...]:
    """Onsets at which a phrase begins: the first of its first bar, and what leads to the next."""
    first = line.onsets[:1] if plan.phrase_bar == 0 else ()
    after = tuple(tick for tick in line.onsets if tick > line.goal_tick >= 0)
    return (*first, *after[:1])


def _must_move(plan: Plan, line: Line) -> list[bool]:
    """Whether each note may not repeat the one before.

    Songs repeat notes for the sake of their words; without words that is soon dull. A remembered
    bar, and the last note of a phrase, stay what they are.
    """
    kept = plan.style.melody.repeats
    draws = plan.chance.notes[: len(line.onsets)].tolist()
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


def _written(plan: Plan, line: Line, drawn: Drawn, home: int) -> MelodyBar:
    ends = (*line.onsets[1:], plan.bar_ticks)
    rows, theme, steps, aimed = [], [], [], []
    notes = zip(line.onsets, ends, line.targets, drawn.pitches.tolist(), strict=True)
    for tick, end, target, pitch in notes:
        duration = min(end - tick, LONGEST_TICKS)
        if tick == line.goal_tick and not plan.ends_piece:
            breath = int(plan.style.melody.breath * TICKS_PER_BEAT)
            duration = max(SHORTEST_GOAL_TICKS, end - tick - breath)
        elif plan.ends_piece:
            duration = end - tick
        rows.append((tick, duration, pitch + home, int(tick == 0)))
        step = pitch_step(plan.key.mode, pitch)
        steps.append(step)
        aimed.append(target == step)
        if not line.pickup_tick or tick < line.pickup_tick:
            theme.append((tick, step))
    return MelodyBar(
        tuple(rows), tuple(theme), drawn, _phrase_starts(plan, line), tuple(steps), tuple(aimed)
    )
