"""Hooks: Python of an operator's own, which may change what a layer has decided.

A hook is an entry point in the group ``genmusic.LAYER``; a style names it in its table ``[hooks]``.
It is called with where the music stands, what the layer proposes and a generator of random
numbers, and returns what shall be played instead, of the same kind. What it returns is checked; if
that is wrong, or the hook fails, the proposal is played and the log says why.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from genmusic.composition.chance import MOST_NOTES
from genmusic.composition.metre import EIGHTH_TICKS
from genmusic.composition.plan import Plan, Row
from genmusic.mood.mapping import MusicalParameters
from genmusic.names import PARTS
from genmusic.rules import HOOK_LAYERS, Style
from genmusic.score.events import ChordSpan, Note
from genmusic.score.harmony import Chord, Key
from genmusic.seeding import stream
from kernels.accompaniment import MOST_ROWS

DEGREES = range(7)

T = TypeVar("T")
_logger = logging.getLogger("genmusic.hooks")
_failures: Counter[tuple[str, str]] = Counter()  # for the log alone


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the music stands when a hook is called; fields below ``parameters`` may be unset."""

    style: str
    piece: int
    bar: int  # in the piece
    parameters: MusicalParameters
    metre: str = ""
    bar_ticks: int = 0
    section: str = ""
    cadence: str = ""
    phrase_bar: int = 0
    phrase_bars: int = 0
    density: float = 0.0
    key: Key | None = None
    chords: tuple[ChordSpan, ...] = ()  # of the bar


def installed_hooks() -> Mapping[str, frozenset[str]]:
    """The names of the hooks of each layer."""
    return {layer: frozenset(_entries(layer)) for layer in HOOK_LAYERS}


@lru_cache(maxsize=64)
def _entries(layer: str) -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=f"genmusic.{layer}")}


@lru_cache(maxsize=64)
def _load(layer: str, name: str) -> Callable[..., Any]:
    hook: Callable[..., Any] = _entries(layer)[name].load()
    return hook


def hooked_bar(plan: Plan, layer: str, proposal: T) -> T:
    """What the hook of a layer makes of a bar's proposal; the proposal where there is none."""
    if layer not in plan.style.hooks:
        return proposal
    return hooked(plan.style, layer, plan.seed, _moment(plan), proposal)


def hooked(style: Style, layer: str, seed: int, moment: Moment, proposal: T) -> T:
    """What the hook of a layer makes of a proposal; the proposal where there is none."""
    name = style.hooks.get(layer)
    if name is None:
        return proposal
    random = stream(seed, "hook", layer, moment.piece, moment.bar)
    try:
        changed: T = _CHECKS[layer](_load(layer, name)(moment, proposal, random), moment)
    except Exception as error:
        _complain(layer, name, error)
        return proposal
    return changed


def _complain(layer: str, name: str, error: Exception) -> None:
    """Log a failure: the first, and then ever fewer of them."""
    _failures[layer, name] += 1
    times = _failures[layer, name]
    if times & (times - 1) == 0:
        _logger.warning(
            "the hook %s of %s failed (%s: %s); the music goes on without it (failures: %d)",
            name, layer, type(error).__name__, error, times,
        )  # fmt: skip


def _moment(plan: Plan) -> Moment:
    tonic = plan.key.tonic
    return Moment(
        plan.style.name,
        plan.piece,
        plan.piece_bar,
        plan.parameters,
        plan.metre.name,
        plan.bar_ticks,
        plan.section,
        plan.cadence,
        plan.phrase_bar,
        plan.phrase_bars,
        plan.density,
        plan.key,
        tuple(
            ChordSpan(span.start_tick, Chord((tonic + span.root) % 12, span.quality))
            for span in plan.spans
        ),
    )


def _check(holds: bool, wanted: str) -> None:
    if not holds:
        raise ValueError(f"it must return {wanted}")


def _labels(value: Iterable[Any], _moment: Moment) -> tuple[str, ...]:
    labels = tuple(value)
    good = 1 <= len(labels) <= 64 and all(isinstance(label, str) for label in labels)
    _check(good, "1..64 labels of sections")
    return labels


def _chords(value: Iterable[Any], moment: Moment) -> tuple[tuple[int, int], ...]:
    """Eighths and degree (0..6) of each chord of a phrase."""
    chords = tuple((int(eighths), int(degree)) for eighths, degree in value)
    ends = {0, *accumulate(eighths * EIGHTH_TICKS for eighths, _ in chords)}
    bar_lines = {bar * moment.bar_ticks for bar in range(moment.phrase_bars + 1)}
    fits = bar_lines <= ends and max(ends) == max(bar_lines)
    good = all(eighths > 0 and degree in DEGREES for eighths, degree in chords)
    _check(good and fits, "pairs of eighths and degree 0..6 that fill each bar of the phrase")
    return chords


def _ticks(value: Iterable[Any], moment: Moment) -> tuple[int, ...]:
    ticks = tuple(int(tick) for tick in value)
    rising = all(before < after for before, after in pairwise(ticks))
    inside = all(0 <= tick < moment.bar_ticks for tick in ticks)
    few = len(ticks) <= MOST_NOTES
    _check(rising and inside and few, f"rising ticks in 0..{moment.bar_ticks - 1}")
    return ticks


def _rows(value: Iterable[Any], moment: Moment) -> tuple[Row, ...]:
    """Start tick, ticks, pitch and accent (-1, 0, 1) of each note."""
    rows = tuple((int(t), int(d), int(p), int(a)) for t, d, p, a in value)
    good = len(rows) <= MOST_ROWS and all(
        0 <= t < moment.bar_ticks and d > 0 and 0 <= p <= 127 and -1 <= a <= 1
        for t, d, p, a in rows
    )
    _check(good, "rows of start tick, ticks, pitch and accent inside the bar")
    return rows


def _players(value: Iterable[Any], _moment: Moment) -> frozenset[str]:
    parts = frozenset(value)
    _check(parts <= set(PARTS), f"names of {', '.join(PARTS)}")
    return parts


def _notes(value: Iterable[Any], moment: Moment) -> tuple[Note, ...]:
    notes = tuple(value)
    good = all(
        isinstance(n, Note)
        and 0 <= n.start_tick < moment.bar_ticks
        and n.duration_ticks > 0
        and 0 <= n.pitch <= 127
        and 1 <= n.velocity <= 127
        and 0 <= n.part < len(PARTS)
        for n in notes
    )
    _check(good, "notes inside the bar")
    return notes


_CHECKS: Mapping[str, Callable[[Any, Moment], Any]] = {
    "form": _labels,
    "harmony": _chords,
    "arrangement": _players,
    "rhythm": _ticks,
    "performance": _notes,
    **dict.fromkeys(("melody", "counter", "comp", "pad", "bass", "drums"), _rows),
}
