"""The melody of a score: its top line, in its key and metre, divided into phrases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from genmusic.composition.model import Model
from genmusic.composition.training.keys import LocalKey
from genmusic.composition.training.learning import Line
from genmusic.composition.training.scores import END, PITCH, START, Score, ScoreBar, ScorePart

BREATH_BEATS = 0.5  # a rest of so many beats ends a phrase,
LONG_BEATS = 2.0  # and so does a note of so many beats
LONG_RATIO = 2.0  # that is so many times as long as the usual note
FIRST, INSIDE, LAST = range(3)
DOWNBEAT, ON_BEAT, OFF_BEAT = range(3)
SHORTEST_LINE = 4
MOST_REPEATS = 2
FULL_SHARE = 0.5  # of the notes of the fullest leading part
# Beyond these a phrase is figuration for an instrument rather than something to be sung.
WIDEST_PHRASE = 19  # semitones from its lowest to its highest note
WIDEST_LEAP = 12
MOST_OFF_BEAT = 0.75  # share of its notes


@dataclass(frozen=True, slots=True)
class MelodyNote:
    """A note of the melody and where it stands."""

    start_tick: int
    end_tick: int
    pitch: int
    bar: int
    metric: int
    place: int


def find_melody(score: Score) -> list[MelodyNote]:
    """Choose the melody part, reduce it to its top line and divide it into phrases."""
    line = _top_line(_melody_part(score))
    if not line:
        return []
    starts = np.array([bar.start_tick for bar in score.bars])
    bars = np.searchsorted(starts, [start for start, _, _ in line], side="right") - 1
    places = _places(line, [score.bars[bar].beat_ticks for bar in bars])
    return [
        MelodyNote(start, end, pitch, int(bar), _metric(start, score.bars[bar]), place)
        for (start, end, pitch), bar, place in zip(line, bars, places, strict=True)
    ]


def find_lines(melody: Sequence[MelodyNote], keys: Sequence[LocalKey]) -> tuple[Line, ...]:
    """The melody as steps from the tonic, one line for each singable stretch in one key."""
    if not melody:
        return ()
    centre = median(note.pitch for note in melody)
    stretches = groupby(_singable(melody), key=lambda pair: (keys[pair[0].bar], pair[1]))
    lines = [
        _line(key, [note for note, _ in stretch], centre)
        for (key, is_singable), stretch in stretches
        if is_singable
    ]
    return tuple(line for line in lines if len(line.pitches) >= SHORTEST_LINE)


def _line(key: LocalKey, notes: Sequence[MelodyNote], centre: float) -> Line:
    tonic = _tonic_near(key.tonic, centre)
    return Line(
        key.mode,
        tuple(_fold(note.pitch - tonic) for note in notes),
        tuple(note.metric for note in notes),
        tuple(note.place for note in notes),
    )


def _singable(melody: Sequence[MelodyNote]) -> Iterator[tuple[MelodyNote, bool]]:
    """The notes of each phrase, and whether the phrase is to be sung rather than played."""
    for phrase in _phrases(melody):
        is_singable = _is_singable(phrase)
        for note in _without_recitation(phrase):
            yield note, is_singable


def _without_recitation(phrase: Sequence[MelodyNote]) -> Iterator[MelodyNote]:
    """A note is heard twice at most: more repeats carry words, which an instrument has not."""
    for number, note in enumerate(phrase):
        before = [earlier.pitch for earlier in phrase[max(0, number - MOST_REPEATS) : number]]
        if note.place != INSIDE or before != [note.pitch] * MOST_REPEATS:
            yield note


def _phrases(melody: Sequence[MelodyNote]) -> list[list[MelodyNote]]:
    phrases: list[list[MelodyNote]] = []
    for note in melody:
        if note.place == FIRST or not phrases:
            phrases.append([])
        phrases[-1].append(note)
    return phrases


def _is_singable(phrase: Sequence[MelodyNote]) -> bool:
    pitches = [note.pitch for note in phrase]
    off_beat = sum(note.metric == OFF_BEAT for note in phrase)
    return (
        max(pitches) - min(pitches) <= WIDEST_PHRASE
        and all(abs(after - before) <= WIDEST_LEAP for before, after in pairwise(pitches))
        and off_beat <= MOST_OFF_BEAT * len(phrase)
    )


def _melody_part(score: Score) -> ScorePart:
    """The first part that leads and has much to say, or else the one that lies highest."""
    leading = [part for part in score.parts if part.leads and len(part.notes)]
    fullest = max((len(part.notes) for part in leading), default=0)
    for part in leading:
        if len(part.notes) >= FULL_SHARE * fullest:
            return part
    parts = [part for part in score.parts if len(part.notes)]
    return max(parts, key=lambda part: float(part.notes[:, PITCH].mean()))


def _top_line(part: ScorePart) -> list[tuple[int, int, int]]:
    """One note at a time: the highest; a lower one is heard only when the higher has ended."""
    line: list[tuple[int, int, int]] = []
    for start, end, pitch in part.notes[:, [START, END, PITCH]].tolist():
        if line and start < line[-1][END]:
            if pitch < line[-1][PITCH]:
                continue
            above = line.pop()
            if above[START] < start:
                line.append((above[START], start, above[PITCH]))
        line.append((start, end, pitch))
    return line


def _places(line: Sequence[tuple[int, int, int]], beat_ticks: Sequence[int]) -> list[int]:
    """Where each note stands in its phrase."""
    usual = median(end - start for start, end, _ in line)
    ends = [
        following[START] - note[END] >= BREATH_BEATS * beat
        or note[END] - note[START] >= max(LONG_BEATS * beat, LONG_RATIO * usual)
        for note, following, beat in zip(line, line[1:], beat_ticks, strict=False)
    ]
    ends.append(True)
    places = [LAST if end else INSIDE for end in ends]
    for number, before in enumerate([True, *ends[:-1]]):
        if before:
            places[number] = FIRST
    return places


def _metric(tick: int, bar: ScoreBar) -> int:
    position = tick - bar.start_tick + bar.lead_ticks
    if position == 0:
        return DOWNBEAT
    return OFF_BEAT if position % bar.beat_ticks else ON_BEAT


def _tonic_near(pitch_class: int, centre: float) -> int:
    """The tonic within half an octave of the centre of the melody."""
    return pitch_class + 12 * round((centre - pitch_class) / 12)


def _fold(steps: int) -> int:
    """Bring what lies beyond the alphabet back by octaves."""
    while steps > Model.pitches[-1]:
        steps -= 12
    while steps < Model.pitches[0]:
        steps += 12
    return steps
