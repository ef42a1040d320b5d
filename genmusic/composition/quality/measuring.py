"""Measuring a piece, ours or anybody's: melody against the other parts, repetition, structure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from genmusic.composition.quality.figures import Figures
from genmusic.composition.training.melody import MelodyNote, find_melody
from genmusic.composition.training.scores import END, PITCH, START, Score
from genmusic.units import TICKS_PER_BEAT

STEP, FOURTH, FIFTH, OCTAVE = 2, 5, 7, 12
PHRASE_REST_TICKS = 2 * TICKS_PER_BEAT  # a longer time from onset to onset is a rest
FEWEST_NOTES, FEWEST_BARS, FEWEST_MOVES = 24, 8, 8
NEARLY = 0.75  # likeness from which a bar nearly repeats another
PHRASE_BARS = (4, 8)
OTHER_BARS = (1, 2, 3, 5, 6, 7)

Pattern = tuple[tuple[int, int], ...]
"""A bar of melody: place of each onset in the bar, and its interval from the first note."""


def measure(score: Score) -> Figures | None:
    """The figures of a score; None if its melody is too short to say anything."""
    melody = find_melody(score)
    if len(melody) < FEWEST_NOTES:
        return None
    intervals = [after.pitch - before.pitch for before, after in _linked(melody)]
    accompaniment = _Accompaniment(score, melody)
    patterns = _patterns(score, melody)
    leaps = [(a, b) for a, b in pairwise(intervals) if abs(a) > FOURTH]
    onsets = [after.start_tick - before.start_tick for before, after in _linked(melody)]
    return Figures(
        chord_tones=accompaniment.chord_tones(),
        wide_leaps=_share(abs(i) > FIFTH for i in intervals),
        recovered=_share(a * b < 0 for a, b in leaps),
        rhythm_repeat=_returning([tuple(tick for tick, _ in p) for p in patterns if p]),
        bar_repeat=_nearly_returning([p for p in patterns if len(p) > 1]),
        structure=_structure(patterns),
        parallels=accompaniment.parallels(),
        steps=_share(0 < abs(i) <= STEP for i in intervals),
        entropy_bits=_entropy(intervals),
        onset_beats=sum(onsets) / len(onsets) / TICKS_PER_BEAT,
        density=len(melody) * TICKS_PER_BEAT / max(1, _sung_ticks(score, melody)),
    )


def _linked(melody: Sequence[MelodyNote]) -> Iterator[tuple[MelodyNote, MelodyNote]]:
    """Neighbours without a long rest between them."""
    for before, after in pairwise(melody):
        if after.start_tick - before.start_tick <= PHRASE_REST_TICKS:
            yield before, after


def _share(answers: Iterator[bool]) -> float:
    given = list(answers)
    return sum(given) / len(given) if given else math.nan


def _entropy(intervals: Sequence[int]) -> float:
    counts = Counter(max(-OCTAVE, min(OCTAVE, interval)) for interval in intervals)
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values())


def _sung_ticks(score: Score, melody: Sequence[MelodyNote]) -> int:
    """Length of the bars in which the melody plays."""
    return sum(score.bars[bar].length_ticks for bar in {note.bar for note in melody})


def _patterns(score: Score, melody: Sequence[MelodyNote]) -> list[Pattern]:
    """The melody of every bar from its first to its last."""
    bars: list[list[MelodyNote]] = [[] for _ in score.bars]
    for note in melody:
        bars[note.bar].append(note)
    return [
        tuple((n.start_tick - bar.start_tick, n.pitch - notes[0].pitch) for n in notes)
        for bar, notes in zip(score.bars, bars, strict=True)
    ][melody[0].bar : melody[-1].bar + 1]


def _returning(rhythms: Sequence[tuple[int, ...]]) -> float:
    """Share of bars whose rhythm was heard before."""
    known: set[tuple[int, ...]] = set()
    again = 0
    for rhythm in rhythms:
        again += rhythm in known
        known.add(rhythm)
    return again / (len(rhythms) - 1) if len(rhythms) >= FEWEST_BARS else math.nan


def _nearly_returning(patterns: Sequence[Pattern]) -> float:
    """Share of bars that are nearly like an earlier one."""
    again = sum(
        any(likeness(pattern, earlier) >= NEARLY for earlier in patterns[:number])
        for number, pattern in enumerate(patterns)
    )
    return again / (len(patterns) - 1) if len(patterns) >= FEWEST_BARS else math.nan


def likeness(one: Pattern, other: Pattern) -> float:
    """Share of the notes of two bars that are the same, 0..1."""
    if not one and not other:
        return 1.0
    return 2.0 * len(set(one) & set(other)) / (len(one) + len(other))


def _structure(patterns: Sequence[Pattern]) -> float:
    """How much more alike bars are at the distance of a phrase than at others."""
    if len(patterns) < 2 * PHRASE_BARS[-1]:
        return math.nan
    apart, other = (
        [likeness(a, b) for lag in lags for a, b in zip(patterns, patterns[lag:], strict=False)]
        for lags in (PHRASE_BARS, OTHER_BARS)
    )
    return sum(apart) / len(apart) - sum(other) / len(other)


class _Accompaniment:
    """What the other parts play while the melody sounds."""

    def __init__(self, score: Score, melody: Sequence[MelodyNote]) -> None:
        self._score = score
        self._melody = melody
        sung = {(note.start_tick, note.pitch) for note in melody}
        self._notes = sorted(
            (int(row[START]), int(row[END]), int(row[PITCH]))
            for part in score.parts
            for row in part.notes
            if (int(row[START]), int(row[PITCH])) not in sung
        )
        self._starts = [start for start, _, _ in self._notes]
        self._longest = max((end - start for start, end, _ in self._notes), default=0)

    def _sounding(self, begin: int, end: int) -> list[int]:
        """Pitches of the other parts somewhere in a span."""
        first = bisect_right(self._starts, begin - self._longest - 1)
        last = bisect_right(self._starts, end - 1)
        return [pitch for _, stop, pitch in self._notes[first:last] if stop > begin]

    def chord_tones(self) -> float:
        """Share of strong-beat notes of the melody that the others sound too, in any octave."""
        found = []
        for note in self._melody:
            bar = self._score.bars[note.bar]
            into = note.start_tick - bar.start_tick + bar.lead_ticks
            strong = 2 * bar.beat_ticks if bar.beats % 2 == 0 else bar.beats * bar.beat_ticks
            if into % strong == 0:
                others = self._sounding(note.start_tick, note.start_tick + bar.beat_ticks)
                if others:
                    found.append(note.pitch % OCTAVE in {pitch % OCTAVE for pitch in others})
        return _share(iter(found))

    def parallels(self) -> float:
        """Share of moves of melody and bass, both at once, that stay a fifth or an octave apart."""
        bass = dict(_lowest_line(self._score))
        places = sorted(bass)
        moves = []
        for before, after in pairwise(self._melody):
            if after.start_tick not in bass:
                continue
            under = bisect_left(places, after.start_tick)
            if under and before.pitch != after.pitch:
                moves.append((before.pitch, bass[places[under - 1]], after.pitch,
                              bass[after.start_tick]))  # fmt: skip
        moves = [move for move in moves if move[1] != move[3] and move[1] < move[0]]
        return _share(map(_is_parallel, moves)) if len(moves) >= FEWEST_MOVES else math.nan


def _lowest_line(score: Score) -> Iterator[tuple[int, int]]:
    """Tick and pitch of the lowest notes of the part that lies lowest."""
    parts = [part for part in score.parts if len(part.notes)]
    lowest = min(parts, key=lambda part: float(part.notes[:, PITCH].mean()))
    for tick, group in groupby(lowest.notes.tolist(), key=lambda row: int(row[START])):
        yield tick, min(int(row[PITCH]) for row in group)


def _is_parallel(move: tuple[int, int, int, int]) -> bool:
    """Whether melody and bass (before, then after) keep a fifth or an octave, moving one way."""
    above, below, next_above, next_below = move
    kept = (above - below) % OCTAVE == (next_above - next_below) % OCTAVE
    same_way = (next_above - above) * (next_below - below) > 0
    return kept and same_way and (above - below) % OCTAVE in (0, FIFTH)
