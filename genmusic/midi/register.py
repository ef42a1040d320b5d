"""The keys that a player needs for a tune: claimed at once, given back slowly."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from genmusic.controls.spec import Value

FIRST_REACH = 7  # semitones around the first note
MARGIN = 2  # around all others
WIDEST = 24  # of a tune; what lies lower is its own accompaniment
BARS_KEPT = 4  # after so many bars of rest the tune is given back
SHRINK = 5  # semitones that an end is too far out before it comes in


class Register:
    """The lowest and the highest key that a tune needs, as the controls of that name."""

    def __init__(self) -> None:
        self._bars: deque[tuple[int, int] | None] = deque(maxlen=BARS_KEPT)
        self._bar: tuple[int, int] | None = None  # lowest and highest note of this bar
        self._claimed: tuple[int, int] | None = None
        self._told: tuple[int, int] | None = None

    @property
    def claimed(self) -> bool:
        """Whether the player has the tune."""
        return self._claimed is not None

    def hear(self, pitch: int) -> None:
        """A note of the tune: the register reaches it from now on."""
        low, high = self._bar or (pitch, pitch)
        self._bar = (min(low, pitch), max(high, pitch))
        if self._claimed is None:
            self._claimed = _bounded(pitch - FIRST_REACH, pitch + FIRST_REACH)
            return
        low, high = self._claimed
        if not low <= pitch <= high:
            self._claimed = _bounded(min(low, pitch - MARGIN), max(high, pitch + MARGIN))

    def end_bar(self) -> None:
        """Give back what was not needed for some bars."""
        self._bars.append(self._bar)
        self._bar = None
        needed = [bar for bar in self._bars if bar]
        if self._claimed is None or len(self._bars) < BARS_KEPT:
            return
        if not needed:
            self._claimed = None
            self._bars.clear()
            return
        low = min(bar[0] for bar in needed) - MARGIN
        high = max(bar[1] for bar in needed) + MARGIN
        old_low, old_high = self._claimed
        self._claimed = _bounded(
            low if low - old_low >= SHRINK else old_low,
            high if old_high - high >= SHRINK else old_high,
        )

    def changes(self) -> Mapping[str, Value]:
        """What is new since the last call."""
        if self._claimed == self._told:
            return {}
        self._told = self._claimed
        low, high = self._told or (None, None)
        return {"tune_low": low, "tune_high": high}


def _bounded(low: int, high: int) -> tuple[int, int]:
    high = min(127, high)
    return max(0, low, high - WIDEST), high
