"""Harmony: the chords of a phrase, planned as degrees and ending in a cadence.

The trained model says which degree usually follows; the style weighs degrees, the cadence fixes
the end. What a degree sounds like is decided bar by bar in `colour`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.metre import chord_lengths
from genmusic.composition.model import CHORD_ORDER, MODES, Model
from genmusic.composition.state import Slot
from genmusic.composition.theory import DEGREES, degree_of, family, scale_chord
from genmusic.rules.style import HarmonyRules
from genmusic.threads import OfThread
from genmusic.values import value
from kernels import harmonies
from kernels.handles import Handle
from kernels.words import room_for

Degrees = frozenset[int]
Doubles = NDArray[np.float64]

EVERY_DEGREE = (1 << DEGREES) - 1  # as a mask
# What a degree that the model has never heard still weighs, so that a cadence can be reached.
FLOOR = 0.002
LEAST_DIMINISHED = 0.3  # of the weight of a diminished chord without any tension
WHOLE_BAR = "4"  # a bar of one chord, as styles write it
LEAST_SHARPNESS = 0.35  # share of plain against squared probability when novelty is 0


@dataclass(frozen=True, slots=True)
class Formula:
    """Degrees that a cadence allows for its last chords, and for the chord before them."""

    approach: Degrees
    last: tuple[Degrees, ...]


def _formula(approach: str, *last: str) -> Formula:
    """Degrees as musicians count them, from 1."""
    sets = [frozenset(int(digit) - 1 for digit in degrees) for degrees in (approach, *last)]
    return Formula(sets[0], tuple(sets[1:]))


# In modes without a leading note, the chord a step beside the tonic is what leads home.
_TONAL = {
    "authentic": _formula("246", "5", "1"),
    "deceptive": _formula("246", "5", "6"),
    "half": _formula("1246", "5"),
    "plagal": _formula("1236", "4", "1"),
}
CADENCES: dict[str, dict[str, Formula]] = {
    "major": _TONAL,
    "minor": _TONAL,
    "dorian": {
        "authentic": _formula("1346", "47", "1"),
        "deceptive": _formula("134", "7", "3"),
        "half": _formula("137", "4"),
        "plagal": _formula("1367", "4", "1"),
    },
    "phrygian": {
        "authentic": _formula("1346", "27", "1"),
        "deceptive": _formula("134", "2", "6"),
        "half": _formula("1367", "2"),
        "plagal": _formula("1367", "4", "1"),
    },
    "lydian": {
        "authentic": _formula("136", "25", "1"),
        "deceptive": _formula("1236", "5", "6"),
        "half": _formula("136", "2"),
        "plagal": _formula("136", "2", "1"),
    },
    "mixolydian": {
        "authentic": _formula("1246", "7", "1"),
        "deceptive": _formula("124", "7", "6"),
        "half": _formula("1246", "7"),
        "plagal": _formula("1267", "4", "1"),
    },
}


@value
class Task:
    """The harmony of one phrase, still to be planned."""

    metre: str
    mode: str
    bars: int
    cadence: str
    start: Degrees
    density: float
    novelty: float
    dissonance: float
    before: tuple[int, ...]  # degrees that end the phrase before


def plan_chords(
    task: Task, rules: HarmonyRules, model: Model, draws: Sequence[float] | Doubles
) -> tuple[Slot, ...]:
    """Eighths and degrees of a phrase; each draw but the first makes one chord."""
    lengths = _rhythm(task, rules, draws[0])
    return _fill(task, lengths, _masks(task, lengths), rules, model, draws[1:])


def end_chords(
    task: Task,
    known: Sequence[Slot],
    rules: HarmonyRules,
    model: Model,
    draws: Sequence[float] | Doubles,
) -> tuple[Slot, ...]:
    """Known chords, with a new end where the cadence asks for another one."""
    lengths = [eighths for eighths, _ in known]
    masks = _masks(task, lengths)
    if masks[-1] >> known[-1][1] & 1:
        return tuple(known)
    room = _ending_room(task, lengths)
    kept = [1 << degree for _, degree in known[: len(known) - room]]
    return _fill(task, lengths, kept + masks[len(kept) :], rules, model, draws)


def free_slots(task: Task, lengths: Sequence[int]) -> list[bool]:
    """Whether each chord of a phrase was free to be one or another."""
    return [mask & (mask - 1) > 0 for mask in _masks(task, lengths)]


def heard_degree(
    model: Model, task: Task, before: tuple[int, ...], degree: int
) -> tuple[float, tuple[tuple[int, ...], tuple[tuple[int, str], ...]]]:
    """What the model has to say for a degree after others, and the context that it knows."""
    recent = before[-CHORD_ORDER:]
    share = _sharpened(_expectation(model, task.mode, recent)[degree], task.novelty)
    symbols = _vocabulary(model, task.mode).symbols
    known = tuple(model.chords[symbols[d]] for d in recent if symbols[d] >= 0)
    return share, ((MODES.index(family(task.mode)),), known)


def chords_of_degree(model: Model, mode: str, degree: int) -> tuple[tuple[int, str], ...]:
    """The chords of a model that the scale builds on a degree."""
    degrees = _vocabulary(model, mode).degrees
    return tuple(
        chord for chord, own in zip(model.chords, degrees, strict=True) if own == degree + 1
    )


def _fill(
    task: Task,
    lengths: Sequence[int],
    masks: Sequence[int],
    rules: HarmonyRules,
    model: Model,
    draws: Sequence[float] | Doubles,
) -> tuple[Slot, ...]:
    """A degree for each chord, of those its mask allows, a bit each."""
    known = len(task.before)
    degrees = np.array([*task.before, *[0] * len(lengths)], np.int64)
    chords = chords_in(model, task.mode)
    harmonies.draw_degrees(
        chords.words, *_taste(task, rules), np.array(masks), np.asarray(draws), known,
        _desks.of(chords.values.words.own.shape).words, degrees,
    )  # fmt: skip
    return tuple(zip(lengths, degrees[known:].tolist(), strict=True))


def _new_desk(sizes: tuple[int, ...]) -> Handle[harmonies.Desk]:
    before, expected = np.zeros(harmonies.ORDER, np.int64), np.zeros(DEGREES)
    return Handle(harmonies.Desk(before, expected, room_for(*sizes)))


_desks: OfThread[tuple[int, ...], Handle[harmonies.Desk]] = OfThread(_new_desk)


@lru_cache(maxsize=256)
def _bits(mask: Degrees) -> int:
    """The degrees of a mask, a bit each."""
    return sum([1 << degree for degree in mask])


@lru_cache(maxsize=64)
def chords_in(model: Model, mode: str) -> Handle[harmonies.Chords]:
    """A model's chords as they lie in a mode."""
    vocabulary = _vocabulary(model, mode)
    return Handle(
        harmonies.Chords(
            model.progressions,
            MODES.index(family(mode)),
            np.array(vocabulary.degrees) - 1,
            np.array(vocabulary.symbols),
        )
    )


