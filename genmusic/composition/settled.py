"""Settled: what a phrase asks of all its bars alike, as its melody and its players have it.

A bar finds what the one before it has left, and works out anew what has changed since.
"""

from __future__ import annotations

from operator import is_
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.accompaniment import Figures, figures_of
from genmusic.composition.melody import Singing, closing, singing_of
from genmusic.composition.model import Model
from genmusic.composition.performance import manner_of
from genmusic.composition.place import Place, Section, place_of, section_of
from genmusic.composition.plan import Plan
from genmusic.composition.state import State
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style

Integers = NDArray[np.int64]

Known = tuple[Singing | None, Integers]
"""What is to be sung in the bars of a phrase, and the manner in which they are played."""

MOST_KNOWN = 8  # kinds of phrases of a piece that are kept


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


def settle(place: Place, model: Model, *, ends_piece: bool) -> Known:
    """What a phrase asks of its bars, or of the last bar of a piece: to be sung, to be played.

    Phrases of a piece for which `_kind` says the same ask for the same, but for their cadence.
    """
    sings = "melody" in place.section_rules.parts
    singing = singing_of(place, model, ends_piece=ends_piece) if sings else None
    return singing, manner_of(place, ends_piece=ends_piece)


def _kind(place: Place, ends_piece: bool) -> tuple[object, ...]:
    """All of a phrase that it settles something by, beside what the whole piece has in common."""
    key, rules = place.key, id(place.section_rules)  # its style lives as long
    return (
        rules, place.theme, place.register, place.phrase_bars, place.metre, key.tonic, key.mode,
        ends_piece,
    )  # fmt: skip


class Held:
    """What serves one bar after the other until something about it has changed.

    Phrases of a section have much in common, and phrases of a piece often ask for the same.
    """

    def __init__(self) -> None:
        self._section: Section | None = None
        self._settled: Settled | None = None
        self._figures: Figures | None = None
        self._of: tuple[object, ...] = ()  # what the piece is asked for, of all that is known
        self._known: dict[tuple[object, ...], Known] = {}

    def place(self, state: State, seed: int, style: Style, asked: MusicalParameters) -> Place:
        """Where the phrase stands that has been begun."""
        section = self._section
        if section is None or not section.is_of(state, style, asked):
            section = self._section = section_of(state, seed, style, asked)
        return place_of(state, section)

    def hold(self, settled: Settled) -> None:
        """Have what was settled before the phrase began."""
        self._settled = settled

    def settled(self, place: Place, model: Model, *, ends_piece: bool) -> Settled:
        """What the phrase asks of a bar."""
        settled = self._settled
        if settled is None or not settled.holds(place, model, ends_piece):
            settled = self._settled = self.settle(place, model, ends_piece=ends_piece)
        return settled

    def settle(self, place: Place, model: Model, *, ends_piece: bool) -> Settled:
        """What a phrase asks of its bars, which another one of the piece may have asked."""
        piece = place.style, place.parameters, model, place.piece
        if not all(map(is_, piece, self._of)) or len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._of = piece
        kind = _kind(place, ends_piece)
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = settle(place, model, ends_piece=ends_piece)
            return Settled(place, model, ends_piece, *known)
        singing, manner = known
        if singing is not None:
            singing = closing(singing, place, ends_piece=ends_piece)
        return Settled(place, model, ends_piece, singing, manner)

    def figures(self, plan: Plan, place: Place) -> Figures:
        """What bass and comp play in a bar."""
        figures = self._figures
        if figures is None or not figures.hold(plan, place):
            figures = self._figures = figures_of(plan, place)
        return figures
