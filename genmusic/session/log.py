"""The control log: every change with the frame at which it takes effect."""

from __future__ import annotations

import math
from dataclasses import dataclass

from genmusic.controls.spec import Value
from genmusic.errors import ControlError

SKIP = "skip"
"""The name in the log of a wish for a new piece; its value is None."""

POSITION = "position"
"""The name in the log of a jump inside the song; its value is the number of a sixteenth note."""

MOST_SIXTEENTHS = 0x3FFF  # of a song, as MIDI counts them: 1024 bars of 4/4

EDITION = "edition"
"""The name in the log of a style whose file was edited; its value is that of `edition_of`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log; ``frame`` is a quantum boundary."""

    frame: int
    name: str  # of a control, `SKIP`, `POSITION`, `EDITION` or `strokes.STROKE`
    value: Value


def checked_position(value: Value) -> int:
    """The sixteenth that a jump leads to, or a `ControlError`."""
    number = int(value) if isinstance(value, int | float) and math.isfinite(value) else -1
    if not 0 <= number <= MOST_SIXTEENTHS:
        raise ControlError(
            f"{POSITION} must be a sixteenth in 0..{MOST_SIXTEENTHS}, got {value!r:.60}", POSITION
        )
    return number
