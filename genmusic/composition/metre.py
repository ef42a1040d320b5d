"""Metre: the beats of a bar, which of them are strong, and how chords divide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from genmusic.names import METRES
from genmusic.units import TICKS_PER_BEAT

EIGHTH_TICKS = TICKS_PER_BEAT // 2
DOTTED_TICKS = 3 * EIGHTH_TICKS
WEAKEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Metre:
    """A kind of bar, one for each name. A *beat* is a quarter note, a *pulse* what is tapped."""

    name: str
    beats: int
    pulse_ticks: int
    half_ticks: int  # where the bar divides
    # Ticks whose multiples are strong, less so, still less, and off the beat.
    levels: tuple[int, int, int, int]

    bar_ticks: int = field(init=False, compare=False)  # length of the bar
    pulses: int = field(init=False, compare=False)  # in the bar
    is_compound: bool = field(init=False, compare=False)  # whether a pulse divides in three
    eighths: int = field(init=False, compare=False)  # in the bar, the unit of chord plans

    def __post_init__(self) -> None:
        bar_ticks = self.beats * TICKS_PER_BEAT
        object.__setattr__(self, "bar_ticks", bar_ticks)
        object.__setattr__(self, "pulses", bar_ticks // self.pulse_ticks)
        object.__setattr__(self, "is_compound", self.pulse_ticks == DOTTED_TICKS)
        object.__setattr__(self, "eighths", bar_ticks // EIGHTH_TICKS)

    def weakness(self, tick: int) -> int:
        """0 on the first beat, more the weaker the place in the bar."""
        return _weakness(self, tick)


@cache
def _weakness(metre: Metre, tick: int) -> int:
    for level, ticks in enumerate(metre.levels):
        if tick % ticks == 0:
            return level
    return WEAKEST


_METRES = {
    "4/4": (TICKS_PER_BEAT, 1920, (3840, 1920, 960, 480)),
    "3/4": (TICKS_PER_BEAT, 1920, (2880, 2880, 960, 480)),
    "6/8": (DOTTED_TICKS, 1440, (2880, 1440, 1440, 480)),
    "2/4": (TICKS_PER_BEAT, 960, (1920, 1920, 960, 480)),
}


@cache
def metre(name: str) -> Metre:
    """The metre of a name of `names.METRES`."""
    pulse_ticks, half_ticks, levels = _METRES[name]
    return Metre(name, METRES[name], pulse_ticks, half_ticks, levels)


_WHOLE = "4"
_IN_FOUR: Mapping[str, tuple[int, ...]] = {
    "4": (8,), "22": (4, 4), "31": (6, 2), "13": (2, 6), "211": (4, 2, 2), "112": (2, 2, 4),
    "1111": (2, 2, 2, 2),
}  # fmt: skip
_IN_THREE: Mapping[str, tuple[int, ...]] = {
    "4": (6,), "22": (4, 2), "31": (4, 2), "13": (2, 4), "211": (2, 2, 2), "112": (2, 2, 2),
    "1111": (2, 2, 2),
}  # fmt: skip


@cache
def chord_lengths(name: str, word: str) -> tuple[int, ...]:
    """Eighth notes of each chord of a bar that a style writes as beats of 4/4, such as ``22``."""
    if name == "4/4":
        return _IN_FOUR[word]
    if name == "3/4":
        return _IN_THREE[word]
    whole = metre(name).eighths
    return (whole,) if word == _WHOLE else (whole // 2, whole // 2)
