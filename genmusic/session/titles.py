"""Titles of pieces: a function of the session's seed, the number of the piece and its style."""

from __future__ import annotations

from genmusic.rules import TitleRules
from genmusic.seeding import derive


def title(seed: int, piece: int, words: TitleRules) -> str:
    """Such as ``"Lanterns over the Weir"`` or ``"Amber Rain"``."""
    number = derive(seed, "title", piece)
    number, shape = divmod(number, 4)  # the plain shape has fewer combinations
    if shape == 0:
        return " ".join(_choose(number, words.qualities, words.moments))
    thing, relation, place = _choose(number, words.things, words.relations, words.places)
    return f"{thing} {relation} the {place}"


def _choose(number: int, *tables: tuple[str, ...]) -> list[str]:
    """One word of each table, by the digits of a number."""
    words = []
    for table in tables:
        number, index = divmod(number, len(table))
        words.append(table[index])
    return words
