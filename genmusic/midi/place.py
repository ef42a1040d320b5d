"""Where in the music a moment is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from genmusic.units import TICKS_PER_BEAT


@dataclass(frozen=True, slots=True)
class Place:
    """A moment in a bar."""

    bar: int  # bars since the session began
    tick: float  # from the bar line
    bar_ticks: int
    tick_ns: float  # how long a tick lasts here

    @property
    def beats(self) -> float:
        """Quarter notes in the bar."""
        return self.bar_ticks / TICKS_PER_BEAT

    @property
    def beat_ns(self) -> float:
        """How long a quarter note lasts here."""
        return self.tick_ns * TICKS_PER_BEAT

    @property
    def rest_ns(self) -> float:
        """How long it is to the next bar line."""
        return (self.bar_ticks - self.tick) * self.tick_ns


Where = Callable[[int], Place | None]
"""From a time in ns of the monotonic clock to the place that is heard then, once it is known."""
