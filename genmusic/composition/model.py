"""The trained model: what usually follows, in harmony, rhythm and melody."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from genmusic.composition.markov import CountTree, share_tree
from genmusic.errors import ModelError
from genmusic.names import QUALITIES
from genmusic.units import TICKS_PER_BEAT
from kernels import sampling

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

MODES = ("major", "minor")
PITCHES = range(-24, 25)  # semitones from the tonic
SPAN = len(PITCHES) - 1  # the widest interval
METRICS = 3  # downbeat, other beat, off the beat
PLACES = 3  # first note of a phrase, inside, last note
MELODY_ORDER, CHORD_ORDER, RHYTHM_ORDER = 4, 3, 4
COMPOUND = 16  # added to the beats of metres whose beats divide in three, as in 6/8

# A note below this share of the likeliest one sounds like a slip. With it, phrases with goals leap
# as often as those of the corpora, and half as often beyond the octave.
SLIP_SHARE = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """What training learned, as it is stored."""

    name: str
    chords: tuple[tuple[int, str], ...]
    cells: tuple[tuple[int, ...], ...]
    melody: CountTree  # mode, place and metric, then the line backwards; and intervals alone
    chord: CountTree  # mode, then the chords backwards
    rhythm: CountTree  # beats in the bar, beat, then the cells backwards


class Model:
    """Distributions of what comes next; shared, read-only.

    ``chords`` lists (root in semitones above the tonic, quality), ``cells`` the onset ticks inside
    one beat; histories are indices into them, oldest first. Melody pitches are semitones from a
    tonic near the middle of the melody.
    """

    pitches: ClassVar = PITCHES

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.name = statistics.name
        self.chords = statistics.chords
        self.cells = statistics.cells
        self._melody = share_tree(statistics.melody)
        self._chord = share_tree(statistics.chord)
        self._rhythm = share_tree(statistics.rhythm)
        self._transitions = {mode: self._chain(mode) for mode in MODES}

    def chord_distribution(self, mode: str, history: Sequence[int], out: Doubles) -> None:
        """Probability of each chord after ``history``."""
        recent = history[-CHORD_ORDER:]
        context = np.array([MODES.index(mode), *reversed(recent)], np.int64)
        sampling.distribution(self._chord, context, len(context), out)

    def rhythm_distribution(
        self, history: Sequence[int], beat: int, beats: int, out: Doubles
    ) -> None:
        """Probability of each rhythm cell in a beat (from 0) of a bar of ``beats``.

        Add `COMPOUND` to ``beats`` for metres such as 6/8, where ``beats`` are dotted.
        """
        recent = history[-RHYTHM_ORDER:]
        context = np.array([beats, beat, *reversed(recent)], np.int64)
        sampling.distribution(self._rhythm, context, len(context), out)

    def melody_distribution(
        self, mode: str, history: Sequence[int], metric: int, place: int, out: Doubles
    ) -> None:
        """Probability of each of ``pitches`` after ``history``.

        ``metric`` is 0 on the downbeat, 1 on another beat, 2 off the beat; ``place`` is 0 for the
        first note of a phrase, 1 inside, 2 for the last.
        """
        line = self._line(history, 0)
        context, intervals = _scratch(len(out))
        sampling.melody_distribution(
            self._melody, MODES.index(mode), MELODY_ORDER, place * METRICS + metric,
            line, len(line), context, intervals, out,
        )  # fmt: skip

    def sample_melody(
        self,
        mode: str,
        history: Sequence[int],
        metric: Sequence[int] | Integers,
        place: Sequence[int] | Integers,
        weights: Doubles,
        uniforms: Doubles,
    ) -> Integers:
        """Draw a melody: what is likely, times ``weights``, with later goals in view.

        Parameters
        ----------
        mode, history, metric, place
            As in `melody_distribution`; ``metric`` and ``place`` have one value for each note.
        weights : (notes, 49) float64, >= 0
            How welcome each pitch is; 0 forbids it. Each note must have a positive one.
        uniforms : (notes * 8,) float64, 0..1
            Draws; one for each note, the rest for second thoughts.
        """
        notes = len(weights)
        if not notes:
            return np.empty(0, np.int64)
        if weights.shape != (notes, len(PITCHES)) or not np.all(weights.max(axis=1) > 0):
            raise ModelError(f"weights must give each of {notes} notes a pitch above 0")
        conditions = np.asarray(place, np.int64) * METRICS + np.asarray(metric, np.int64)
        if len(conditions) != notes or len(uniforms) < notes:
            raise ModelError(f"{notes} notes need as many metrics and places, and a draw for each")
        weights = np.ascontiguousarray(weights, np.float64)
        line = self._line(history, notes)
        start = len(line) - notes
        messages = np.empty_like(weights)
        sampling.look_ahead(self._transitions[mode], weights, messages)
        context, intervals = _scratch(len(self.pitches))
        sampling.sample_melody(
            self._melody, MODES.index(mode), MELODY_ORDER, SLIP_SHARE,
            conditions, weights, messages, uniforms, start, context, intervals,
            np.empty(len(self.pitches)), np.zeros(weights.shape, np.bool_), line,
        )  # fmt: skip
        drawn: Integers = line[start:] + self.pitches[0]
        return drawn

    def _line(self, history: Sequence[int], room: int) -> Integers:
        """The end of a history as indices, with room for more notes."""
        recent = history[-MELODY_ORDER - 1 :]  # so many intervals need one pitch more
        line = np.zeros(len(recent) + room, np.int64)
        line[: len(recent)] = np.clip(recent, self.pitches[0], self.pitches[-1]) - self.pitches[0]
        return line

    def _chain(self, mode: str) -> Doubles:
        """The order-1 chain that looks ahead: mean over metric positions, inside a phrase."""
        size = len(self.pitches)
        chain = np.zeros((size, size))
        row = np.empty(size)
        for index, pitch in enumerate(self.pitches):
            for metric in range(METRICS):
                self.melody_distribution(mode, [pitch], metric, 1, row)
                chain[index] += row / METRICS
        return chain


def _scratch(size: int) -> tuple[Integers, Doubles]:
    return np.empty(sampling.CONTEXT_STEPS, np.int64), np.empty(2 * size - 1)


MODELS_FOLDER = Path(__file__).parent.parent / "models"
FORMAT = 1
BROKEN = (zipfile.BadZipFile, zlib.error)
TREES = ("melody", "chord", "rhythm")
TREE_DTYPES: Mapping[str, DTypeLike] = {
    "children": np.uint8,
    "child_step": np.uint8,
    "entries": np.uint8,
    "symbols": np.uint8,
    "counts": np.uint32,
}


def shipped_models() -> dict[str, Path]:
    """The models that come with the product, by name."""
    return {path.stem: path for path in sorted(MODELS_FOLDER.glob("*.npz"))}


def load_model(path: Path) -> Model:
    """Read a trained model."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Model(_statistics({name: arrays[name] for name in arrays.files}))
    except OSError as error:
        raise ModelError(f"the model {path} cannot be read: {error}") from error
    except (KeyError, ValueError, TypeError, EOFError, MemoryError, *BROKEN) as error:
        raise ModelError(f"{path} is not a model of format {FORMAT}: {error}") from error


