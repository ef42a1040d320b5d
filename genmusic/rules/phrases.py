"""Phrases as a style writes them, such as ``4 half``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from genmusic.rules.place import Place

CADENCES = ("half", "authentic", "plagal", "deceptive", "open")
"""How a phrase ends: on the dominant, on the tonic from the dominant or the subdominant, on a chord
that stands in for the tonic, or wherever it has come."""

_PHRASE = re.compile(rf"([2-8]) ({'|'.join(CADENCES)})")


@dataclass(frozen=True, slots=True)
class PhraseRules:
    """The length of a phrase in bars, and how it ends."""

    bars: int
    cadence: str


@dataclass(frozen=True, slots=True)
class PhraseOf:
    """A phrase in words."""

    text: str = "2..8 bars and a cadence (" + ", ".join(CADENCES) + '), such as "4 half"'

    def read(self, value: object, place: Place) -> PhraseRules:
        """The phrase."""
        match = _PHRASE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise place.error(f"must be {self.text}, got {value!r:.60}")
        return PhraseRules(int(match[1]), match[2])
