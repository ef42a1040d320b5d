"""Lessons: what each work taught, note by note, as a model file keeps it.

Sequences are kept rather than sums, so that a note can be traced to the works that taught it, a
work can be taken back, and any rule against copying can be checked against what was heard.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from genmusic.composition.operations import OPERATIONS
from genmusic.composition.viewpoints import FEATURES, KINDS, View, Weights
from genmusic.errors import ModelError
from genmusic.names import QUALITIES
from genmusic.units import TICKS_PER_BEAT
from kernels.viewpoints import DEPTHS

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]

FORMAT = 3
UNKNOWN = 255  # a chord or cell outside the vocabulary
MOST_PITCH = 24  # semitones of a tune from its tonic
BEGINS, ENDS = 1, 2  # bits of a note's ``marks``
MOST_VIEWS, MOST_ORDER, MOST_WEIGHT = 16, 5, 10.0

# The sequences of a model: facts of each, and columns of its elements.
KEPT: Mapping[str, tuple[Mapping[str, DTypeLike], Mapping[str, DTypeLike]]] = {
    "tunes": (
        {"mode": np.uint8},
        {
            "pitch": np.int8,  # semitones above the tonic
            "wait": np.uint16,  # ticks since the onset before; 0 for the first
            "duration": np.uint16,  # ticks
            "position": np.uint16,  # ticks from the bar line
            "beat": np.uint16,  # ticks
            "marks": np.uint8,  # of the phrase: BEGINS, ENDS
        },
    ),
    "progressions": ({"mode": np.uint8}, {"chord": np.uint8}),
    "pulses": ({"metre": np.uint8, "first_beat": np.uint8}, {"cell": np.uint8}),
    "motifs": ({"mode": np.uint8}, {"operation": np.uint8}),  # of each bar of a tune but the first
    "lines": ({}, {"pitch": np.uint8, "wait": np.uint16}),  # every voice of every work
}


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Many short sequences, one after the other, each from a work."""

    lengths: Integers
    works: Integers
    facts: Mapping[str, Integers]  # one value for each sequence
    columns: Mapping[str, Integers]  # one value for each element

    def without(self, works: Collection[int]) -> Sequences:
        """The sequences of the other works."""
        kept = ~np.isin(self.works, list(works))
        inside = np.repeat(kept, self.lengths)
        return Sequences(
            self.lengths[kept],
            self.works[kept],
            {name: fact[kept] for name, fact in self.facts.items()},
            {name: column[inside] for name, column in self.columns.items()},
        )

    @property
    def reach(self) -> Integers:
        """For each element, how many come before it in its sequence."""
        ends = np.cumsum(self.lengths)
        return np.arange(self.lengths.sum()) - np.repeat(ends - self.lengths, self.lengths)

    def spread(self, values: Integers) -> Integers:
        """A value of each sequence, for each of its elements."""
        return np.repeat(values, self.lengths)


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """What a model file says of itself."""

    name: str
    chords: tuple[tuple[int, str], ...]
    cells: tuple[tuple[int, ...], ...]
    views: tuple[View, ...]
    weights: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Lessons(Outline):
    """All that a model file holds."""

    tunes: Sequences
    progressions: Sequences
    pulses: Sequences
    motifs: Sequences
    lines: Sequences

    def without(self, works: Collection[int]) -> Lessons:
        """What the other works taught."""
        if not works:
            return self
        return replace(self, **{name: getattr(self, name).without(works) for name in KEPT})


def lesson_arrays(lessons: Lessons) -> dict[str, NDArray[Any]]:
    """The arrays of a model file: a JSON header, and the sequences column by column."""
    header = {
        "format": FORMAT,
        "name": lessons.name,
        "chords": lessons.chords,
        "cells": lessons.cells,
        "views": [[v.kind, v.condition, v.link, v.order] for v in lessons.views],
        "weights": {name: getattr(lessons.weights, name).tolist() for name in _WEIGHTS},
    }
    arrays: dict[str, NDArray[Any]] = {
        "header": np.frombuffer(json.dumps(header).encode(), np.uint8)
    }
    for name, (facts, columns) in KEPT.items():
        kept: Sequences = getattr(lessons, name)
        arrays[f"{name}.length"] = kept.lengths.astype(np.uint32)
        arrays[f"{name}.work"] = kept.works.astype(np.uint16)
        for fact, dtype in facts.items():
            arrays[f"{name}.{fact}"] = kept.facts[fact].astype(dtype)
        for column, dtype in columns.items():
            arrays[f"{name}.{column}"] = kept.columns[column].astype(dtype)
    return arrays


def read_lessons(path: Path) -> Lessons:
    """Read a model file, and check all that it holds."""
    with _open_model(path) as arrays:
        return _lessons({name: arrays[name] for name in arrays})


