"""Strokes: keys that a player strikes while the music goes on, as lines of the log.

A stroke is written as a word, such as ``60 100`` or ``60 100 piano``: pitch, velocity and, if it is
not the sound of the style's melody, a patch. A velocity of 0 lets the key go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from genmusic.controls.spec import Value
from genmusic.errors import ControlError

STROKE = "stroke"
"""The name in the log of a key that is struck or let go; its value is that of `Stroke.text`."""
BEND = "bend"
"""The control that the pitch wheel moves."""
PART = "melody"
"""The part whose sound, fader, place and bend the keys have."""
MOST = 127  # of pitches and velocities
_FORM = re.compile(r"(\d{1,3}) (\d{1,3})(?: ([a-z][a-z0-9-]{0,39}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key that is struck, or let go with a velocity of 0."""

    pitch: int
    velocity: int
    patch: str = ""

    @property
    def text(self) -> str:
        """The stroke as a value of the log."""
        return f"{self.pitch} {self.velocity} {self.patch}".rstrip()


def read_stroke(value: Value) -> Stroke:
    """The stroke that a line of the log names; a `ControlError` if it is none."""
    found = _FORM.fullmatch(value) if isinstance(value, str) else None
    if found is None or max(int(found[1]), int(found[2])) > MOST:
        raise ControlError(
            f"a stroke must be pitch and velocity in 0..{MOST}, got {value!r:.60}", STROKE
        )
    return Stroke(int(found[1]), int(found[2]), found[3] or "")
