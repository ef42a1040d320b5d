"""Motifs: what a bar of melody takes from an earlier one, so that ideas return.

A section heard before returns as it was or a little changed; a phrase may begin like the first of
its section, a new theme with the rhythm of an older one; in between, a bar repeats, moves, bends or
breaks up an idea of its phrase, as the model has learned that bars do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from genmusic.composition.chance import choose, draw_once
from genmusic.composition.model import Model
from genmusic.composition.operations import MOTIF_ORDER, NEW, OPERATIONS, operations_of
from genmusic.composition.plan import Plan
from genmusic.composition.rhythm import grid_ticks
from genmusic.composition.state import BarTheme, PhraseTheme, Slot
from genmusic.composition.style_tables import of_style
from genmusic.composition.theory import DEGREES, family
from genmusic.rules import Style
from genmusic.values import value

DRAWS = 3
# After an idea and its answer comes a bar that breaks it up or leaves it: the form of a sentence.
CONTRAST_BAR = 2
CONTRAST = {"new": 1.5, "fragment": 3.0, "diminish": 3.0, "augment": 2.0, "sequence": 0.4}
PARALLEL_BARS = 2  # bars of the first phrase with which the next ones begin
# Share of bars that full novelty varies when a section returns, and when a primed one does.
VARIED_RETURNS, VARIED_PRIMED = 0.6, 1.6
VARIATIONS = {"vary_tail": 4.0, "ornament": 3.0, "rhythm": 2.0, "new": 1.0}
ORNAMENT_TICKS = 480
THIRD = 2  # steps
RETURN_PULL, MOTIF_PULL = 30.0, 4.0  # how firmly targets attract, for each semitone of distance

Themes = Mapping[str, Sequence[PhraseTheme]]


@value
class Sketch:
    """Notes to aim at: onset ticks, each with a step or none, and how firmly they attract."""

    notes: tuple[tuple[int, int | None], ...] = ()
    pull: float = 0.0
    open_from: int = 0  # tick from which the bar goes on with a rhythm of its own, 0 for none


@value
class _Source:
    """An earlier bar, and how many steps the harmony has moved since."""

    bar: BarTheme
    shift: int
    half_tick: int
    grid: int  # ticks between the finest onsets

    def moved(self) -> list[tuple[int, int]]:
        shift = self.shift
        return [(tick, step + shift) for tick, step in self.bar]


def sketch_bar(plan: Plan, model: Model, themes: Themes, draws: Sequence[float]) -> Sketch:
    """What this bar takes from an earlier one; an empty sketch if it is new."""
    sketch = _sketch(plan, model, themes, draws)
    notes, end = sketch.notes, plan.bar_ticks
    if not notes or notes[-1][0] < end:  # they rise
        return sketch
    return Sketch(tuple([note for note in notes if note[0] < end]), sketch.pull, sketch.open_from)


def _sketch(plan: Plan, model: Model, themes: Themes, draws: Sequence[float]) -> Sketch:
    heard = themes.get(plan.theme, ())
    if plan.repeated:
        return _return(plan, heard, draws)
    if plan.ends_phrase:
        return Sketch()
    if plan.phrase == plan.phrase_bar == 0:
        return _akin(plan, themes, draws)
    if plan.phrase > 0 and plan.phrase_bar < PARALLEL_BARS and _is_parallel(plan):
        source = _source(plan, heard, 0, plan.phrase_bar)
        return _moved(source, RETURN_PULL) if source else Sketch()
    if plan.phrase_bar == 0:
        return Sketch()
    return _develop(plan, model, heard, draws)


def _is_parallel(plan: Plan) -> bool:
    """Whether a phrase begins like the first one of its section."""
    chance = draw_once(plan.seed, "parallel", plan.piece, plan.theme, plan.phrase)
    return chance < plan.style.motif.parallel


def _akin(plan: Plan, themes: Themes, draws: Sequence[float]) -> Sketch:
    """A new theme that begins with the rhythm of an older one, so that the piece holds together."""
    if draws[0] >= plan.style.motif.kinship:
        return Sketch()
    for theme, phrases in themes.items():
        if theme != plan.theme and phrases and phrases[0].bars and phrases[0].bars[0]:
            return Sketch(tuple((tick, None) for tick, _ in phrases[0].bars[0]))
    return Sketch()


def _return(plan: Plan, heard: Sequence[PhraseTheme], draws: Sequence[float]) -> Sketch:
    """The same bar of the same section, or a variation of it, the more so in a primed one."""
    source = _source(plan, heard, plan.phrase, plan.phrase_bar)
    if source is None:
        return Sketch()
    share = VARIED_PRIMED if plan.section.endswith("'") else VARIED_RETURNS
    inner = not plan.ends_phrase and plan.phrase_bar > 0
    if not inner or draws[0] >= share * plan.parameters.novelty:
        return _moved(source, RETURN_PULL)
    return _VARIERS[choose(VARIATIONS.values(), draws[1])](source, RETURN_PULL)


def _develop(
    plan: Plan, model: Model, heard: Sequence[PhraseTheme], draws: Sequence[float]
) -> Sketch:
    """An operation on an earlier bar of the phrase."""
    earlier = 0 if plan.phrase_bar == 1 or draws[0] < 0.5 else plan.phrase_bar - 1
    source = _source(plan, heard, plan.phrase, earlier)
    if source is None:
        return Sketch()
    weights = _weights(plan, model, heard[plan.phrase].bars)
    operation = _MAKERS[choose(weights, draws[1])]
    return operation(source, MOTIF_PULL)


def _weights(plan: Plan, model: Model, bars: Sequence[BarTheme]) -> Sequence[float]:
    """Weights of the operations: what usually follows those of the phrase, as the style wants it.

    Novelty, and the third bar of four, call for something new.
    """
    heard = operations_of(bars[-2 - MOTIF_ORDER :])[-MOTIF_ORDER:]  # each asks for two before it
    return _weights_after(
        tuple(heard),
        family(plan.key.mode),
        model,
        _own_weights(plan.style),
        plan.parameters.novelty,
        plan.phrase_bar % 4 == CONTRAST_BAR,
    )


@lru_cache(maxsize=4_096)  # there are few, and all who hear a style ask for the same
def _weights_after(
    heard: tuple[int, ...],
    mode: str,
    model: Model,
    own: tuple[float, ...],
    novelty: float,
    contrasts: bool,
) -> tuple[float, ...]:
    usual = model.motif_distribution(mode, heard).tolist()
    weights = [weight * share for weight, share in zip(own, usual, strict=True)]
    weights[NEW] *= 2.0 * novelty
    if contrasts:
        weights = [weight * by for weight, by in zip(weights, _CONTRAST, strict=True)]
    return tuple(weights)


@of_style
def _own_weights(style: Style) -> tuple[float, ...]:
    return tuple(getattr(style.motif, name) for name in OPERATIONS)


_CONTRAST = tuple(CONTRAST.get(name, 1.0) for name in OPERATIONS)


def _source(plan: Plan, heard: Sequence[PhraseTheme], phrase: int, bar: int) -> _Source | None:
    if phrase >= len(heard):
        return None
    theme, metre = heard[phrase], plan.metre
    bars = theme.bars
    if bar >= len(bars) or not bars[bar]:
        return None
    then = degree_at(theme.chords, bar * metre.eighths)
    shift = (plan.spans[0].degree - then + DEGREES // 2) % DEGREES - DEGREES // 2
    grid = grid_ticks(plan.style.melody.grid, metre)
    return _Source(bars[bar], shift, metre.half_ticks, grid)


def degree_at(chords: Sequence[Slot], eighth: int) -> int:
    """The degree that sounds at an eighth of a phrase; the last one after its end."""
    for eighths, degree in chords:
        if eighth < eighths:
            return degree
        eighth -= eighths
    return chords[-1][1] if chords else 0


def _moved(source: _Source, pull: float) -> Sketch:
    return Sketch(tuple(source.moved()), pull)


def _vary_tail(source: _Source, pull: float) -> Sketch:
    """The first half, and a new end with a rhythm of its own."""
    head = [(tick, step) for tick, step in source.moved() if tick < source.half_tick]
    return Sketch(tuple(head), pull, source.half_tick)


def _rhythm(source: _Source, pull: float) -> Sketch:
    return Sketch(tuple((tick, None) for tick, _ in source.bar), pull)


def _invert(source: _Source, pull: float) -> Sketch:
    axis = source.bar[0][1]
    turned = ((tick, 2 * axis - step + source.shift) for tick, step in source.bar)
    return Sketch(tuple(turned), pull)


def _fragment(source: _Source, pull: float) -> Sketch:
    """The first half twice, the second time a step lower."""
    head = [(tick, step) for tick, step in source.moved() if tick < source.half_tick]
    return Sketch((*head, *((tick + source.half_tick, step - 1) for tick, step in head)), pull)


def _augment(source: _Source, pull: float) -> Sketch:
    """The first half in twice the time."""
    head = ((2 * tick, step) for tick, step in source.moved() if tick < source.half_tick)
    return Sketch(tuple(head), pull)


def _diminish(source: _Source, pull: float) -> Sketch:
    """All of it in half the time, where that keeps to the grid, and then a new rhythm."""
    if any(tick // 2 % source.grid for tick, _ in source.bar):
        return _fragment(source, pull)
    quick = ((tick // 2, step) for tick, step in source.moved())
    return Sketch(tuple(quick), pull, source.half_tick)


def _ornament(source: _Source, pull: float) -> Sketch:
    """The moved bar with a step between notes a third apart that have the time for it."""
    notes = source.moved()
    dressed: list[tuple[int, int | None]] = []
    for (tick, step), (following, target) in pairwise(notes):
        dressed.append((tick, step))
        if abs(target - step) == THIRD and following - tick >= 2 * ORNAMENT_TICKS:
            dressed.append((following - ORNAMENT_TICKS, (step + target) // 2))
    return Sketch((*dressed, *notes[-1:]), pull)


def _new(_source: _Source, _pull: float) -> Sketch:
    return Sketch()


_MAKER_OF: Mapping[str, Callable[[_Source, float], Sketch]] = {
    "sequence": _moved,
    "vary_tail": _vary_tail,
    "rhythm": _rhythm,
    "invert": _invert,
    "fragment": _fragment,
    "augment": _augment,
    "diminish": _diminish,
    "ornament": _ornament,
    "new": _new,
}
_MAKERS = tuple(_MAKER_OF[name] for name in OPERATIONS)
_VARIERS = tuple(_MAKER_OF[name] for name in VARIATIONS)
