"""Composing pieces to be measured, and telling whether two have a phrase in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np

from genmusic.composition.composer import Composer
from genmusic.composition.repertoire import Models
from genmusic.composition.training.scores import Score, ScoreBar, ScorePart
from genmusic.mood.mapping import MusicalParameters
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.score.events import Bar
from genmusic.units import TICKS_PER_BEAT

MOST_BARS = 400  # of a piece
MELODY, DRUMS = PARTS.index("melody"), PARTS.index("drums")
FEWEST_NOTES = 6  # of a phrase that anyone would know again

Phrase = tuple[tuple[int, int], ...]
"""A phrase of melody: interval and time from onset to onset, for each note after the first."""


def compose_pieces(
    seed: int, style: Style, model: Models, parameters: MusicalParameters, pieces: int
) -> Iterator[list[Bar]]:
    """The first pieces of a stream."""
    composer = Composer(seed, style, model)
    for number in range(pieces):
        bars: list[Bar] = []
        while composer.piece == number and len(bars) < MOST_BARS:
            bars.append(composer.compose_bar(parameters, style))
        yield bars


def as_score(bars: Sequence[Bar]) -> Score:
    """Composed bars as a score, each note where it is written."""
    starts = np.cumsum([0, *(bar.beats * TICKS_PER_BEAT for bar in bars)]).tolist()
    score_bars = tuple(_bar(bar, start) for bar, start in zip(bars, starts, strict=False))
    parts = (_part(bars, starts, number) for number in range(len(PARTS)) if number != DRUMS)
    return Score(score_bars, tuple(part for part in parts if len(part.notes)))


def _bar(bar: Bar, start: int) -> ScoreBar:
    numerator, denominator = map(int, bar.metre.split("/"))
    mode = "minor" if bar.key.is_minor else "major"
    length = bar.beats * TICKS_PER_BEAT
    return ScoreBar(start, length, 0, numerator, denominator, bar.key.fifths, mode)


def _part(bars: Sequence[Bar], starts: Sequence[int], number: int) -> ScorePart:
    rows = []
    for bar, start in zip(bars, starts, strict=False):
        notes = bar.notes[bar.notes["part"] == number]
        begin = start + notes["written_tick"].astype(np.int64)
        rows.append(np.stack([begin, begin + notes["written_ticks"], notes["pitch"]], axis=1))
    notes = np.concatenate(rows) if rows else np.empty((0, 3), np.int64)
    order = np.lexsort((notes[:, 2], notes[:, 0]))
    return ScorePart(PARTS[number], number == MELODY, notes[order])


def phrases(bars: Sequence[Bar]) -> list[tuple[str, Phrase]]:
    """The phrases of the melody that are long enough to know again, with their sections."""
    found = []
    for _, group in groupby(bars, key=lambda bar: bar.phrase):
        phrase = list(group)
        notes = _melody(phrase)
        if len(notes) >= FEWEST_NOTES:
            steps = tuple((b[1] - a[1], b[0] - a[0]) for a, b in pairwise(notes))
            found.append((phrase[0].section, steps))
    return found


def _melody(bars: Sequence[Bar]) -> list[tuple[int, int]]:
    """Tick and pitch of every note."""
    notes: list[tuple[int, int]] = []
    start = 0
    for bar in bars:
        rows = bar.notes[bar.notes["part"] == MELODY]
        notes += [
            (start + tick, pitch)
            for tick, pitch in zip(
                rows["written_tick"].tolist(), rows["pitch"].tolist(), strict=True
            )
        ]
        start += bar.beats * TICKS_PER_BEAT
    return notes
