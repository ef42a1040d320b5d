"""Counting what was heard in the pieces into the statistics of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from genmusic.composition.markov import CountTree, Integers, grow_tree
from genmusic.composition.model import (
    CHORD_ORDER,
    COMPOUND,
    MELODY_ORDER,
    METRICS,
    MODES,
    RHYTHM_ORDER,
    Model,
    Statistics,
)
from kernels.sampling import OCTAVE

ChordSymbol = tuple[int, str]  # semitones above the tonic, quality
Cell = tuple[int, ...]  # onset ticks inside a beat
Word = TypeVar("Word", bound=Hashable)

CHORD_LIMIT, CELL_LIMIT = 56, 40  # sizes of the vocabularies
# A context of k steps is kept when its total reaches LEAST[k]: one sighting of a long context is
# a quotation, not a habit.
LEAST_MELODY = (1, 1, 1, 1, 1, 2, 2)
LEAST_CHORD = (1, 1, 1, 2, 2)
LEAST_RHYTHM = (1, 1, 1, 1, 2, 2)
SPAN = len(Model.pitches) - 1


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
        melody=_count_lines([line for piece in pieces for line in piece.lines]),
        chord=_count_chords([p for piece in pieces for p in piece.progressions], chords),
        rhythm=_count_cells([pulse for piece in pieces for pulse in piece.pulses], cells),
    )


def _frequent(words: Iterable[Word], limit: int) -> tuple[Word, ...]:
    """The most frequent words, most frequent first; ties in their own order."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    return tuple(word for word, _ in ranked[:limit])


class _Samples:
    """Contexts of up to ``steps`` steps with the symbol that followed."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._contexts: list[list[int]] = []
        self._symbols: list[int] = []

    def add(self, context: Sequence[int], symbol: int) -> None:
        padding = [-1] * (self._steps - len(context))
        self._contexts.append([*context, *padding])
        self._symbols.append(symbol)

    def grow(self, least: Sequence[int]) -> CountTree:
        contexts: Integers = np.array(self._contexts, np.int64).reshape(-1, self._steps)
        return grow_tree(contexts, np.array(self._symbols, np.int64), least)


def _count_lines(lines: Iterable[Line]) -> CountTree:
    samples = _Samples(2 + MELODY_ORDER)
    for line in lines:
        branch = 2 * MODES.index(line.mode)
        values = [pitch - Model.pitches[0] for pitch in line.pitches]
        for end, value in enumerate(values):
            condition = line.places[end] * METRICS + line.metrics[end]
            recent = values[max(0, end - MELODY_ORDER) : end][::-1]
            samples.add([branch, condition, *recent], value)
            if recent:
                steps = [a - b + SPAN for a, b in zip(recent, recent[1:], strict=False)]
                degree = recent[0] % OCTAVE
                samples.add([branch + 1, condition, degree, *steps], value - recent[0] + SPAN)
    return samples.grow(LEAST_MELODY)


def _count_chords(progressions: Iterable[Progression], chords: Sequence[ChordSymbol]) -> CountTree:
    index = {chord: number for number, chord in enumerate(chords)}
    samples = _Samples(1 + CHORD_ORDER)
    for progression in progressions:
        known = [index.get(chord, -1) for chord in progression.chords]
        for end, symbol in enumerate(known):
            recent = known[max(0, end - CHORD_ORDER) : end][::-1]
            if symbol >= 0:
                samples.add([MODES.index(progression.mode), *_until_unknown(recent)], symbol)
    return samples.grow(LEAST_CHORD)


def _count_cells(pulses: Iterable[Pulse], cells: Sequence[Cell]) -> CountTree:
    index = {cell: number for number, cell in enumerate(cells)}
    samples = _Samples(2 + RHYTHM_ORDER)
    for pulse in pulses:
        known = [-1 if cell is None else index.get(cell, -1) for cell in pulse.cells]
        metre = pulse.beats + COMPOUND * pulse.is_compound
        for end, symbol in enumerate(known):
            beat = (pulse.first_beat + end) % pulse.beats
            recent = known[max(0, end - RHYTHM_ORDER) : end][::-1]
            if symbol >= 0:
                samples.add([metre, beat, *_until_unknown(recent)], symbol)
    return samples.grow(LEAST_RHYTHM)


def _until_unknown(recent: list[int]) -> list[int]:
    return recent[: recent.index(-1)] if -1 in recent else recent
