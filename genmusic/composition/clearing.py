"""Clearing: while a player has the tune, the other parts leave the register of it free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from genmusic.composition.style_tables import of_style
from genmusic.composition.theory import OCTAVE
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import PartRules, Style

TUNE = "melody"  # the part that rests meanwhile
ACCOMPANIMENT = ("comp", "pad", "bass")  # of which one plays where a section calls for none
LEAST_ROOM: Mapping[str, int] = {"counter": OCTAVE, "comp": 16, "pad": 16, "bass": OCTAVE}
"""Semitones that each part that has pitches needs to be itself."""
LOWEST_TOP: Mapping[str, int] = {"counter": 52, "comp": 55, "pad": 55, "bass": 36}
"""With its top below this a part is mud, and goes above the tune instead."""
HIGHEST = 100  # above it nobody accompanies
MOST_KEPT = 16  # ranges of keys that a style was cleared for of late


def as_asked(style: Style, parameters: MusicalParameters) -> Style:
    """The style, cleared for a player who has the tune."""
    return cleared(style, *parameters.tune) if parameters.tune else style


def cleared(style: Style, low: int, high: int) -> Style:
    """The style with the range of each part beside the keys from ``low`` to ``high``.

    The same style each time, so that what is worked out of it is found again.
    """
    kept = _kept(style)
    if (low, high) not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[low, high] = _clear(style, low, high)
    return kept[low, high]


@of_style
def _kept(_style: Style) -> dict[tuple[int, int], Style]:
    return {}


def _clear(style: Style, low: int, high: int) -> Style:
    parts = {name: _beside(name, part, low, high) for name, part in style.parts.items()}
    comp = style.comp
    if "comp" in parts:
        lowest = parts["comp"].high - LEAST_ROOM["comp"]
        comp = replace(comp, chord_low=min(comp.chord_low, lowest))
    return replace(style, parts=parts, comp=comp)


def accompanying(style: Style, playing: frozenset[str]) -> frozenset[str]:
    """Who plays while a player has the tune: the others, and never nobody."""
    others = playing - {TUNE}
    if others.intersection(ACCOMPANIMENT):
        return others
    return others | set([name for name in ACCOMPANIMENT if name in style.parts][:1])


def _beside(name: str, part: PartRules, low: int, high: int) -> PartRules:
    """A part below the tune, or above it where that is the better place."""
    room = LEAST_ROOM.get(name)
    if room is None or part.high < low or part.low > high:
        return part
    top, bottom = low - 1, high + 1
    fits_below, fits_above = top >= LOWEST_TOP[name], bottom + room <= HIGHEST and name != "bass"
    if fits_below and (not fits_above or top - part.low >= part.high - bottom):
        return replace(part, low=min(part.low, top - room), high=top)
    if fits_above:
        return replace(part, low=bottom, high=max(part.high, bottom + room))
    return part  # it has no other place
