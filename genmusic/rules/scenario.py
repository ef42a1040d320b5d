"""A scenario: chords, form, metre and tempo that a piece keeps to, in whatever style."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GivenChord:
    """A chord from a tick of its bar to the next one or the bar line."""

    start_tick: int
    root: int  # pitch class
    quality: str  # a key of `names.QUALITIES`


@dataclass(frozen=True, slots=True)
class GivenBar:
    """What is settled about a bar."""

    chords: tuple[GivenChord, ...]  # the first begins with the bar
    tonic: int  # pitch class of the key
    mode: str
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """Bars, and the sections that they make up."""

    metre: str  # a key of `names.METRES`
    bars: tuple[GivenBar, ...]
    sections: tuple[tuple[str, int], ...]  # label and bars of each; one label, one length

    def bar(self, number: int) -> GivenBar:
        """A bar of the piece; a piece that is longer stays in the last one."""
        return self.bars[min(number, len(self.bars) - 1)]