def read_outline(path: Path) -> Outline:
    """Read the beginning of a model file alone."""
    with _open_model(path) as arrays:
        return _outline(arrays["header"])


@contextmanager
def _open_model(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except OSError as error:
        raise ModelError(f"the model {path} cannot be read: {error}") from error
    except (KeyError, ValueError, TypeError, EOFError, MemoryError, *_BROKEN) as error:
        raise ModelError(f"{path} is not a model of format {FORMAT}: {error}") from error


_BROKEN = (zipfile.BadZipFile, zlib.error)


def _outline(packed: NDArray[Any]) -> Outline:
    header = json.loads(bytes(packed))
    if header["format"] != FORMAT:
        raise ValueError(f"its format is {header['format']}")
    chords = tuple((int(root), str(quality)) for root, quality in header["chords"])
    cells = tuple(tuple(int(tick) for tick in cell) for cell in header["cells"])
    if not all(0 <= root < 12 and quality in QUALITIES for root, quality in chords):
        raise ValueError("it has chords that are not known")
    if not all(0 <= tick < TICKS_PER_BEAT for cell in cells for tick in cell):
        raise ValueError("it has rhythms beyond a beat")
    return Outline(str(header["name"]), chords, cells, *_views(header))


def _lessons(arrays: Mapping[str, NDArray[Any]]) -> Lessons:
    outline = _outline(arrays["header"])
    kept = {name: _sequences(arrays, name) for name in KEPT}
    _check_symbols(kept["progressions"].columns["chord"], len(outline.chords), "chord")
    _check_symbols(kept["pulses"].columns["cell"], len(outline.cells), "rhythm")
    _check_symbols(kept["motifs"].columns["operation"], len(OPERATIONS), "motif")
    if np.abs(kept["tunes"].columns["pitch"]).max(initial=0) > MOST_PITCH:
        raise ValueError("it has pitches out of range")
    if kept["tunes"].columns["beat"].min(initial=1) < 1:
        raise ValueError("it has beats of no length")
    if max((int(facts.max(initial=0)) for facts in _modes(kept)), default=0) > 1:
        raise ValueError("it has modes that are not known")
    return Lessons(
        outline.name, outline.chords, outline.cells, outline.views, outline.weights, **kept
    )


def _modes(kept: Mapping[str, Sequences]) -> list[Integers]:
    return [kept[name].facts["mode"] for name in ("tunes", "progressions", "motifs")]


def _check_symbols(symbols: Integers, known: int, what: str) -> None:
    if ((symbols >= known) & (symbols != UNKNOWN)).any():
        raise ValueError(f"its {what} statistics do not add up")


def _sequences(arrays: Mapping[str, NDArray[Any]], name: str) -> Sequences:
    """Check that lengths and columns add up, since kernels trust them."""
    facts, columns = KEPT[name]
    found = Sequences(
        _column(arrays, f"{name}.length", np.uint32),
        _column(arrays, f"{name}.work", np.uint16),
        {fact: _column(arrays, f"{name}.{fact}", dtype) for fact, dtype in facts.items()},
        {column: _column(arrays, f"{name}.{column}", dtype) for column, dtype in columns.items()},
    )
    elements = int(found.lengths.sum())
    if not all(len(fact) == len(found.lengths) for fact in (found.works, *found.facts.values())):
        raise ValueError(f"its {name} do not add up")
    if not all(len(column) == elements for column in found.columns.values()):
        raise ValueError(f"its {name} do not add up")
    return found


def _column(arrays: Mapping[str, NDArray[Any]], name: str, dtype: DTypeLike) -> Integers:
    column = arrays[name].astype(dtype, casting="equiv")
    if column.ndim != 1:
        raise ValueError(f"its {name} is not a column")
    return column.astype(np.int64)


_WEIGHTS = tuple(field.name for field in fields(Weights))


def _views(header: Mapping[str, Any]) -> tuple[tuple[View, ...], Weights]:
    views = tuple(
        View(str(kind), tuple(map(str, condition)), tuple(map(str, link)), int(order))
        for kind, condition, link, order in header["views"]
    )
    for view in views:
        known = view.kind in KINDS and all(name in FEATURES for name in view.condition + view.link)
        if not known or not 0 <= view.order <= MOST_ORDER:
            raise ValueError("it has viewpoints that are not known")
    kept = [np.array(header["weights"][name], np.float64) for name in _WEIGHTS]
    for weights in kept:
        if weights.shape != (len(views), DEPTHS) or not len(views) <= MOST_VIEWS:
            raise ValueError("its weights do not fit its viewpoints")
        if not ((weights >= 0.0) & (weights <= MOST_WEIGHT)).all():
            raise ValueError("it has weights out of range")
    return views, Weights(*kept)
