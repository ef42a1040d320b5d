"""From what was heard in the pieces to the lessons of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.lessons import BEGINS, ENDS, KEPT, UNKNOWN, Lessons, Sequences
from genmusic.composition.model import COMPOUND, Model
from genmusic.composition.trained import Trained
from genmusic.composition.training.motifs import hear_motifs
from genmusic.composition.viewpoints import MODES, VIEWS, even_weights

Integers = NDArray[np.int64]

ChordSymbol = tuple[int, str]  # semitones above the tonic, quality
Cell = tuple[int, ...]  # onset ticks inside a beat
Word = TypeVar("Word", bound=tuple[Any, ...])

CHORD_LIMIT, CELL_LIMIT = 56, 40  # sizes of the vocabularies
MOST_WAIT = 65_535  # ticks, as a file keeps them


@dataclass(frozen=True, slots=True)
class SungNote:
    """A note of a melody in its key, and where it stands."""

    pitch: int  # semitones from the tonic
    start_tick: int
    duration_ticks: int
    position_ticks: int  # from the bar line
    beat_ticks: int
    begins: bool  # a phrase
    ends: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of melody in one key."""

    mode: str
    notes: tuple[SungNote, ...]

    @property
    def pitches(self) -> tuple[int, ...]:
        """Semitones from the tonic."""
        return tuple(note.pitch for note in self.notes)


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


Voice = tuple[tuple[int, int], ...]
"""A line as it stands in the score: start tick and MIDI note number of each note."""


@dataclass(frozen=True, slots=True)
class Piece:
    """All that one work teaches, and all of its voices, which may not be copied."""

    lines: tuple[Line, ...] = ()
    progressions: tuple[Progression, ...] = ()
    pulses: tuple[Pulse, ...] = ()
    voices: tuple[Voice, ...] = ()


def learn_model(pieces: Iterable[Piece], name: str = "trained") -> Model:
    """Learn a model from pieces."""
    return Model([(Trained(learn_lessons(list(pieces), name)), 1.0)])


def learn_lessons(pieces: Sequence[Piece], name: str) -> Lessons:
    """Write down what pieces teach; every view weighs the same until that is settled."""
    chords = _frequent(
        (c for p in pieces for line in p.progressions for c in line.chords), CHORD_LIMIT
    )
    cells = _frequent(
        (c for p in pieces for pulse in p.pulses for c in pulse.cells if c is not None), CELL_LIMIT
    )
    tunes = _tunes(pieces)
    return Lessons(
        name=name,
        chords=chords,
        cells=cells,
        views=VIEWS,
        weights=even_weights(len(VIEWS)),
        tunes=tunes,
        progressions=_progressions(pieces, chords),
        pulses=_pulses(pieces, cells),
        motifs=hear_motifs(tunes),
        lines=_voices(pieces),
    )


def _frequent(words: Iterable[Word], limit: int) -> tuple[Word, ...]:
    """The most frequent words, most frequent first; ties in their own order."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    return tuple(word for word, _ in ranked[:limit])


@dataclass(slots=True)
class _Book:
    """Sequences of one kind as they are written down."""

    name: str
    lengths: list[int] = field(default_factory=list)
    works: list[int] = field(default_factory=list)
    facts: list[tuple[int, ...]] = field(default_factory=list)
    rows: list[tuple[int, ...]] = field(default_factory=list)

    def add(self, work: int, facts: tuple[int, ...], rows: Sequence[tuple[int, ...]]) -> None:
        """Write one sequence."""
        self.lengths.append(len(rows))
        self.works.append(work)
        self.facts.append(facts)
        self.rows.extend(rows)

    def close(self) -> Sequences:
        """The sequences as columns."""
        facts, columns = KEPT[self.name]
        return Sequences(
            np.array(self.lengths, np.int64),
            np.array(self.works, np.int64),
            _columns(tuple(facts), self.facts),
            _columns(tuple(columns), self.rows),
        )


def _columns(names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> Mapping[str, Integers]:
    table = np.array(rows, np.int64).reshape(len(rows), len(names))
    return {name: table[:, number].copy() for number, name in enumerate(names)}


def _tunes(pieces: Sequence[Piece]) -> Sequences:
    book = _Book("tunes")
    for work, piece in enumerate(pieces):
        for line in piece.lines:
            before = line.notes[0].start_tick if line.notes else 0
            rows = []
            for note in line.notes:
                marks = BEGINS * note.begins + ENDS * note.ends
                wait, duration = note.start_tick - before, note.duration_ticks
                rows.append(
                    (note.pitch, min(wait, MOST_WAIT), min(duration, MOST_WAIT),
                     note.position_ticks, note.beat_ticks, marks)
                )  # fmt: skip
                before = note.start_tick
            book.add(work, (MODES.index(line.mode),), rows)
    return book.close()


def _progressions(pieces: Sequence[Piece], chords: Sequence[ChordSymbol]) -> Sequences:
    index = {chord: number for number, chord in enumerate(chords)}
    book = _Book("progressions")
    for work, piece in enumerate(pieces):
        for progression in piece.progressions:
            rows = [(index.get(chord, UNKNOWN),) for chord in progression.chords]
            book.add(work, (MODES.index(progression.mode),), rows)
    return book.close()


def _pulses(pieces: Sequence[Piece], cells: Sequence[Cell]) -> Sequences:
    index: dict[Cell | None, int] = {cell: number for number, cell in enumerate(cells)}
    book = _Book("pulses")
    for work, piece in enumerate(pieces):
        for pulse in piece.pulses:
            metre = pulse.beats + COMPOUND * pulse.is_compound
            rows = [(index.get(cell, UNKNOWN),) for cell in pulse.cells]
            book.add(work, (metre, pulse.first_beat), rows)
    return book.close()


def _voices(pieces: Sequence[Piece]) -> Sequences:
    book = _Book("lines")
    for work, piece in enumerate(pieces):
        for voice in piece.voices:
            starts = [voice[0][0], *(start for start, _ in voice)]
            rows = [
                (pitch, min(start - before, MOST_WAIT))
                for (start, pitch), before in zip(voice, starts, strict=False)
            ]
            book.add(work, (), rows)
    return book.close()
