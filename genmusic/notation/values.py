"""Note values: lengths in ticks as whole notes, halves, dotted quarters, triplets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from genmusic.units import TICKS_PER_BEAT

GRIDS_TICKS = (120, 160)  # thirty-seconds, and the triplets of sixteenths
NAMES = ("whole", "half", "quarter", "eighth", "16th", "32nd", "64th")


@dataclass(frozen=True, slots=True)
class Value:
    """How a length is written."""

    ticks: int
    name: str
    dots: int = 0
    triplet: bool = False


_PLAIN = [
    Value(4 * TICKS_PER_BEAT >> number, name) for number, name in enumerate(NAMES)
]  # 60 ticks at the shortest
_DOTTED = [Value(value.ticks * 3 // 2, value.name, dots=1) for value in _PLAIN[:-1]]
_TRIPLETS = [Value(value.ticks * 2 // 3, value.name, triplet=True) for value in _PLAIN[2:]]
_STRAIGHT = sorted([*_PLAIN, *_DOTTED], key=lambda value: -value.ticks)
_STRAIGHT_UNIT = _PLAIN[-1].ticks


def to_grid(tick: int) -> int:
    """The nearest place that notation has for a tick."""
    return min(
        (grid * round(tick / grid) for grid in GRIDS_TICKS), key=lambda place: abs(place - tick)
    )


def split(start: int, end: int, beat: int = TICKS_PER_BEAT) -> Iterator[tuple[int, Value]]:
    """A span inside a bar as values that follow one another, each with its tick.

    Both ends are on the grid. What begins off the beat ends with the beat, so that every beat can
    be seen.
    """
    while start < end:
        into = start % beat
        room = end - start if into == 0 else min(end - start, beat - into)
        value = _longest(room, into, beat)
        yield start, value
        start += value.ticks


def _longest(room: int, into: int, beat: int) -> Value:
    """The longest value in the room, ``into`` ticks into a beat."""
    straight = room % _STRAIGHT_UNIT == 0 and into % _STRAIGHT_UNIT == 0
    if room > beat and not straight:
        room -= room % beat
        straight = True
    values = _STRAIGHT if straight else _TRIPLETS
    return next(value for value in values if value.ticks <= room)
