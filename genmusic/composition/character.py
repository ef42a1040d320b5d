"""Character: how the melodies of one piece differ from those of another in the same style.

Works of one kind differ: some go by step and keep to the chord, others leap about. Each piece draws
how bold, how easy and how wide its melody is, once, so that it stays true to itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from genmusic.composition.chance import KEPT_DRAWS, draw
from genmusic.units import exp2

# How far the boldest, easiest and widest piece stands from the middle, in octaves, for a variety of
# 1: with them the share of steps and the entropy of intervals spread as they do among works.
OCTAVES = (0.5, 1.0, 0.75)


class Character(NamedTuple):
    """Factors around 1."""

    boldness: float  # of the temperature
    ease: float  # with which strong beats leave the chord
    reach: float  # of the span around the middle of the melody


@lru_cache(maxsize=KEPT_DRAWS)
def character(seed: int, piece: int, variety: float) -> Character:
    """The character of a piece."""
    places = (variety * (2.0 * place - 1.0) for place in draw(3, seed, "character", piece).tolist())
    return Character(*(exp2(o * p) for o, p in zip(OCTAVES, places, strict=True)))
