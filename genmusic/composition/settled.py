"""Settled: what a phrase asks of all its bars alike, as its melody and its players have it.

A bar finds what the one before it has left, and works out anew what has changed since.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.accompaniment import Figures, figures_of
from genmusic.composition.melody import Singing, singing_of
from genmusic.composition.model import Model
from genmusic.composition.performance import manner_of
from genmusic.composition.place import Place
from genmusic.composition.plan import Plan

Integers = NDArray[np.int64]


class Settled(NamedTuple):
    """What is asked of the bars of a phrase; the last bar of a piece is asked otherwise."""

    place: Place  # what it depends on,
    model: Model
    ends_piece: bool
    singing: Singing | None  # None where the section calls for no melody
    manner: Integers  # in which they are played

    def holds(self, place: Place, model: Model, ends_piece: bool) -> bool:
        """Whether nothing about it has changed."""
        return self.place is place and self.model is model and self.ends_piece is ends_piece


def settle(place: Place, model: Model, *, ends_piece: bool) -> Settled:
    """What a phrase asks of its bars, or of the last bar of a piece."""
    sings = "melody" in place.section_rules.parts
    return Settled(
        place,
        model,
        ends_piece,
        singing_of(place, model, ends_piece=ends_piece) if sings else None,
        manner_of(place, ends_piece=ends_piece),
    )


class Held:
    """What serves one bar after the other until something about it has changed."""

    def __init__(self) -> None:
        self._settled: Settled | None = None
        self._figures: Figures | None = None

    def hold(self, settled: Settled) -> None:
        """Have what was settled before the phrase began."""
        self._settled = settled

    def settled(self, place: Place, model: Model, *, ends_piece: bool) -> Settled:
        """What the phrase asks of a bar."""
        settled = self._settled
        if settled is None or not settled.holds(place, model, ends_piece):
            settled = self._settled = settle(place, model, ends_piece=ends_piece)
        return settled

    def figures(self, plan: Plan, place: Place) -> Figures:
        """What bass and comp play in a bar."""
        figures = self._figures
        if figures is None or not figures.hold(plan, place):
            figures = self._figures = figures_of(plan, place)
        return figures
