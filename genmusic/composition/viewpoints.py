"""Viewpoints: how a melody is looked at when it is learned, predicted and composed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import prod

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.markov import Smoothing
from kernels import looking
from kernels import viewpoints as kernel
from kernels.predicting import Speakers
from kernels.simd import LANES

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]

MODES = ("major", "minor")
KINDS: Mapping[str, int] = {
    "pitch": kernel.PITCH,
    "interval": kernel.INTERVAL,
    "arc": kernel.ARC,
}


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """A melody to look at, or several in a row: one value for each note."""

    modes: Integers  # indices into `MODES`
    pitches: Integers  # semitones above some tonic
    starts: Integers  # ticks
    durations: Integers  # ticks
    positions: Integers  # ticks from the bar line
    beats: Integers  # ticks of a beat
    begins: NDArray[np.bool_]  # whether the note begins a phrase; the first one does
    ends: NDArray[np.bool_]  # whether it is known to end one

    def __len__(self) -> int:
        return len(self.pitches)

    def table(self, reach: Integers) -> Integers:
        """The columns of `kernels.looking`; ``reach`` counts what of its line a note follows."""
        columns = (getattr(self, field.name) for field in fields(self))
        return np.stack([*columns, reach], axis=1).astype(np.int64)


# How many values each feature takes, in the order of `kernels.looking`. All are known of a note
# before its pitch is.
FEATURES: Mapping[str, int] = {
    "mode": 2,
    "end": 2,
    "metric": 3,
    "position": looking.MOST_PLACE,  # in the bar, in quarters of a beat
    "duration": len(looking.DURATION_ENDS) + 1,
    "waiting": len(looking.DURATION_ENDS) + 1,  # since the onset of the note before
    "note": looking.MOST_NOTE,  # of the phrase
    "place": looking.MOST_PLACE,  # in the phrase, in halves of a beat
}
FEATURE_SIZES = np.array(tuple(FEATURES.values()))
_NAMES = tuple(FEATURES)


@dataclass(frozen=True, slots=True)
class View:
    """A viewpoint: what it calls a note, the features it links to that, and what it is told."""

    kind: str
    condition: tuple[str, ...]
    link: tuple[str, ...]
    order: int

    @property
    def fan(self) -> int:
        """How many values the linked features take together."""
        return prod(FEATURES[name] for name in self.link)


CANDIDATES: tuple[View, ...] = (
    View("pitch", ("mode", "end", "metric"), ("end", "metric"), 5),
    View("pitch", ("mode", "note"), ("note",), 5),
    View("interval", ("end",), ("end",), 5),
    View("interval", ("duration", "end"), ("duration", "end"), 5),
    View("interval", ("metric", "waiting", "duration"), ("metric",), 4),
    View("pitch", ("mode", "place"), (), 4),
    View("pitch", ("mode", "end"), (), 4),
    View("pitch", ("mode", "position", "end"), (), 3),
    View("arc", ("mode", "note", "end"), (), 3),
)
"""Views among which training chooses."""

VIEWS = tuple(CANDIDATES[number] for number in (0, 1, 2, 4, 6))
"""The views that compose; those that `CANDIDATES` adds say little more about songs."""

REMEMBERING = (True, False, False, True, False)
"""Which of `VIEWS` also look at the piece itself."""

# Settled on chorales and songs; see docs/model.md.
MELODY_SMOOTHING = Smoothing(
    discounts=(0.0, 0.5, 0.5, 0.6, 0.75, 0.85, 0.9, 0.95),
    strengths=(0.0, 0.0, 1.0),
    least=(1, 1, 1, 1, 1, 2),
)


def look(tune: Tune, views: Sequence[View], lowest: int, reach: Integers) -> kernel.Line:
    """A tune as the views see it; pitches are counted from ``lowest``."""
    pitches, anchors, counts = np.empty((3, len(tune)), np.int64)
    conditions, links = np.empty((2, len(views), len(tune)), np.int64)
    features, names = np.empty(looking.FEATURES, np.int64), named_features(views)
    looking.look(
        tune.table(reach), names, FEATURE_SIZES, lowest, 0, kernel.EVERY_VIEW, features, pitches,
        anchors, counts, conditions, links,
    )  # fmt: skip
    return kernel.Line(pitches, anchors, counts, conditions, links)


def named_features(views: Sequence[View]) -> Integers:
    """(views, 2, features) numbers of what each view is told and links, -1 from where they end."""
    names = np.full((len(views), 2, looking.FEATURES), -1)
    for number, view in enumerate(views):
        for kind, told in enumerate((view.condition, view.link)):
            names[number, kind, : len(told)] = [_NAMES.index(name) for name in told]
    return names


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How much each view says, by the depth of the context it recognises: (views, DEPTHS) each."""

    alone: Doubles  # of the corpus, while a line is short
    corpus: Doubles  # of the corpus, from then on,
    line: Doubles  # and of the line itself


