"""Where each drum stands on the staff, and its notehead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drum:
    """A drum on a five-line staff read as in the treble clef."""

    name: str
    step: str
    octave: int
    head: str = "normal"


DRUMS: Mapping[int, Drum] = {
    36: Drum("kick", "F", 4),
    37: Drum("rim", "C", 5, "x"),
    38: Drum("snare", "C", 5),
    39: Drum("clap", "E", 5, "x"),
    42: Drum("closed hat", "G", 5, "x"),
    44: Drum("pedal hat", "D", 4, "x"),
    45: Drum("low tom", "A", 4),
    46: Drum("open hat", "G", 5, "circle-x"),
    47: Drum("middle tom", "D", 5),
    49: Drum("crash", "A", 5, "x"),
    50: Drum("high tom", "E", 5),
    51: Drum("ride", "F", 5, "x"),
    70: Drum("shaker", "B", 5, "x"),
}
"""General MIDI percussion keys of the drums that styles may write."""
