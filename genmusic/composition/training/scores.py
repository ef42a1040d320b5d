"""A score as training hears it: bars with metre and key signature, and parts as plain notes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from genmusic.composition.markov import Integers
from genmusic.errors import CorpusError
from genmusic.units import TICKS_PER_BEAT

MOST_BARS = 20_000
MOST_BEATS = 64  # in a bar
MOST_SCORE_BEATS = 100_000  # a long quartet has 10 000
MOST_SOUND_BEATS = 4_000_000  # of all notes together
DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)

START, END, PITCH = range(3)
"""Columns of the notes of a part."""


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """One bar; time in ticks from the beginning of the score."""

    start_tick: int
    length_ticks: int  # as written
    lead_ticks: int  # of an upbeat: how far into its bar it begins
    numerator: int
    denominator: int
    fifths: int  # sharps of the key signature, negative for flats
    mode: str = ""  # "major", "minor" or unsaid

    @property
    def beat_ticks(self) -> int:
        """A quarter note in 4/4, a dotted quarter in 6/8."""
        unit = 4 * TICKS_PER_BEAT // self.denominator
        return unit * 3 if self.is_compound else unit

    @property
    def is_compound(self) -> bool:
        """Whether beats divide in three."""
        return self.denominator >= 8 and self.numerator % 3 == 0

    @property
    def beats(self) -> int:
        """Beats in a full bar."""
        return max(1, self.numerator // 3 if self.is_compound else self.numerator)


@dataclass(frozen=True, slots=True, eq=False)
class ScorePart:
    """One line of players: notes sorted by start, then pitch."""

    name: str
    leads: bool  # has the melody for sure, because it has lyrics or is called so
    notes: Integers  # (notes, 3): start tick, end tick, MIDI note number
    held: tuple[int, ...] = ()  # start ticks of notes under a fermata


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """A whole work."""

    bars: tuple[ScoreBar, ...]
    parts: tuple[ScorePart, ...]
    composer: str = ""  # as the score itself says
    title: str = ""

    @property
    def end_tick(self) -> int:
        """Where the last bar ends."""
        return self.bars[-1].start_tick + self.bars[-1].length_ticks if self.bars else 0


def check_metre(numerator: int, denominator: int) -> None:
    """Refuse metres that no bar can have."""
    if not 1 <= numerator <= MOST_BEATS or denominator not in DENOMINATORS:
        raise CorpusError(f"it has a metre of {numerator}/{denominator}")


def check_length(score: Score) -> None:
    """Refuse scores so long that hearing them would take hours and gigabytes."""
    beats = sum(bar.length_ticks / bar.beat_ticks for bar in score.bars)
    shortest = min((bar.beat_ticks for bar in score.bars), default=TICKS_PER_BEAT)
    sound = sum(int(np.sum(part.notes[:, END] - part.notes[:, START])) for part in score.parts)
    if beats > MOST_SCORE_BEATS or sound / shortest > MOST_SOUND_BEATS:
        raise CorpusError("it is longer than any score")


def note_rows(notes: Iterable[tuple[int, int, int]]) -> Integers:
    """Order notes (start, end, pitch) as in a `ScorePart`; those without length are left out."""
    rows = sorted({note for note in notes if note[END] > note[START]})
    return np.array(rows, np.int64).reshape(-1, 3)


def lay_out_bars(
    metres: Iterable[tuple[int, int, int]], keys: Iterable[tuple[int, int, str]], end_tick: int
) -> tuple[ScoreBar, ...]:
    """Draw bar lines up to ``end_tick``.

    ``metres`` are (tick, numerator, denominator), ``keys`` (tick, fifths, mode); either holds until
    the next of its kind. A new metre begins a bar.
    """
    changes = [(0, 4, 4), *sorted(metres), (end_tick, 4, 4)]
    signatures = [(0, 0, ""), *sorted(keys)]
    ticks = [tick for tick, _, _ in signatures]
    bars: list[ScoreBar] = []
    for (begin, numerator, denominator), (end, _, _) in pairwise(changes):
        check_metre(numerator, denominator)
        length = 4 * TICKS_PER_BEAT * numerator // denominator
        for start in range(begin, min(end, end_tick), length):
            _, fifths, mode = signatures[bisect_right(ticks, start) - 1]
            written = min(length, end - start)
            bars.append(ScoreBar(start, written, 0, numerator, denominator, fifths, mode))
            if len(bars) > MOST_BARS:
                raise CorpusError(f"it has more than {MOST_BARS} bars")
    return tuple(bars)
