"""Attribution: the works that taught each note of a melody, with shares that sum to 1.

Computed from what was decided, away from the composing itself. A note was drawn from the weighted
geometric mean of what several views said; each view is credited with its weight. Inside a view,
each length of context is credited with what it added to the probability, and inside a context
every work with how often it did the same there. What no work taught goes to the rules, what the
piece itself taught to the session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from genmusic.composition.lessons import MOST_PITCH
from genmusic.composition.markov import Grown, Integers
from genmusic.composition.model import Drawn, Model
from genmusic.composition.plan import Row
from genmusic.composition.trained import PITCHES
from genmusic.composition.viewpoints import symbols
from kernels import viewpoints as kernel

Source = tuple[str, int]
"""A model by name and the number of a work in it; or `RULES`, `SESSION` or `YOU`."""

Credit = Mapping[Source, float]

RULES: Source = ("rules", 0)
SESSION: Source = ("session", 0)
YOU: Source = ("you", 0)  # who called the phrase that a note answers
MOST_SAMPLES = 4_096  # of a context; of a more frequent one, so many are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """A bar of melody as it was decided."""

    bar: int  # since the session began
    theme: tuple[int, str]  # piece, and label of the section without primes
    rows: tuple[Row, ...]
    steps: tuple[int, ...]  # of the scale, for each note
    aimed: tuple[bool, ...]  # whether a motif wanted the note where it is
    drawn: Drawn | None  # None: it answers what a player called
    metre: str = "4/4"


class Ledger:
    """Credits notes in the order of their decisions, so that copies of a motif inherit."""

    def __init__(self) -> None:
        self._taught: dict[tuple[tuple[int, str], int], Credit] = {}

    def credit(self, decision: Decision) -> list[Credit]:
        """Who taught each note of a bar."""
        if decision.drawn is None:
            return [{YOU: 1.0} for _ in decision.rows]
        credits: list[Credit] = []
        for number, step in enumerate(decision.steps):
            key = (decision.theme, step)
            if decision.aimed[number] and key in self._taught:
                credits.append(self._taught[key])
                continue
            credits.append(credit_note(decision.drawn, number))
            self._taught[key] = credits[-1]
        return credits


def credit_note(drawn: Drawn, number: int) -> Credit:
    """Who taught one of the notes drawn."""
    if drawn.choices[number] < 2:
        return {RULES: 1.0}
    note = len(drawn.line.pitches) - len(drawn.choices) + number
    shares: dict[Source, float] = defaultdict(float)
    whole = 0.0
    for weight, said in _voices(drawn.model, drawn.line, note):
        whole += weight
        for source, share in said.items():
            shares[source] += weight * share
    if whole <= 0.0:
        return {RULES: 1.0}
    return {source: share / whole for source, share in shares.items()}


def _voices(model: Model, line: kernel.Line, note: int) -> Iterator[tuple[float, Credit]]:
    """The weight of each view's opinion on a note, and whom it credits."""
    _, _, table = model.tables
    remembers = note >= kernel.MEMORY
    weights = table.corpus if remembers else table.alone
    for view in range(len(model.views)):
        steps = symbols(line, model.views[view], PITCHES)
        if steps[note] < 0:
            continue
        context = _context(model, line, steps, view, note)
        credit, depth = _credit_corpus(model, context, int(steps[note]))
        yield float(weights[view, depth]), credit
        alike = _alike(model, line, steps, view, note) if remembers else -1
        if alike >= 0:
            yield float(table.line[view, alike]), {SESSION: 1.0}


def _context(model: Model, line: kernel.Line, steps: Integers, view: int, note: int) -> list[int]:
    """The view, the condition of a note, and what came before it, as far as it is known."""
    context = [view, int(line.conditions[view, note])]
    for back in range(1, model.views[view].order + 1):
        if back > line.reach[note] or steps[note - back] < 0:
            break
        fan = model.views[view].fan
        context.append(int(steps[note - back] * fan + line.links[view, note - back]))
    return context


def _alike(model: Model, line: kernel.Line, steps: Integers, view: int, note: int) -> int:
    """How deep a context of the piece is like that of a note; -1 if there is none."""
    own = _context(model, line, steps, view, note)[1 : kernel.SHORT_DEPTH]
    deepest = -1
    for then in range(note):
        if steps[then] >= 0:
            other = _context(model, line, steps, view, then)
            same = 0
            while same < len(own) and other[1 + same : 2 + same] == own[same : same + 1]:
                same += 1
            deepest = max(deepest, same)
    return deepest


def _credit_corpus(model: Model, context: Sequence[int], symbol: int) -> tuple[Credit, int]:
    """Whom the mixed models credit for a symbol after a context; the deepest context known."""
    shares: dict[Source, float] = defaultdict(float)
    whole, deepest = 0.0, 0
    for trained, share in model.parts:
        grown = trained.trees.melody
        rows = rows_of(grown, context)
        likely, gained = gains(grown, rows, symbol, 2 * MOST_PITCH + 1)
        whole += share * likely
        deepest = max(deepest, len(rows) - 1)
        shares[RULES] += share * (likely - sum(gained))
        for row, gain in zip(rows, gained, strict=True):
            if gain > 0.0:
                for work, part in works(grown, row, symbol):
                    shares[trained.outline.name, work] += share * gain * part
    return {source: share / whole for source, share in shares.items()}, deepest


def rows_of(grown: Grown, context: Sequence[int]) -> list[int]:
    """The rows of a context and of its beginnings."""
    rows: list[int] = []
    row, tree = 0, grown.tree
    for step in context:
        first, end = tree.rows["first_child"][row : row + 2].tolist()
        row = first + int(np.searchsorted(tree.rows["step"][first:end], step))
        if row == end or tree.rows["step"][row] != step:
            break
        rows.append(row)
    return rows


def gains(
    grown: Grown, rows: Sequence[int], symbol: int, symbols: int
) -> tuple[float, list[float]]:
    """The probability of one of so many symbols, and what each row adds to it."""
    tree = grown.tree
    gained: list[float] = []
    likely = 1.0 / symbols
    for row in rows:
        backoff = float(tree.rows["backoff"][row])
        entries = slice(*tree.rows["first_entry"][row : row + 2])
        own = float(tree.shares[entries][tree.symbols[entries] == symbol].sum())
        gained = [*(gain * backoff for gain in gained), own]
        likely = likely * backoff + own
    return likely, gained


def works(grown: Grown, row: int, symbol: int) -> Iterator[tuple[int, float]]:
    """The works that have the symbol in a row's context, by how often they do."""
    first, count = int(grown.first_sample[row]), int(grown.sample_count[row])
    samples = slice(first, first + count, max(1, count // MOST_SAMPLES))
    taught = grown.sample_works[samples][grown.sample_symbols[samples] == symbol]
    found, counts = np.unique(taught, return_counts=True)
    if not len(found):  # so rare that the samples looked at have none
        samples = slice(first, first + count)
        taught = grown.sample_works[samples][grown.sample_symbols[samples] == symbol]
        found, counts = np.unique(taught, return_counts=True)
    return zip(found.tolist(), (counts / counts.sum()).tolist(), strict=True)


def roll_up(credits: Iterable[tuple[Credit, float]]) -> dict[Source, float]:
    """The mean of credits, each with a weight such as its duration; the greatest first."""
    shares: dict[Source, float] = defaultdict(float)
    whole = 0.0
    for credit, weight in credits:
        whole += weight
        for source, share in credit.items():
            shares[source] += weight * share
    ranked = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return {source: share / whole for source, share in ranked} if whole else {RULES: 1.0}
