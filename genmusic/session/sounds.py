"""What plays each part of a style, worked out once."""

from __future__ import annotations

from collections.abc import Mapping

from genmusic.composition.style_tables import of_style
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.synthesis.readings import Sounds


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