def model_arrays(statistics: Statistics) -> dict[str, NDArray[Any]]:
    """The arrays of a model file: a JSON header, and each tree field by field."""
    header = {
        "format": FORMAT,
        "name": statistics.name,
        "chords": statistics.chords,
        "cells": statistics.cells,
    }
    arrays: dict[str, NDArray[Any]] = {
        "header": np.frombuffer(json.dumps(header).encode(), np.uint8)
    }
    for tree in TREES:
        counted = getattr(statistics, tree)
        arrays |= {f"{tree}.{field}": getattr(counted, field) for field in TREE_DTYPES}
    return arrays


def _statistics(arrays: Mapping[str, NDArray[Any]]) -> Statistics:
    header = json.loads(arrays["header"].tobytes())
    if header["format"] != FORMAT:
        raise ValueError(f"it has format {header['format']}")
    chords = tuple((int(root), str(quality)) for root, quality in header["chords"])
    cells = tuple(tuple(int(tick) for tick in cell) for cell in header["cells"])
    if not all(0 <= root < 12 and quality in QUALITIES for root, quality in chords):
        raise ValueError("it has chords that are not known")
    if not all(0 <= tick < TICKS_PER_BEAT for cell in cells for tick in cell):
        raise ValueError("it has rhythms beyond a beat")
    return Statistics(
        name=str(header["name"]),
        chords=chords,
        cells=cells,
        melody=_tree(arrays, "melody", 2 * SPAN + 1),
        chord=_tree(arrays, "chord", len(chords)),
        rhythm=_tree(arrays, "rhythm", len(cells)),
    )


def _tree(arrays: Mapping[str, NDArray[Any]], tree: str, symbols: int) -> CountTree:
    """Check a tree, since kernels trust it: rows and entries add up, symbols are known."""
    counted = CountTree(
        **{
            name: arrays[f"{tree}.{name}"].astype(dtype, casting="equiv")
            for name, dtype in TREE_DTYPES.items()
        }
    )
    rows, entries = len(counted.children), len(counted.symbols)
    if (
        not rows == len(counted.child_step) == len(counted.entries)
        or rows != 1 + int(counted.children.sum(dtype=np.int64))
        or not entries == len(counted.counts) == int(counted.entries.sum(dtype=np.int64))
        or int(counted.symbols.max(initial=0)) >= symbols
        or int(counted.counts.min(initial=1)) < 1
    ):
        raise ValueError(f"its {tree} statistics do not add up")
    return counted
