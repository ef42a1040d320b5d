"""What one model file has become: trees of contexts, grown from its lessons."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmusic.composition import markov, viewpoints
from genmusic.composition.lessons import (
    BEGINS,
    ENDS,
    MOST_PITCH,
    UNKNOWN,
    Lessons,
    Sequences,
    read_lessons,
)
from genmusic.composition.manifest import Work, manifest_path, read_manifest
from genmusic.composition.markov import Grown, Integers, Smoothing, grow
from genmusic.composition.viewpoints import MELODY_SMOOTHING, Tune, look, samples
from genmusic.config import cache_folder
from kernels.sampling import Tree
from kernels.viewpoints import Line

CHORD_ORDER, RHYTHM_ORDER = 3, 4
COMPOUND = 16  # added to the beats of metres whose beats divide in three, as in 6/8
PITCHES = 2 * MOST_PITCH + 1

# Settled on 146 songs left out of training; see docs/model.md. Works repeat themselves, so counts
# deserve less trust than independent ones would: about 40 of them weigh as much as the shorter
# context does.
PLAIN_SMOOTHING = Smoothing(discounts=(0.7,), strengths=(40.0,), least=(1, 1, 1, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """One for each thing that is learned."""

    melody: Grown
    chord: Grown
    rhythm: Grown


class Trained:
    """The lessons of a model file, less the works that were taken back, and their trees."""

    def __init__(
        self,
        lessons: Lessons,
        works: tuple[Work, ...] = (),
        cache: Path | None = None,
        path: Path | None = None,
    ) -> None:
        self.lessons = lessons
        self.works = works
        self._cache = cache
        self._path = path

    def without(self, ids: Collection[str]) -> Trained:
        """The same file without the works of these ids, and with all the others."""
        return load_trained(self._path, ids) if self._path else self

    @cached_property
    def trees(self) -> Trees:
        """Grown when they are asked for, or read from the cache."""
        kept = _read_trees(self._cache) if self._cache else None
        if kept is None:
            kept = grow_trees(self.lessons)
            if self._cache:
                _keep_trees(self._cache, kept)
        return kept


def load_trained(path: Path, revoked: Collection[str] = ()) -> Trained:
    """Read a model file and its manifest, without the works whose id is ``revoked``."""
    lessons, works = read_lessons(path), read_manifest(manifest_path(path))
    gone = [number for number, work in enumerate(works) if work.id in revoked]
    return Trained(lessons.without(gone), works, _cache_path(path, gone), path)


def grow_trees(lessons: Lessons) -> Trees:
    """Count all that was taught."""
    tunes = lessons.tunes
    line = look(joined_tune(tunes), lessons.views, -MOST_PITCH, tunes.reach)
    contexts, symbols = samples(line, lessons.views, PITCHES)
    return Trees(
        grow(contexts, symbols, _works_of_samples(line, lessons), MELODY_SMOOTHING),
        _grow_words(lessons.progressions, "chord", _chord_conditions(lessons), CHORD_ORDER),
        _grow_words(lessons.pulses, "cell", _rhythm_conditions(lessons), RHYTHM_ORDER),
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


def _chord_conditions(lessons: Lessons) -> Integers:
    return lessons.progressions.spread(lessons.progressions.facts["mode"])[:, None]


def _rhythm_conditions(lessons: Lessons) -> Integers:
    pulses = lessons.pulses
    metres, first = (pulses.spread(pulses.facts[name]) for name in ("metre", "first_beat"))
    return np.stack([metres, (first + pulses.reach) % np.maximum(1, metres % COMPOUND)], axis=1)


def _grow_words(words: Sequences, column: str, conditions: Integers, order: int) -> Grown:
    """The tree of chords or cells: conditions, then the words before."""
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


_SOURCES = (__file__, markov.__file__, viewpoints.__file__)


def _cache_path(path: Path, gone: Collection[int]) -> Path:
    """Named by all that the trees depend on: lessons, works taken back, and how they grow."""
    digest = hashlib.blake2b(path.read_bytes(), digest_size=12)
    digest.update(np.array(sorted(gone), np.uint32).tobytes())
    for source in _SOURCES:
        digest.update(Path(source).read_bytes())
    return cache_folder() / "trees" / f"{path.stem}-{digest.hexdigest()}.npz"


def _keep_trees(path: Path, trees: Trees) -> None:
    """Write the trees for the next start; a cache that cannot be written is no misfortune."""
    arrays: dict[str, NDArray[Any]] = {}
    for tree in fields(Trees):
        grown: Grown = getattr(trees, tree.name)
        arrays |= {f"{tree.name}.{name}": array for name, array in grown.tree._asdict().items()}
        for name in _BESIDE_THE_TREE:
            arrays[f"{tree.name}.{name}"] = getattr(grown, name)
    draft = path.with_suffix(f".{os.getpid()}.part.npz")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        np.savez(draft, allow_pickle=False, **arrays)
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)


_BESIDE_THE_TREE = tuple(field.name for field in fields(Grown) if field.name != "tree")


def _read_trees(path: Path) -> Trees | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Trees(*(_read_grown(arrays, tree.name) for tree in fields(Trees)))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
        return None


def _read_grown(arrays: np.lib.npyio.NpzFile, name: str) -> Grown:
    tree = Tree(**{field: arrays[f"{name}.{field}"] for field in Tree._fields})
    return Grown(tree, *(arrays[f"{name}.{field}"] for field in _BESIDE_THE_TREE))
