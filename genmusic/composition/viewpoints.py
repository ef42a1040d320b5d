"""Viewpoints: how a melody is looked at when it is learned, predicted and composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from math import prod

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.markov import Smoothing
from kernels import viewpoints as kernel

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]

MODES = ("major", "minor")
KINDS: Mapping[str, int] = {
    "pitch": kernel.PITCH,
    "interval": kernel.INTERVAL,
    "arc": kernel.ARC,
}

MOST_NOTE, MOST_PLACE = 4, 32
# Upper ends of the classes of durations, in twelfths of a beat: a triplet of sixteenths, a
# sixteenth, a triplet, an eighth, dotted, a beat, dotted, two beats, three, longer.
DURATION_ENDS = (2, 3, 4, 6, 9, 12, 18, 24, 36)
TWELFTHS = 12


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

    @property
    def anchors(self) -> Integers:
        """The number of the note that begins each note's phrase."""
        anchors: Integers = np.maximum.accumulate(np.where(self.begins, np.arange(len(self)), 0))
        return anchors


def join_tunes(tunes: Sequence[Tune]) -> Tune:
    """Several tunes in a row; each keeps its own time."""
    return Tune(*(np.concatenate([getattr(tune, name) for tune in tunes]) for name in _COLUMNS))


_COLUMNS = tuple(field.name for field in fields(Tune))


@dataclass(frozen=True, slots=True)
class Feature:
    """Something known of a note before its pitch is: ``size`` values from 0 on."""

    size: int
    read: Callable[[Tune], Integers]


def duration_class(ticks: Integers, beats: Integers) -> Integers:
    """The class of a duration among `DURATION_ENDS`."""
    twelfths = (2 * ticks * TWELFTHS + beats) // (2 * beats)
    return np.asarray(np.searchsorted(DURATION_ENDS, twelfths), np.int64)


def _metric(tune: Tune) -> Integers:
    """0 on the downbeat, 1 on another beat, 2 off the beat."""
    off_beat = tune.positions % tune.beats != 0
    return np.where(tune.positions == 0, 0, 1 + off_beat)


def _waiting(tune: Tune) -> Integers:
    waits = np.diff(tune.starts, prepend=tune.starts[:1])
    return duration_class(np.maximum(waits, 0), tune.beats)  # a tune that follows another waits 0


def _note(tune: Tune) -> Integers:
    return np.asarray(np.minimum(np.arange(len(tune)) - tune.anchors, MOST_NOTE - 1))


def _place(tune: Tune) -> Integers:
    since = (tune.starts - tune.starts[tune.anchors]) * 2 // tune.beats
    return np.asarray(np.minimum(since, MOST_PLACE - 1))


def _position(tune: Tune) -> Integers:
    return np.asarray(np.minimum(tune.positions * 4 // tune.beats, MOST_PLACE - 1))


FEATURES: Mapping[str, Feature] = {
    "mode": Feature(2, lambda tune: tune.modes),
    "end": Feature(2, lambda tune: tune.ends.astype(np.int64)),
    "metric": Feature(3, _metric),
    "position": Feature(MOST_PLACE, _position),  # in the bar, in quarters of a beat
    "duration": Feature(len(DURATION_ENDS) + 1, lambda t: duration_class(t.durations, t.beats)),
    "waiting": Feature(len(DURATION_ENDS) + 1, _waiting),  # since the onset of the note before
    "note": Feature(MOST_NOTE, _note),  # of the phrase
    "place": Feature(MOST_PLACE, _place),  # in the phrase, in halves of a beat
}


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
        return prod(FEATURES[name].size for name in self.link)


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


def read_features(tune: Tune, names: Sequence[str]) -> dict[str, Integers]:
    """The named features of each note."""
    return {name: FEATURES[name].read(tune) for name in names}


def names_in(views: Sequence[View]) -> list[str]:
    """The features that views look at."""
    return [name for name in FEATURES if any(name in v.condition + v.link for v in views)]


def _codes(features: Mapping[str, Integers], names: Sequence[str], notes: int) -> Integers:
    code = np.zeros(notes, np.int64)
    for name in names:
        code = code * FEATURES[name].size + features[name]
    return code


def look(tune: Tune, views: Sequence[View], lowest: int, reach: Integers) -> kernel.Line:
    """A tune as the views see it; pitches are counted from ``lowest``."""
    notes = len(tune)
    features = read_features(tune, names_in(views))
    return kernel.Line(
        tune.pitches - lowest,
        tune.anchors,
        reach,
        np.array([_codes(features, view.condition, notes) for view in views]),
        np.array([_codes(features, view.link, notes) for view in views]),
    )


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


def scratch(views: int, notes: int, size: int) -> kernel.Scratch:
    """Room for the kernels."""
    return kernel.Scratch(
        np.empty((views, notes), np.int64),
        np.empty(size),
        np.empty(size),
        np.empty((kernel.SHORT_DEPTH, size)),
    )


def samples(line: kernel.Line, views: Sequence[View], size: int) -> tuple[Integers, Integers]:
    """What a line teaches: contexts (samples, steps), -1 from where they end, and what followed.

    The first step of a context is the number of the view.
    """
    contexts, found = [], []
    for number, view in enumerate(views):
        seen = symbols(line, view, size)
        steps = np.where(seen >= 0, seen * view.fan + line.links[number], -1)
        context = np.full((len(seen), 2 + STEPS_BACK), -1)
        context[:, 0] = number
        context[:, 1] = line.conditions[number]
        for back in range(1, view.order + 1):
            known = (line.reach >= back) & (context[:, back] >= 0)
            context[known, 1 + back] = steps[np.flatnonzero(known) - back]
        contexts.append(context[seen >= 0])
        found.append(seen[seen >= 0])
    return np.concatenate(contexts), np.concatenate(found)


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
