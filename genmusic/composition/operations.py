"""Operations: what a bar of melody makes of an earlier one, heard in music of any kind.

The same ears hear the works that a model learns from and the piece that is being composed, so the
model can say what usually follows: works that repeat a rhythm go on repeating it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

BarNotes = tuple[tuple[int, int], ...]
"""Tick from the bar line and step of each note of a bar."""
SomeNotes = Sequence[tuple[int, int]]
"""The same of some of them."""

OPERATIONS = (
    "sequence", "vary_tail", "rhythm", "invert", "fragment", "augment", "diminish", "ornament",
    "new",
)  # fmt: skip
"""What a bar may make of an earlier one: the keys of `[motif]` with a weight."""

NEW = OPERATIONS.index("new")
MOTIF_ORDER = 2  # operations before that say what comes next
MOST_ADDED = 3  # notes that dress a bar up


def context_of(mode: int, heard: Sequence[int]) -> tuple[int, ...]:
    """The mode and the last operations, the last one first, -1 where there are none."""
    recent = tuple(reversed(heard[-MOTIF_ORDER:]))
    return (mode, *recent, *(-1,) * (MOTIF_ORDER - len(recent)))


def operations_of(bars: Sequence[BarNotes]) -> list[int]:
    """What each bar but the first makes of the one before, or of the one before that."""
    heard: list[int] = []
    for number, (before, bar) in enumerate(pairwise(bars)):
        operation = operation_of(before, bar)
        if operation == NEW and number:
            operation = operation_of(bars[number - 1], bar)
        heard.append(operation)
    return heard


@lru_cache(maxsize=1_024)  # a piece asks anew for bars that nobody has played before
def operation_of(before: BarNotes, bar: BarNotes) -> int:
    """The operation that makes one bar of another, by its number in `OPERATIONS`."""
    return OPERATIONS.index(next(_fitting(before, bar), "new")) if before and bar else NEW


def _fitting(before: BarNotes, bar: BarNotes) -> Iterator[str]:
    """The operations that explain a bar, the closest first."""
    ticks, own = _rhythm(before), _rhythm(bar)
    same_rhythm = ticks == own
    if same_rhythm:
        shape, own_shape = _shape(before), _shape(bar)
        if shape == own_shape:
            yield "sequence"
        if len(bar) > 2 and shape == [-step for step in own_shape]:
            yield "invert"
    half = _half_tick(before, bar)
    head, known_head = _head(bar, half), _head(before, half)
    if _is_like(known_head, head):
        yield "fragment" if _is_like(head, _tail(bar, half)) else "vary_tail"
    if same_rhythm:
        yield "rhythm"
    if len(known_head) > 1 and [2 * tick for tick, _ in known_head] == own:
        yield "augment"
    if 2 < len(before) == len(head) and _is_like([(t // 2, step) for t, step in before], head):
        yield "diminish"
    added = len(bar) - len(before)
    if 0 < added <= MOST_ADDED and _is_like(before, [note for note in bar if note[0] in ticks]):
        yield "ornament"


def _half_tick(before: BarNotes, bar: BarNotes) -> int:
    """Where bars divide: the half of 4/4 where notes reach beyond 3/4, else that of the shorter."""
    return 1_920 if max(before[-1][0], bar[-1][0]) >= 2_880 else 1_440


def _head(bar: BarNotes, half: int) -> SomeNotes:
    """The notes before a tick."""
    return [note for note in bar if note[0] < half]


def _tail(bar: BarNotes, half: int) -> SomeNotes:
    """The notes from a tick on, as if it were the bar line."""
    return [(tick - half, step) for tick, step in bar if tick >= half]


def _is_like(one: SomeNotes, other: SomeNotes) -> bool:
    """Whether notes have the same rhythm and shape."""
    if not 1 < len(one) == len(other):
        return False
    return _rhythm(one) == _rhythm(other) and _shape(one) == _shape(other)


def _rhythm(bar: SomeNotes) -> list[int]:
    return [tick for tick, _ in bar]


def _shape(bar: SomeNotes) -> list[int]:
    first = bar[0][1]
    return [step - first for _, step in bar]
