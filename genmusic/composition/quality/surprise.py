"""Surprise: how many bits a note of our pieces costs a model that has not heard them, and a work.

Every tenth work of each model is held out; the others alone are the judge. Too few bits are dull,
too many are random. The judge knows key, metre and the timing of the note to come, and learns
inside a tune, as in `genmusic model evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.lessons import MOST_PITCH, Sequences
from genmusic.composition.model import Model
from genmusic.composition.repertoire import Repertoire
from genmusic.composition.trained import PITCHES, Trained, joined_tune
from genmusic.composition.training.analysis import analyse
from genmusic.composition.training.learning import learn_lessons
from genmusic.composition.training.scores import Score
from genmusic.composition.training.weighting import Choice, Opinions
from genmusic.composition.viewpoints import look, scratch
from kernels import outlooks
from kernels import viewpoints as kernel

Doubles = NDArray[np.float64]

HELD_OUT = 10  # one work of so many
MOST_NOTES = 6_000  # more do not move the second decimal
STRETCH_NOTES = 32  # of a tune: what is longer has more to learn from itself


class Judge:
    """A mix of models without the works that are held out, and those works."""

    def __init__(self, models: Repertoire, mix: Mapping[str, float]) -> None:
        parts = [(models.trained[name], share) for name, share in mix.items() if share > 0.0]
        self._model = Model([(_without_held_out(trained), share) for trained, share in parts])
        whole = sum(share for _, share in parts)
        self.held_out_bits = sum(
            share / whole * self._bits(_held_out(trained)) for trained, share in parts
        )

    def bits(self, scores: Iterable[Score]) -> float:
        """Bits a note of the melodies of scores, heard as works are."""
        return self._bits(learn_lessons([analyse(score) for score in scores], "ours").tunes)

    def _bits(self, tunes: Sequences) -> float:
        tree, sources, views = self._model.tables
        voices = np.concatenate([views.corpus, views.line])
        choice = Choice(np.concatenate([views.alone, np.zeros_like(views.line)]), voices)
        found: list[Doubles] = []
        for stretch in _stretches(tunes):
            tune = joined_tune(stretch)
            notes = len(tune)
            line = look(tune, self._model.views, -MOST_PITCH, np.arange(notes))
            depths = np.empty((2, len(self._model.views), notes), np.int64)
            shares = np.empty((2, len(self._model.views), notes, PITCHES))
            room = scratch(len(self._model.views), notes, PITCHES, len(sources.roots))
            outlooks.view_line(tree, sources, views, line, room, *depths, *shares)
            found.append(choice.surprise(_opinions(line, depths, shares)))
        return float(np.concatenate(found).mean())


def _opinions(line: kernel.Line, depths: NDArray[np.int64], shares: Doubles) -> Opinions:
    notes = len(line.pitches)
    return Opinions(
        np.log2(shares.reshape(-1, notes, PITCHES)).astype(np.float32),
        depths.reshape(-1, notes),
        line.pitches,
        np.arange(notes),
    )


def _stretches(tunes: Sequences) -> Iterator[Sequences]:
    """Stretches of equal length, evenly spaced, that have about `MOST_NOTES` notes."""
    ends = np.cumsum(tunes.lengths).tolist()
    whole = [
        (number, begin)
        for number, (end, length) in enumerate(zip(ends, tunes.lengths.tolist(), strict=True))
        for begin in range(end - length, end - STRETCH_NOTES + 1, STRETCH_NOTES)
    ]
    for number, begin in whole[:: max(1, len(whole) * STRETCH_NOTES // MOST_NOTES)]:
        one = slice(number, number + 1)
        inside = slice(begin, begin + STRETCH_NOTES)
        yield Sequences(
            np.array([STRETCH_NOTES]),
            tunes.works[one],
            {name: fact[one] for name, fact in tunes.facts.items()},
            {name: column[inside] for name, column in tunes.columns.items()},
        )


def _numbers(trained: Trained) -> list[int]:
    return [n for n in range(len(trained.works)) if n % HELD_OUT == 0]


@lru_cache(maxsize=8)
def _without_held_out(trained: Trained) -> Trained:
    return Trained(trained.lessons.without(_numbers(trained)), trained.works)


def _held_out(trained: Trained) -> Sequences:
    others = set(range(len(trained.works))) - set(_numbers(trained))
    return trained.lessons.tunes.without(others)
