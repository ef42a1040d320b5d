"""Settling a model's weights: on every tenth work, predicted from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from genmusic.composition.lessons import MOST_PITCH, Lessons
from genmusic.composition.trained import PITCHES, grow_trees, joined_tune
from genmusic.composition.training.weighting import Opinions, fit
from genmusic.composition.viewpoints import (
    REMEMBERING,
    Tune,
    Weights,
    even_weights,
    look,
    scratch,
    view_table,
)
from kernels import outlooks
from kernels import viewpoints as kernel
from kernels.sampling import Tree

EVERY = 10  # works
FEWEST_WORKS = 20  # with fewer the weights stay even
MOST_NOTES = 12_000
# The first notes of a stretch are left out: the key has just changed there and is often still in
# doubt, which makes intervals look wiser than they are.
SETTLED = 5


def settle(lessons: Lessons) -> Lessons:
    """The lessons with the weights that predict best."""
    works = np.unique(lessons.tunes.works)
    if len(works) < FEWEST_WORKS:
        return lessons
    left_out = set(works[::EVERY].tolist())
    opinions = ask(lessons.without(left_out), lessons.without(set(works.tolist()) - left_out))
    views = len(lessons.views)
    silent = np.zeros(views, bool)
    corpus = ~silent
    alone = fit(opinions.of(opinions.reach >= SETTLED), np.append(corpus, silent))
    both = fit(opinions.of(opinions.reach >= kernel.MEMORY), np.append(corpus, REMEMBERING))
    return replace(lessons, weights=Weights(alone[:views], both[:views], both[views:]))


def ask(known: Lessons, tested: Lessons, most_notes: int = MOST_NOTES) -> Opinions:
    """What a model of some lessons thinks of the tunes of others."""
    tree = grow_trees(known).melody.tree
    return ask_about(tree, known, some_tunes(tested, most_notes))


def some_tunes(lessons: Lessons, most_notes: int = MOST_NOTES) -> list[Tune]:
    """Tunes from all over the lessons, with about so many notes."""
    whole, lengths = joined_tune(lessons.tunes), lessons.tunes.lengths
    ends = np.cumsum(lengths)
    stride = max(1, -(-int(ends[-1] if len(ends) else 0) // most_notes))
    return [
        _cut(whole, slice(end - length, end))
        for end, length in zip(ends[::stride], lengths[::stride], strict=True)
    ]


def _cut(tune: Tune, part: slice) -> Tune:
    columns = (getattr(tune, name)[part] for name in tune.__dataclass_fields__)
    return Tune(*columns)


def ask_about(tree: Tree, lessons: Lessons, tunes: Sequence[Tune]) -> Opinions:
    """What every view, of the corpus and of the tune so far, thinks of every note."""
    views = lessons.views
    table = view_table(views, even_weights(len(views)))
    sources = kernel.Sources(np.zeros(1, np.int64), np.ones(1))
    bits, depths, heard = [], [], []
    for tune in tunes:
        notes = len(tune)
        line = look(tune, views, -MOST_PITCH, np.arange(notes))
        deep = np.empty((2, len(views), notes), np.int64)
        shares = np.empty((2, len(views), notes, PITCHES))
        room = scratch(len(views), notes, PITCHES, len(sources.roots))
        outlooks.view_line(tree, sources, table, line, room, *deep, *shares)
        bits.append(np.log2(shares).astype(np.float32).reshape(-1, notes, PITCHES))
        depths.append(deep.reshape(-1, notes))
        heard.append(line.pitches)
    return Opinions(
        np.concatenate(bits, axis=1),
        np.concatenate(depths, axis=1),
        np.concatenate(heard),
        np.concatenate([np.arange(len(tune)) for tune in tunes]),
    )