def make_ready(model: Model, rules: HarmonyRules, mode: str) -> None:
    """Work out what the first phrase in a mode would have to wait for."""
    chords_in(model, mode)
    _weights(rules.degrees)
    _diminished(mode)


def _taste(task: Task, rules: HarmonyRules) -> harmonies.Taste:
    """How the style weighs degrees in this mood."""
    return harmonies.Taste(
        _weights(rules.degrees),
        rules.learned,
        (1.0 - rules.learned) / DEGREES + FLOOR,
        _plain(task.novelty),
        rules.stay,
        _diminished(task.mode),
        LEAST_DIMINISHED + task.dissonance,
    )


def _rhythm(task: Task, rules: HarmonyRules, draw: float) -> list[int]:
    """Eighths of each chord: a busier line of the style for a denser mood; the end rests."""
    rhythms = rules.rhythms
    position = task.density * len(rhythms) + draw - 0.5
    line = rhythms[min(len(rhythms) - 1, max(0, int(position)))]
    words = [line[bar % len(line)] for bar in range(task.bars - 1)]
    return [eighths for word in (*words, WHOLE_BAR) for eighths in chord_lengths(task.metre, word)]


def _masks(task: Task, lengths: Sequence[int]) -> list[int]:
    """The degrees each chord may have, so that the phrase begins and ends as it should.

    The cadence decides some chords at the end; the first one stays free.
    """
    ending, room = _ending(task.mode, task.cadence), _ending_room(task, lengths)
    free = [_bits(task.start), *[EVERY_DEGREE] * (len(lengths) - 1 - room)]
    return [*free, *ending[len(ending) - room :]]


def _ending_room(task: Task, lengths: Sequence[int]) -> int:
    """How many chords at the end the cadence decides; the first chord stays free."""
    return min(len(_ending(task.mode, task.cadence)), len(lengths) - 1)


@cache
def _ending(mode: str, cadence: str) -> tuple[int, ...]:
    """The degrees that a cadence allows for the last chords of a phrase."""
    formula = CADENCES[mode].get(cadence)
    return tuple(map(_bits, (formula.approach, *formula.last))) if formula else ()


@lru_cache(maxsize=8192)
def _expectation(model: Model, mode: str, degrees: tuple[int, ...]) -> tuple[float, ...]:
    """How probable the model thinks each degree after others; few histories are ever met."""
    vocabulary = _vocabulary(model, mode)
    probabilities = np.empty(len(model.chords))
    history = [vocabulary.symbols[d] for d in degrees if vocabulary.symbols[d] >= 0]
    model.chord_distribution(family(mode), history, probabilities)
    return tuple(np.bincount(vocabulary.degrees, probabilities, DEGREES + 1)[1:].tolist())


def _sharpened(probability: float, novelty: float) -> float:
    """A surprising chord becomes rarer, and the less so the more novelty is wanted."""
    plain = _plain(novelty)
    return probability * (plain + (1.0 - plain) * probability)


def _plain(novelty: float) -> float:
    """The share of plain against squared probability."""
    return LEAST_SHARPNESS + (1.0 - LEAST_SHARPNESS) * novelty


@lru_cache(maxsize=64)
def _weights(degrees: tuple[float, ...]) -> Doubles:
    return np.maximum(degrees, FLOOR)


@lru_cache(maxsize=64)
def _diminished(mode: str) -> int:
    """The degree with the diminished triad of a mode."""
    return [scale_chord(mode, degree, False)[1] for degree in range(DEGREES)].index("dim")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """How a model's chords lie in a mode."""

    degrees: tuple[int, ...]  # 1 + the degree of each chord, 0 for one outside the scale
    symbols: tuple[int, ...]  # the most frequent chord of each degree, -1 for none


@lru_cache(maxsize=64)
def _vocabulary(model: Model, mode: str) -> _Vocabulary:
    degrees = [degree_of(mode, root, quality) for root, quality in model.chords]
    symbols = [degrees.index(d) if d in degrees else -1 for d in range(DEGREES)]
    return _Vocabulary(tuple(d + 1 for d in degrees), tuple(symbols))
