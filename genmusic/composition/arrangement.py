"""Arrangement: who plays in a bar."""

from __future__ import annotations

from genmusic.names import PARTS
from genmusic.rules import SectionRules, Style


def players(style: Style, section: SectionRules, density: float) -> frozenset[str]:
    """The parts that the style has, the section calls for, and the density is enough for."""
    return frozenset(
        part
        for part in PARTS
        if part in style.parts
        and part in section.parts
        and density >= style.parts[part].from_density
    )
