"""Settled: what a phrase asks of all its bars alike, as its melody and its players have it."""

from __future__ import annotations

from operator import is_
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.melody import Singing, singing_of
from genmusic.composition.model import Model
from genmusic.composition.performance import manner_of
from genmusic.composition.place import Place

Integers = NDArray[np.int64]


class Settled(NamedTuple):
    """What is asked of the bars of a phrase; the last bar of a piece is asked otherwise."""

    asked: tuple[object, ...]  # what it depends on, to be the same objects
    singing: Singing | None  # None where the section calls for no melody
    manner: Integers  # in which they are played

    def holds(self, place: Place, model: Model, ends_piece: bool) -> bool:
        """Whether nothing about it has changed."""
        return all(map(is_, (place, model, ends_piece), self.asked))


def settle(place: Place, model: Model, *, ends_piece: bool) -> Settled:
    """What a phrase asks of its bars, or of the last bar of a piece."""
    sings = "melody" in place.section_rules.parts
    return Settled(
        (place, model, ends_piece),
        singing_of(place, model, ends_piece=ends_piece) if sings else None,
        manner_of(place, ends_piece=ends_piece),
    )
