"""What plays each part of a style, and the notes of bars that it plays, worked out once."""

from __future__ import annotations

from collections.abc import Mapping

from genmusic.composition.style_tables import of_style
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.score.events import Bar
from genmusic.synthesis.readings import Reading, Sounds


def sounds_of(style: Style, section: str) -> Sounds:
    """What plays each part in a section."""
    sounds = _sounds(style)
    return sounds.get(section, sounds[""])


@of_style
def _sounds(style: Style) -> Mapping[str, Sounds]:
    """What plays each part, in each section and in all others."""
    parts = {label: style.parts_in(label) for label in ("", *style.sections)}
    return {
        label: Sounds({PARTS.index(name): (part.patch, part.pan) for name, part in those.items()})
        for label, those in parts.items()
    }


class Readings:
    """The notes of a listener's bar, and of the next, with what plays them."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: tuple[tuple[Bar, Sounds, Reading], ...] = ()

    def of(self, bar: Bar, sounds: Sounds) -> Reading:
        """Those of the bar that sounds now."""
        for number, (read, played, reading) in enumerate(self._kept):
            if read is bar and played is sounds:
                if number:
                    self._kept = self._kept[number:]
                return reading
        reading = Reading(bar, sounds)
        self._kept = ((bar, sounds, reading),)
        return reading

    def read_ahead(self, bar: Bar, sounds: Sounds) -> None:
        """Read the bar that comes next."""
        if all(bar is not read for read, _, _ in self._kept):
            self._kept = *self._kept[:1], (bar, sounds, Reading(bar, sounds))
