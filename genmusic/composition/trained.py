"""What one model file has become: trees of contexts, grown from its lessons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmusic.composition import liveliness, markov, operations, viewpoints
from genmusic.composition.lessons import (
    BEGINS,
    ENDS,
    MOST_PITCH,
    UNKNOWN,
    Lessons,
    Outline,
    Sequences,
    read_lessons,
    read_outline,
)
from genmusic.composition.liveliness import learn_liveliness
from genmusic.composition.manifest import Work, manifest_path, read_manifest
from genmusic.composition.markov import Grown, Integers, Smoothing, grow
from genmusic.composition.operations import MOTIF_ORDER
from genmusic.composition.viewpoints import MELODY_SMOOTHING, Tune, look, samples
from genmusic.errors import ModelError
from genmusic.tables import kept, sources, tables_path
from kernels import rhythms
from kernels.sampling import Tree
from kernels.viewpoints import Line

CHORD_ORDER, RHYTHM_ORDER = 3, rhythms.ORDER
COMPOUND = 16  # added to the beats of metres whose beats divide in three, as in 6/8
PITCHES = 2 * MOST_PITCH + 1

# Settled on 146 songs left out of training; see docs/model.md. Works repeat themselves, so counts
# deserve less trust than independent ones would: about 40 of them weigh as much as the shorter
# context does.
PLAIN_SMOOTHING = Smoothing(discounts=(0.7,), strengths=(40.0,), least=(1, 1, 1, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """One for each thing that is learned, and what else is counted with them."""

    melody: Grown
    chord: Grown
    rhythm: Grown
    motif: Grown  # operations on bars
    liveliness: NDArray[np.float64]  # quantiles, as `learn_liveliness` gives them


class Trained:
    """What a model file teaches, less the works that were taken back.

    Its trees are grown when they are asked for, or mapped from the cache; then only the beginning
    of the file is read until somebody asks for its lessons.
    """

    def __init__(
        self,
        outline: Outline,
        works: tuple[Work, ...] = (),
        path: Path | None = None,
        gone: Collection[int] = (),
    ) -> None:
        self.outline = outline
        self.works = works
        self.path = path
        self._gone = tuple(sorted(gone))

    def without(self, ids: Collection[str]) -> Trained:
        """The same file without the works of these ids, and with all the others."""
        return load_trained(self.path, ids) if self.path else self

    @cached_property
    def lessons(self) -> Lessons:
        """What the works taught that were not taken back."""
        if isinstance(self.outline, Lessons):
            return self.outline.without(self._gone)
        if self.path is None:
            raise ModelError(f"the model {self.outline.name} has no lessons")
        return read_lessons(self.path).without(self._gone)

    @cached_property
    def trees(self) -> Trees:
        """Counted from the lessons, once for each state of the file."""
        return kept(self.tables, _trees, lambda: _arrays(grow_trees(self.lessons)))

    @cached_property
    def tables(self) -> Path | None:
        """Where the trees are kept."""
        return _tables(self.path, self._gone) if self.path else None


def load_trained(path: Path, revoked: Collection[str] = ()) -> Trained:
    """Read a model file and its manifest, without the works whose id is ``revoked``.

    A file whose trees are in the cache was read as a whole and checked when they were grown.
    """
    outline = read_outline(path)
    if not _tables(path, ()).exists():
        outline = read_lessons(path)
    works = read_manifest(manifest_path(path))
    gone = [number for number, work in enumerate(works) if work.id in revoked]
    return Trained(outline, works, path, gone)


def _tables(path: Path, gone: Sequence[int]) -> Path:
    """A place named by all that the trees depend on."""
    return tables_path(path.stem, path, np.array(gone, np.uint32).tobytes(), *_SOURCES)


_SOURCES = sources(
    *(module.__file__ for module in (liveliness, markov, operations, viewpoints)), __file__
)


def grow_trees(lessons: Lessons) -> Trees:
    """Count all that was taught."""
    tunes = lessons.tunes
    line = look(joined_tune(tunes), lessons.views, -MOST_PITCH, tunes.reach)
    contexts, symbols = samples(line, lessons.views, PITCHES)
    return Trees(
        grow(contexts, symbols, _works_of_samples(line, lessons), MELODY_SMOOTHING),
        _grow_words(lessons.progressions, "chord", _modes(lessons.progressions), CHORD_ORDER),
        _grow_words(lessons.pulses, "cell", _rhythm_conditions(lessons), RHYTHM_ORDER),
        _grow_words(lessons.motifs, "operation", _modes(lessons.motifs), MOTIF_ORDER),
        learn_liveliness(tunes),
    )


def joined_tune(tunes: Sequences) -> Tune:
    """All tunes in a row."""
    columns = tunes.columns
    starts = np.cumsum(columns["wait"])
    return Tune(
        modes=tunes.spread(tunes.facts["mode"]),
        pitches=columns["pitch"],
        starts=starts,
        durations=columns["duration"],
        positions=columns["position"],
        beats=columns["beat"],
        begins=((columns["marks"] & BEGINS) > 0) | (tunes.reach == 0),
        ends=(columns["marks"] & ENDS) > 0,
    )


def _works_of_samples(line: Line, lessons: Lessons) -> Integers:
    works = lessons.tunes.spread(lessons.tunes.works)
    return np.concatenate(
        [works[viewpoints.symbols(line, view, PITCHES) >= 0] for view in lessons.views]
    )


def _modes(words: Sequences) -> Integers:
    return words.spread(words.facts["mode"])[:, None]


def _rhythm_conditions(lessons: Lessons) -> Integers:
    pulses = lessons.pulses
    metres, first = (pulses.spread(pulses.facts[name]) for name in ("metre", "first_beat"))
    return np.stack([metres, (first + pulses.reach) % np.maximum(1, metres % COMPOUND)], axis=1)


def _grow_words(words: Sequences, column: str, conditions: Integers, order: int) -> Grown:
    """The tree of chords, cells or operations: conditions, then the words before."""
    values, reach = words.columns[column], words.reach
    contexts = np.full((len(values), conditions.shape[1] + order), -1)
    contexts[:, : conditions.shape[1]] = conditions
    known = np.ones(len(values), bool)
    for back in range(1, order + 1):
        before = np.append(np.full(back, UNKNOWN), values)[: len(values)]
        known &= (reach >= back) & (before != UNKNOWN)
        contexts[known, conditions.shape[1] + back - 1] = before[known]
    taught = values != UNKNOWN
    works = words.spread(words.works)
    return grow(contexts[taught], values[taught], works[taught], PLAIN_SMOOTHING)


def _arrays(trees: Trees) -> dict[str, NDArray[Any]]:
    """All arrays of the trees, each with its place in the name."""
    arrays: dict[str, NDArray[Any]] = {"liveliness": trees.liveliness}
    for tree in _GROWN:
        grown: Grown = getattr(trees, tree)
        arrays |= {f"{tree}.{name}": array for name, array in grown.tree._asdict().items()}
        arrays |= {f"{tree}.{name}": getattr(grown, name) for name in _BESIDE_THE_TREE}
    return arrays


_GROWN = ("melody", "chord", "rhythm", "motif")
_BESIDE_THE_TREE = tuple(field.name for field in fields(Grown) if field.name != "tree")


def _trees(arrays: Mapping[str, NDArray[Any]]) -> Trees:
    melody, chord, rhythm, motif = (_grown(arrays, tree) for tree in _GROWN)
    return Trees(melody, chord, rhythm, motif, arrays["liveliness"])


def _grown(arrays: Mapping[str, NDArray[Any]], name: str) -> Grown:
    tree = Tree(**{field: arrays[f"{name}.{field}"] for field in Tree._fields})
    return Grown(tree, *(arrays[f"{name}.{field}"] for field in _BESIDE_THE_TREE))
