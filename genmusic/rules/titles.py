"""The words of which titles are made."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules.kinds import ListOf, Text
from genmusic.rules.table import rule

WORDS = ListOf(Text(18), 2, 64)  # two of them and a word between fit on a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRules:
    """Words for ``Amber Rain`` and ``Lanterns over the Weir``."""

    qualities: tuple[str, ...] = rule(
        WORDS,
        "adjectives",
        (
            "Slow",
            "Amber",
            "Quiet",
            "Distant",
            "Silver",
            "Early",
            "Blue",
            "Gentle",
            "Hidden",
            "Borrowed",
            "Lasting",
            "Northern",
        ),
    )
    moments: tuple[str, ...] = rule(
        WORDS,
        "nouns that go with them",
        (
            "Tide",
            "Morning",
            "Rain",
            "Evening",
            "Letter",
            "Winter",
            "Light",
            "Hour",
            "Journey",
            "Thaw",
            "Map",
            "Frost",
        ),
    )
    things: tuple[str, ...] = rule(
        WORDS,
        "nouns in the plural",
        (
            "Lanterns",
            "Swallows",
            "Paper Boats",
            "Embers",
            "Footsteps",
            "Herons",
            "Kites",
            "Bells",
            "Moths",
            "Rooftops",
            "Willows",
            "Petals",
        ),
    )
    relations: tuple[str, ...] = rule(
        WORDS,
        "prepositions",
        ("over", "beyond", "along", "beside", "above", "behind", "near", "across"),
    )
    places: tuple[str, ...] = rule(
        WORDS,
        "nouns in the singular, without an article",
        (
            "Weir",
            "Valley",
            "Old Bridge",
            "Estuary",
            "Night Train",
            "Meadow",
            "Lighthouse",
            "Mill",
            "Quay",
            "Canal",
            "Birch Wood",
            "Ford",
        ),
    )
