"""Phrasing: when the notes of a bar of melody fall, where a phrase ends, and what leads on."""

from __future__ import annotations

from collections.abc import Sequence

from genmusic.composition.chance import MELODY, choose, draw_once
from genmusic.composition.liveliness import place_of_theme
from genmusic.composition.model import Model
from genmusic.composition.motif import DRAWS as MOTIF_DRAWS
from genmusic.composition.motif import Sketch
from genmusic.composition.place import Place
from genmusic.composition.plan import Plan
from genmusic.composition.rhythm import draw_onsets, grid_ticks, thin_or_fill
from genmusic.units import TICKS_PER_BEAT
from genmusic.values import value
from kernels.rhythms import MOST_PER_BEAT

# How far a new bar may have more or fewer notes than the others, as a share: the notes of the bars
# of a song spread by 0.45 of their mean.
BAR_REACH = 0.6
ONSETS = MELODY + MOTIF_DRAWS + 1  # the draws of a rhythm, behind the one for a phrase's end
PICKUP_TICKS = TICKS_PER_BEAT // 2  # between the notes that lead to the next phrase

# How often the last note of a phrase comes on the bar line, a pulse later and halfway through the
# bar: weights, and what onsets for each beat add to them.
GOALS = ((1.0, 0.2), (0.3, 0.2), (0.2, 0.9))


@value
class Line:
    """The notes of a bar before they have pitches."""

    onsets: tuple[int, ...]
    targets: tuple[int | None, ...]  # steps
    pull: float  # how firmly targets attract
    goal_tick: int = -1  # onset of the last note of the phrase, -1 for none
    pickup_tick: int = 0  # first onset of what leads to the next phrase, 0 for none


def with_onsets(line: Line, onsets: tuple[int, ...]) -> Line:
    """The line with other onsets; what is not there any more is not aimed at."""
    if onsets == line.onsets:
        return line
    targets = dict(zip(line.onsets, line.targets, strict=True))
    return Line(
        onsets,
        tuple(targets.get(tick) for tick in onsets),
        line.pull,
        line.goal_tick if line.goal_tick in onsets else -1,
        line.pickup_tick if line.pickup_tick in onsets else 0,
    )


def wanted_onsets(place: Place, model: Model) -> float:
    """Notes of melody in a bar: what the mood asks for, and how lively the theme is."""
    parameters = place.parameters
    each_beat = parameters.notes_per_second * 60.0 / parameters.tempo_bpm
    each_beat *= model.liveliness(place_of_theme(place.seed, place.piece, place.theme))
    return min(MOST_PER_BEAT, each_beat) * place.metre.beats


def write_line(
    plan: Plan, model: Model, wanted: float, sketch: Sketch, draws: Sequence[float]
) -> Line:
    """The rhythm of a bar with about so many notes as are wanted.

    The draws for the melody: the first for a phrase's end, the last for how busy the bar is; those
    of `draw_onsets` lie in between.
    """
    rules = plan.style.melody
    onsets = tuple([tick for tick, _ in sketch.notes])
    if not onsets or sketch.open_from:
        own = wanted * (1.0 + BAR_REACH * (2.0 * draws[-1] - 1.0))
        fresh = draw_onsets(model, rules, own, plan.metre, plan.chance.key, ONSETS)
        onsets = (*onsets, *[tick for tick in fresh if tick >= sketch.open_from])
    if plan.ends_phrase:
        return _write_cadence(plan, wanted, onsets, sketch, draws[0])
    targets, grid = dict(sketch.notes), grid_ticks(rules.grid, plan.metre)
    onsets = thin_or_fill(onsets, wanted, grid, plan.bar_ticks, plan.metre)
    return Line(onsets, tuple(map(targets.get, onsets)), sketch.pull)


def _write_cadence(
    plan: Plan, wanted: float, onsets: Sequence[int], sketch: Sketch, draw_of_goal: float
) -> Line:
    """The rhythm up to the last note of the phrase, and perhaps a way into the next one."""
    rules = plan.style.melody
    each_beat = wanted / plan.beats
    if plan.ends_piece:
        goal = 0
    elif sketch.notes:
        goal = sketch.notes[-1][0]
    else:
        goal = _goal(plan, each_beat, draw_of_goal)
    way = thin_or_fill(
        [tick for tick in onsets if tick < goal],
        wanted * goal / plan.bar_ticks,
        grid_ticks(rules.grid, plan.metre),
        max(goal, 1),
        plan.metre,
    )
    onsets = (*way, goal)
    targets = dict(sketch.notes)
    if plan.ends_piece:
        targets.pop(goal, None)  # a piece comes home, wherever the phrase went before
    pickup = 0
    inside = not plan.ends_section and goal < plan.bar_ticks // 2
    if inside and _leads_on(plan):
        pickup = plan.bar_ticks - PICKUP_TICKS * (2 if each_beat > 1.0 else 1)
        onsets = (*onsets, *range(pickup, plan.bar_ticks, PICKUP_TICKS))
    known = tuple(targets.get(tick) if tick <= goal else None for tick in onsets)
    return Line(onsets, known, sketch.pull, goal, pickup)


def _leads_on(plan: Plan) -> bool:
    """Whether a phrase leads into the next one, as it did when its theme was first heard."""
    chance = draw_once(plan.seed, "pickup", plan.piece, plan.theme, plan.phrase)
    return chance < plan.style.melody.pickup


def _goal(plan: Plan, each_beat: float, draw: float) -> int:
    """The tick of the last note of a phrase: on the bar line, a pulse later, or halfway."""
    ticks = (0, plan.metre.pulse_ticks, plan.metre.half_ticks)
    return ticks[choose([low + rise * each_beat for low, rise in GOALS], draw)]
