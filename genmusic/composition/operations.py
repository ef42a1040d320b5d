"""Operations: what a bar of melody makes of an earlier one, heard in music of any kind.

The same ears hear the works that a model learns from and the piece that is being composed, so the
model can say what usually follows: works that repeat a rhythm go on repeating it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add, sub

BarNotes = tuple[tuple[int, int], ...]
"""Tick from the bar line and step of each note of a bar."""
SomeNotes = Sequence[tuple[int, int]]
"""The same of some of them."""
Heard = tuple[tuple[int, ...], tuple[int, ...]]
"""Ticks, which rise, and steps."""

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
    one, other = _heard(before), _heard(bar)
    (ticks, steps), (own, own_steps) = one, other
    same_rhythm = ticks == own
    if same_rhythm and _is_one(map(sub, own_steps, steps)):
        yield "sequence"
    if same_rhythm and len(own) > 2 and _is_one(map(add, own_steps, steps)):
        yield "invert"
    half = _half_tick(before, bar)
    known_head, head = _head(one, half), _head(other, half)
    if _are_like(known_head, head):
        yield "fragment" if _are_like(head, _tail(other, half)) else "vary_tail"
    if same_rhythm:
        yield "rhythm"
    if len(known_head[0]) > 1 and tuple([2 * tick for tick in known_head[0]]) == own:
        yield "augment"
    if 2 < len(ticks) == len(head[0]) and _are_like(_twice_as_fast(one), head):
        yield "diminish"
    added = len(own) - len(ticks)
    if 0 < added <= MOST_ADDED and _are_like(one, _heard([n for n in bar if n[0] in ticks])):
        yield "ornament"


def _heard(bar: SomeNotes) -> Heard:
    """Ticks and steps of notes, in two rows."""
    ticks, steps = zip(*bar, strict=True) if bar else ((), ())
    return ticks, steps


def _half_tick(before: BarNotes, bar: BarNotes) -> int:
    """Where bars divide: the half of 4/4 where notes reach beyond 3/4, else that of the shorter."""
    return 1_920 if max(before[-1][0], bar[-1][0]) >= 2_880 else 1_440


def _head(bar: Heard, half: int) -> Heard:
    """The notes before a tick."""
    end = bisect_left(bar[0], half)
    return bar[0][:end], bar[1][:end]


def _tail(bar: Heard, half: int) -> Heard:
    """The notes from a tick on, as if it were the bar line."""
    begin = bisect_left(bar[0], half)
    return tuple([tick - half for tick in bar[0][begin:]]), bar[1][begin:]


def _twice_as_fast(bar: Heard) -> Heard:
    return tuple([tick // 2 for tick in bar[0]]), bar[1]


def _are_like(one: Heard, other: Heard) -> bool:
    """Whether notes have the same rhythm and shape."""
    return len(one[0]) > 1 and one[0] == other[0] and _is_one(map(sub, other[1], one[1]))


def _is_one(numbers: Iterable[int]) -> bool:
    """Whether all of some numbers are the same."""
    return len(set(numbers)) == 1
