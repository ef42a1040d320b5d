"""Credits of words: the works that taught a chord, and the rhythm of a beat.

As with notes, each length of context is credited with what it added to the probability, and every
work inside it with how often it did the same there. What the style's own weights had to say, and
what a cadence forced, goes to the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from genmusic.composition.attribution import RULES, Credit, Decision, Source, gains, rows_of, works
from genmusic.composition.harmony import FLOOR, Task, chords_of_degree, free_slots, heard_degree
from genmusic.composition.metre import EIGHTH_TICKS, metre
from genmusic.composition.model import COMPOUND, WORDS, Model
from genmusic.composition.state import Slot
from genmusic.composition.theory import DEGREES
from genmusic.rules.style import HarmonyRules
from genmusic.units import TICKS_PER_BEAT

Word = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PhraseDecision:
    """The chords of a phrase as they were decided."""

    bar: int  # in which the phrase begins, since the session began
    theme: tuple[int, str]  # piece, and label of the section without primes
    model: Model
    task: Task
    rules: HarmonyRules
    chords: tuple[Slot, ...]


Decided = Decision | PhraseDecision
"""What a composer notes down for whoever wants to know."""

Placed = tuple[int, int, Credit]
"""Bar, tick and credit of a word."""


def credit_chords(decision: PhraseDecision) -> Iterator[Placed]:
    """Who taught each chord of a phrase."""
    task, rules = decision.task, decision.rules
    degrees = [*task.before, *(degree for _, degree in decision.chords)]
    free = free_slots(task, [eighths for eighths, _ in decision.chords])
    bar_eighths, eighth = metre(task.metre).eighths, 0
    for number, (eighths, degree) in enumerate(decision.chords):
        bar, within = divmod(eighth, bar_eighths)
        credit: Credit = {RULES: 1.0}
        if free[number]:
            before = tuple(degrees[: len(task.before) + number])
            credit = _credit_degree(decision.model, task, rules.learned, before, degree)
        yield decision.bar + bar, within * EIGHTH_TICKS, credit
        eighth += eighths


def _credit_degree(
    model: Model, task: Task, learned: float, before: tuple[int, ...], degree: int
) -> Credit:
    """The works, as far as the style listens to what it has learned; the rules for the rest."""
    share, history = heard_degree(model, task, before, degree)
    taught = learned * share
    plain = (1.0 - learned) / DEGREES + FLOOR
    chosen = chords_of_degree(model, task.mode, degree)
    return _blended(_credit_word(model, "chord", *history, chosen), taught / (taught + plain))


def credit_beats(decision: Decision) -> Iterator[Placed]:
    """Who taught the rhythm of each beat of a bar of melody."""
    if decision.drawn is None:
        return
    model, bar = decision.drawn.model, metre(decision.metre)
    pulses = bar.pulses + (COMPOUND if bar.is_compound else 0)
    ticks = [tick for tick, *_ in decision.rows]
    cells: list[Word] = []
    for pulse in range(bar.pulses):
        start, length = pulse * bar.pulse_ticks, bar.pulse_ticks
        inside = (tick - start for tick in ticks if start <= tick < start + length)
        cell = tuple(tick * TICKS_PER_BEAT // length for tick in inside)
        recent = tuple(cells[-4:])
        cells.append(cell)
        yield decision.bar, start, _credit_word(model, "rhythm", (pulses, pulse), recent, (cell,))


@lru_cache(maxsize=4096)
def _credit_word(
    model: Model,
    tree: str,
    conditions: tuple[int, ...],
    recent: tuple[Word, ...],
    chosen: tuple[Word, ...],
) -> Credit:
    """Whom the mixed models credit for one of some words after others."""
    shares: dict[Source, float] = defaultdict(float)
    whole = 0.0
    for trained, share in model.parts:
        own: Sequence[Word] = getattr(trained.outline, WORDS[tree])
        known = {word: number for number, word in enumerate(own)}
        grown = getattr(trained.trees, tree)
        rows = rows_of(grown, [*conditions, *_known(recent, known)])
        for symbol in (known[word] for word in chosen if word in known):
            likely, gained = gains(grown, rows, symbol, len(own))
            whole += share * likely
            shares[RULES] += share * (likely - sum(gained))
            for row, gain in zip(rows, gained, strict=True):
                if gain > 0.0:
                    for work, part in works(grown, row, symbol):
                        shares[trained.outline.name, work] += share * gain * part
    if whole <= 0.0:
        return {RULES: 1.0}
    return {source: share / whole for source, share in shares.items()}


def _known(recent: Sequence[Word], known: dict[Word, int]) -> Iterator[int]:
    """The words before, the last one first, as far as they are known."""
    for word in reversed(recent):
        if word not in known:
            return
        yield known[word]


def _blended(credit: Credit, share: float) -> Credit:
    """A share of a credit, and the rules for the rest."""
    blended = {source: part * share for source, part in credit.items()}
    return blended | {RULES: blended.get(RULES, 0.0) + 1.0 - share}
