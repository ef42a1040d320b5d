"""Cross-entropy by folds: how well melodies left out of training are predicted, in bits a pitch.

The model knows key, metre and the timing of the note to come, nothing later. What it has learned
from the corpus is as it was before each melody; inside a melody it may learn. Which viewpoints are
used, and their weights, is settled inside the training folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.markov import Grown, Smoothing, grow
from genmusic.composition.training.folds import deal
from genmusic.composition.training.weighting import Choice, Opinions, choose, surprise
from genmusic.composition.viewpoints import (
    CANDIDATES,
    MELODY_SMOOTHING,
    Tune,
    View,
    even_weights,
    look,
    samples,
    scratch,
    view_table,
)
from kernels import outlooks
from kernels import viewpoints as kernel

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

INNER_FOLDS = 5
ENOUGH_NOTES = 6_000  # to settle weights on
BASELINE = (View("pitch", ("mode",), (), 2),)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out."""

    melodies: int
    notes: int
    folds: int
    bits_per_pitch: float
    bits_per_pitch_order_2: float  # tonic-relative pitch after the two pitches before, for scale


@dataclass(frozen=True, slots=True)
class Range:
    """Pitches of the melodies: absolute ones, and those above the tonic."""

    low: int
    high: int

    @property
    def pitches(self) -> int:
        """How many absolute pitches there are."""
        return self.high - self.low + 1

    @property
    def lowest(self) -> int:
        """The lowest pitch above a tonic."""
        return self.low - 11

    @property
    def size(self) -> int:
        """How many pitches above a tonic."""
        return self.high - self.lowest + 1


@dataclass(frozen=True, slots=True, eq=False)
class Melody:
    """A melody to predict; its pitches are counted from the tonic in the lowest octave."""

    tune: Tune
    tonic: int  # pitch class


def evaluate(
    melodies: Sequence[Melody], folds: Sequence[Sequence[int]], processes: int = 1
) -> Iterator[Doubles]:
    """Predict each fold from the others; yields (2, notes) bits: the model's and the baseline's."""
    task = partial(_predict_fold, tuple(melodies), find_range(melodies))
    if processes < 2:
        yield from map(task, folds)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as workers:
        yield from workers.map(task, folds)


def sum_up(melodies: Sequence[Melody], bits: Sequence[Doubles]) -> Evaluation:
    """The mean over all notes."""
    mean = np.concatenate(bits, axis=1).mean(axis=1)
    notes = sum(len(melody.tune) for melody in melodies)
    return Evaluation(len(melodies), notes, len(bits), float(mean[0]), float(mean[1]))


def find_range(melodies: Sequence[Melody]) -> Range:
    """The pitches that there are."""
    pitches = [melody.tune.pitches + melody.tonic for melody in melodies]
    return Range(min(int(p.min()) for p in pitches), max(int(p.max()) for p in pitches))


def _predict_fold(melodies: Sequence[Melody], span: Range, fold: Sequence[int]) -> Doubles:
    left_out = set(fold)
    known = [melody for number, melody in enumerate(melodies) if number not in left_out]
    weights = settle_weights(known, span)
    tested = [melodies[number] for number in fold]
    found = weights.surprise(ask(learn(known, CANDIDATES, span), CANDIDATES, tested, span))
    plain = ask(learn(known, BASELINE, span), BASELINE, tested, span)
    only_corpus = np.zeros((2, kernel.DEPTHS))
    only_corpus[0] = 1.0
    return np.stack([found, surprise(plain, only_corpus)])


def settle_weights(melodies: Sequence[Melody], span: Range) -> Choice:
    """Choose and weigh views on some of the melodies, predicted from the others."""
    inner = deal(len(melodies), INNER_FOLDS)
    asked: list[Opinions] = []
    for fold in inner:
        left_out = set(fold)
        known = [melody for number, melody in enumerate(melodies) if number not in left_out]
        tested = [melodies[number] for number in fold]
        asked.append(ask(learn(known, CANDIDATES, span), CANDIDATES, tested, span))
        if sum(len(opinions.heard) for opinions in asked) >= ENOUGH_NOTES:
            break
    return choose(
        Opinions(
            np.concatenate([opinions.bits for opinions in asked], axis=1),
            np.concatenate([opinions.depths for opinions in asked], axis=1),
            np.concatenate([opinions.heard for opinions in asked]),
            np.concatenate([opinions.reach for opinions in asked]),
        )
    )


def learn(
    melodies: Sequence[Melody],
    views: Sequence[View],
    span: Range,
    smoothing: Smoothing = MELODY_SMOOTHING,
) -> Grown:
    """Grow the tree of some melodies."""
    contexts, symbols, works = [], [], []
    for number, melody in enumerate(melodies):
        line = look(melody.tune, views, span.lowest, np.arange(len(melody.tune)))
        context, symbol = samples(line, views, span.size)
        contexts.append(context)
        symbols.append(symbol)
        works.append(np.full(len(symbol), number))
    return grow(np.concatenate(contexts), np.concatenate(symbols), np.concatenate(works), smoothing)


def ask(grown: Grown, views: Sequence[View], melodies: Sequence[Melody], span: Range) -> Opinions:
    """What every view thinks of every note of some melodies."""
    table = view_table(views, even_weights(len(views)))
    sources = kernel.Sources(np.zeros(1, np.int64), np.ones(1))
    bits, depths, heard = [], [], []
    for melody in melodies:
        notes = len(melody.tune)
        line = look(melody.tune, views, span.lowest, np.arange(notes))
        deep = np.empty((2, len(views), notes), np.int64)
        shares = np.empty((2, len(views), notes, span.size))
        room = scratch(len(views), notes, span.size, len(sources.roots))
        outlooks.view_line(grown.tree, sources, table, line, room, *deep, *shares)
        first = span.low - melody.tonic - span.lowest
        inside = shares.reshape(-1, notes, span.size)[:, :, first : first + span.pitches]
        inside /= inside.sum(axis=2, keepdims=True)
        bits.append(np.log2(inside).astype(np.float32))
        depths.append(deep.reshape(-1, notes))
        heard.append(line.pitches - first)
    return Opinions(
        np.concatenate(bits, axis=1),
        np.concatenate(depths, axis=1),
        np.concatenate(heard),
        np.concatenate([np.arange(len(melody.tune)) for melody in melodies]),
    )
