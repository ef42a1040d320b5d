"""Arrangement: who plays in a bar."""

from __future__ import annotations

from genmusic.rules import SectionRules, Style

LAYERED_UNTIL = 0.75  # share of a section in which its parts have all entered


def players(style: Style, section: SectionRules, density: float, progress: float) -> frozenset[str]:
    """The parts that the style has, the section calls for, and the density is enough for.

    ``progress`` is the share of the section that is over; in a layered one, parts enter in the
    order in which it lists them.
    """
    called = section.parts
    if section.entries == "layered":
        present = [part for part in called if part in style.parts]
        entered = 1 + int(progress / LAYERED_UNTIL * len(present))
        called = tuple(present[:entered])
    parts = style.parts
    return frozenset(
        [part for part in called if part in parts and density >= parts[part].from_density]
    )
