"""Melody: one bar at a time, drawn from the trained model under the rules of the style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.chance import DRAWS_PER_NOTE, MOST_NOTES
from genmusic.composition.character import character
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.memory import remembered
from genmusic.composition.model import Drawn, Model, Request
from genmusic.composition.motif import DRAWS as MOTIF_DRAWS
from genmusic.composition.motif import Themes, sketch_bar
from genmusic.composition.phrasing import Line, with_onsets, write_line
from genmusic.composition.plan import Plan, Row
from genmusic.composition.theory import OCTAVE, family, nearest_pitch, pitch_step
from genmusic.composition.trails import Trail
from genmusic.composition.viewpoints import MODES
from genmusic.composition.weighing import weigh_notes
from genmusic.units import TICKS_PER_BEAT, exp2
from kernels.copying import Trail as Played
from kernels.looking import COLUMNS
from kernels.trails import lay_out
from kernels.weighing import NO_TARGET

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

GOAL_LEAP = 5  # semitones: a fourth
NOVELTY_OCTAVES = 0.5  # of temperature, the knob from end to end
LONGEST_TICKS = 5 * TICKS_PER_BEAT // 2  # a longer wait is a rest
SHORTEST_GOAL_TICKS = TICKS_PER_BEAT // 2
NONE = -1  # no onset


@dataclass(frozen=True, slots=True)
class MelodyBar:
    """A composed bar: its rows, what a later bar may take from it, and how it came about."""

    rows: tuple[Row, ...] = ()
    theme: tuple[tuple[int, int], ...] = ()
    drawn: Drawn | None = None
    begins: tuple[int, int] = (-1, -1)  # ticks at which phrases begin, -1 for none
    steps: tuple[int, ...] = ()  # of the scale, for each note
    aimed: tuple[bool, ...] = ()  # whether each note is where its motif wanted it


def compose_melody(plan: Plan, model: Model, themes: Themes, trail: Trail) -> MelodyBar:
    """A bar of melody after the notes of the trail."""
    draws = plan.chance.melody
    line = write_line(plan, model, sketch_bar(plan, model, themes, draws), draws[MOTIF_DRAWS:])
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
    memory, onsets, goal_tick = remembered(plan, themes), np.array(line.onsets), line.goal_tick
    targets = np.array([NO_TARGET if step is None else step for step in line.targets])
    tune = np.empty((len(memory) + len(trail) + len(onsets), COLUMNS), np.int64)
    played = np.empty((3, len(trail) + len(onsets)), np.int64)
    lay_out(
        memory, trail, onsets, MODES.index(family(plan.key.mode)), home, plan.metre.pulse_ticks,
        plan.bar_ticks, goal_tick, plan.phrase_bar == 0, tune, played,
    )  # fmt: skip
    return Request(
        tune=tune,
        weights=weigh_notes(plan, line, onsets, targets, home),
        widest=_widest_leaps(plan, onsets, goal_tick),
        moves=_must_move(plan, onsets, targets, goal_tick),
        trail=Played(played[0], played[1], played[2]),
        uniforms=plan.chance.notes[MOST_NOTES : MOST_NOTES + len(onsets) * (DRAWS_PER_NOTE - 1)],
        temperature=_temperature(plan),
    )


def _temperature(plan: Plan) -> float:
    """That of the style, higher in a bold piece and where novelty is wanted."""
    rules = plan.style.melody
    asked = exp2(NOVELTY_OCTAVES * (plan.parameters.novelty - 0.5))
    return rules.temperature * asked * character(plan.seed, plan.piece, rules.variety).boldness


def _phrase_starts(plan: Plan, line: Line) -> tuple[int, int]:
    """Onsets at which a phrase begins: the first of its first bar, and what leads to the next."""
    first = line.onsets[0] if plan.phrase_bar == 0 else NONE
    after = (tick for tick in line.onsets if tick > line.goal_tick >= 0)
    return first, next(after, NONE)


def _must_move(plan: Plan, onsets: Integers, targets: Integers, goal_tick: int) -> Flags:
    """Whether each note may not repeat the one before.

    Songs repeat notes for the sake of their words; without words that is soon dull. A remembered
    bar, and the last note of a phrase, stay what they are.
    """
    free = plan.chance.notes[: len(onsets)] >= plan.style.melody.repeats
    moves: Flags = free & (targets == NO_TARGET) & (onsets != goal_tick)
    return moves


def _widest_leaps(plan: Plan, onsets: Integers, goal_tick: int) -> Integers:
    """Semitones from note to note: an octave into a phrase, and no leap into its last note."""
    leaps = np.full(len(onsets), plan.style.melody.max_leap)
    leaps[onsets == goal_tick] = GOAL_LEAP
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