def even_weights(views: int) -> Weights:
    """Every view of the corpus says the same, and the line nothing."""
    even = np.full((views, kernel.DEPTHS), 1.5 / views)
    return Weights(even, even, np.zeros_like(even))


def view_table(views: Sequence[View], weights: Weights) -> kernel.Views:
    """Views for the kernels."""
    return kernel.Views(
        np.array([KINDS[view.kind] for view in views]),
        np.array([view.order for view in views]),
        np.array([view.fan for view in views]),
        np.ascontiguousarray(weights.alone),
        np.ascontiguousarray(weights.corpus),
        np.ascontiguousarray(weights.line),
    )


def heeded(views: kernel.Views) -> Speakers:
    """The views that have any weight, a bit each."""
    weighty = [weights.max(axis=1) > 0.0 for weights in (views.alone, views.corpus, views.line)]
    return Speakers(*(sum(1 << view for view in np.flatnonzero(row).tolist()) for row in weighty))


def scratch(views: int, notes: int, size: int, models: int) -> kernel.Scratch:
    """Room for the kernels."""
    return kernel.Scratch(
        size,
        np.empty((views, notes), np.int64),
        np.empty(size + LANES, np.float32),
        np.zeros(size + kernel.SYMBOLS + LANES, np.float32),
        np.empty((views, 1 + kernel.DEPTHS), np.int64),
        np.empty((views * models, 1 + kernel.DEPTHS), np.int64),
        past(views, notes, size),
    )


def past(views: int, notes: int, size: int) -> kernel.Past:
    """Room for a line so far."""
    places = kernel.PAST + notes + LANES
    return kernel.Past(
        np.zeros((3, views, places), np.int32),
        np.zeros(places, np.int32),
        np.zeros((views, kernel.SYMBOLS + LANES), np.float32),
        np.zeros((kernel.SHORT_DEPTH, size + LANES), np.float32),
        np.zeros(kernel.SHORT_DEPTH, np.int64),
    )


def samples(line: kernel.Line, views: Sequence[View], size: int) -> tuple[Integers, Integers]:
    """What a line teaches: contexts (samples, steps), -1 from where they end, and what followed.

    The first step of a context is the number of the view.
    """
    contexts, found = [], []
    for number, view in enumerate(views):
        seen = symbols(line, view, size)
        steps = np.where(seen >= 0, seen * view.fan + line.links[number], -1)
        context = np.full((2 + STEPS_BACK, len(seen)), -1)
        context[0] = number
        context[1] = line.conditions[number]
        for back in range(1, view.order + 1):
            known = (line.reach >= back) & (context[back] >= 0)
            context[1 + back, known] = steps[np.flatnonzero(known) - back]
        contexts.append(context[:, seen >= 0])
        found.append(seen[seen >= 0])
    return np.concatenate(contexts, axis=1).T, np.concatenate(found)


STEPS_BACK = max(view.order for view in CANDIDATES)


def symbols(line: kernel.Line, view: View, size: int) -> Integers:
    """What a view calls each note; -1 where it has no word."""
    if view.kind == "pitch":
        return line.pitches
    notes = np.arange(len(line.pitches))
    other = line.anchors if view.kind == "arc" else notes - 1
    defined = (other < notes) & ((line.reach > 0) if view.kind == "interval" else True)
    steps: Integers = line.pitches - line.pitches[other] + size - 1
    return np.where(defined, steps, -1)
