"""Counting what was heard in the pieces into the statistics of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from genmusic.composition.markov import CountTree, grow_tree
from genmusic.composition.model import (
    CHORD_ORDER,
    COMPOUND,
    MELODY_ORDER,
    METRICS,
    MODES,
    PITCHES,
    RHYTHM_ORDER,
    SPAN,
    Model,
    Statistics,
)
from kernels.sampling import INTERVAL_BRANCH

ChordSymbol = tuple[int, str]  # semitones above the tonic, quality
Cell = tuple[int, ...]  # onset ticks inside a beat
Word = TypeVar("Word", bound=tuple[Any, ...])
Teaching = TypeVar("Teaching")

CHORD_LIMIT, CELL_LIMIT = 56, 40  # sizes of the vocabularies
# A context of k steps is kept when its total reaches LEAST[k]: one sighting of a long context is
# a quotation, not a habit.
LEAST_MELODY = (1, 1, 1, 2, 2, 2, 2)
LEAST_CHORD = (1, 1, 1, 2, 2)
LEAST_RHYTHM = (1, 1, 1, 1, 2, 2, 2)
UNKNOWN = -1  # outside the vocabulary


@dataclass(frozen=True, slots=True)
class Line:
    """A melody in one key: pitches from the tonic, with metric position and place in the phrase."""

    mode: str
    pitches: tuple[int, ...]
    metrics: tuple[int, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progression:
    """The chords of a stretch in one key; no chord follows itself."""

    mode: str
    chords: tuple[ChordSymbol, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The rhythm of a melody, beat by beat, from some beat of a bar on."""

    beats: int  # in the bar
    is_compound: bool  # whether beats divide in three, as in 6/8
    first_beat: int
    cells: tuple[Cell | None, ...]  # None where the rhythm is beyond sixteenths and triplets


@dataclass(frozen=True, slots=True)
class Piece:
    """All that one work teaches."""

    lines: tuple[Line, ...] = ()
    progressions: tuple[Progression, ...] = ()
    pulses: tuple[Pulse, ...] = ()


def learn_model(pieces: Iterable[Piece], name: str = "trained") -> Model:
    """Learn a model from pieces."""
    return Model(learn_statistics(list(pieces), name))


def learn_statistics(pieces: Sequence[Piece], name: str) -> Statistics:
    """Learn the statistics of a model from pieces."""
    chords = _frequent(
        (c for p in pieces for line in p.progressions for c in line.chords), CHORD_LIMIT
    )
    cells = _frequent(
        (c for p in pieces for pulse in p.pulses for c in pulse.cells if c is not None), CELL_LIMIT
    )
    return Statistics(
        name=name,
        chords=chords,
        cells=cells,
        melody=_count_lines(pieces),
        chord=_count_chords(pieces, chords),
        rhythm=_count_cells(pieces, cells),
    )


def _frequent(words: Iterable[Word], limit: int) -> tuple[Word, ...]:
    """The most frequent words, most frequent first; ties in their own order."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    return tuple(word for word, _ in ranked[:limit])


class _Samples:
    """Contexts of up to ``steps`` steps, the symbol that followed, and the work it is from."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._contexts: list[list[int]] = []
        self._symbols: list[int] = []
        self._works: list[int] = []

    def add(self, work: int, context: Sequence[int], symbol: int) -> None:
        padding = [-1] * (self._steps - len(context))
        self._contexts.append([*context, *padding])
        self._symbols.append(symbol)
        self._works.append(work)

    def grow(self, least: Sequence[int]) -> CountTree:
        contexts = np.array(self._contexts, np.int64).reshape(-1, self._steps)
        symbols, works = np.array(self._symbols, np.int64), np.array(self._works, np.int64)
        return grow_tree(contexts, symbols, works, least)


def _count_lines(pieces: Sequence[Piece]) -> CountTree:
    samples = _Samples(2 + MELODY_ORDER)
    for work, line in _numbered(piece.lines for piece in pieces):
        branch = MODES.index(line.mode)
        values = [pitch - PITCHES[0] for pitch in line.pitches]
        for end, value in enumerate(values):
            condition = line.places[end] * METRICS + line.metrics[end]
            recent = values[max(0, end - MELODY_ORDER - 1) : end][::-1]
            samples.add(work, [branch, condition, *recent[:MELODY_ORDER]], value)
            if recent:
                steps = [after - before + SPAN for after, before in pairwise(recent)]
                samples.add(work, [INTERVAL_BRANCH, *steps], value - recent[0] + SPAN)
    return samples.grow(LEAST_MELODY)


def _count_chords(pieces: Sequence[Piece], chords: Sequence[ChordSymbol]) -> CountTree:
    index = {chord: number for number, chord in enumerate(chords)}
    samples = _Samples(1 + CHORD_ORDER)
    for work, progression in _numbered(piece.progressions for piece in pieces):
        known = [index.get(chord, UNKNOWN) for chord in progression.chords]
        for end, symbol in enumerate(known):
            recent = known[max(0, end - CHORD_ORDER) : end][::-1]
            if symbol != UNKNOWN:
                mode = MODES.index(progression.mode)
                samples.add(work, [mode, *_until_unknown(recent)], symbol)
    return samples.grow(LEAST_CHORD)


def _count_cells(pieces: Sequence[Piece], cells: Sequence[Cell]) -> CountTree:
    index: dict[Cell | None, int] = {cell: number for number, cell in enumerate(cells)}
    samples = _Samples(2 + RHYTHM_ORDER)
    for work, pulse in _numbered(piece.pulses for piece in pieces):
        known = [index.get(cell, UNKNOWN) for cell in pulse.cells]
        metre = pulse.beats + COMPOUND * pulse.is_compound
        for end, symbol in enumerate(known):
            beat = (pulse.first_beat + end) % pulse.beats
            recent = known[max(0, end - RHYTHM_ORDER) : end][::-1]
            if symbol != UNKNOWN:
                samples.add(work, [metre, beat, *_until_unknown(recent)], symbol)
    return samples.grow(LEAST_RHYTHM)


def _numbered(teachings: Iterable[Sequence[Teaching]]) -> Iterator[tuple[int, Teaching]]:
    """Each thing taught, with the number of its work."""
    return ((work, one) for work, each in enumerate(teachings) for one in each)


def _until_unknown(recent: list[int]) -> list[int]:
    return recent[: recent.index(UNKNOWN)] if UNKNOWN in recent else recent
