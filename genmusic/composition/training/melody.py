"""The melody of a score: its top line, in its key and metre, divided into phrases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.lessons import MOST_PITCH
from genmusic.composition.training.keys import LocalKey
from genmusic.composition.training.learning import Line, SungNote, Voice
from genmusic.composition.training.scores import END, PITCH, START, Score, ScorePart

Integers = NDArray[np.int64]

BREATH_BEATS = 0.5  # a rest of so many beats ends a phrase,
LONG_BEATS = 2.0  # and so does a note of so many beats
LONG_RATIO = 2.0  # that is so many times as long as the usual note
FIRST, INSIDE, LAST = range(3)
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
    position_ticks: int  # from the bar line
    beat_ticks: int
    place: int

    @property
    def is_off_beat(self) -> bool:
        """Whether it falls between two beats."""
        return self.position_ticks % self.beat_ticks != 0


def melody_line(score: Score) -> tuple[list[tuple[int, int, int]], tuple[int, ...]]:
    """The top line of the melody part (start, end, pitch), and where it is held by fermatas."""
    part = _melody_part(score)
    return _top_line(part), part.held


def find_melody(score: Score, listen: str = "melody") -> list[MelodyNote]:
    """Choose the melody part, reduce it to its top line and divide it into phrases.

    Who listens to the "accompaniment" hears the fullest of the parts that do not lead.
    """
    part = _melody_part(score) if listen == "melody" else _accompanying_part(score)
    line = _top_line(part)
    if not line:
        return []
    starts = np.array([bar.start_tick for bar in score.bars])
    bars = np.searchsorted(starts, [start for start, _, _ in line], side="right") - 1
    places = _places(line, [score.bars[bar].beat_ticks for bar in bars])
    return [
        MelodyNote(
            start,
            end,
            pitch,
            int(bar),
            start - score.bars[bar].start_tick + score.bars[bar].lead_ticks,
            score.bars[bar].beat_ticks,
            place,
        )
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
    return tuple(line for line in lines if len(line.notes) >= SHORTEST_LINE)


def _line(key: LocalKey, notes: Sequence[MelodyNote], centre: float) -> Line:
    tonic = _tonic_near(key.tonic, centre)
    return Line(
        key.mode,
        tuple(
            SungNote(
                _fold(note.pitch - tonic),
                note.start_tick,
                note.end_tick - note.start_tick,
                note.position_ticks,
                note.beat_ticks,
                note.place == FIRST,
                note.place == LAST,
            )
            for note in notes
        ),
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
    off_beat = sum(note.is_off_beat for note in phrase)
    return (
        max(pitches) - min(pitches) <= WIDEST_PHRASE
        and all(abs(after - before) <= WIDEST_LEAP for before, after in pairwise(pitches))
        and off_beat <= MOST_OFF_BEAT * len(phrase)
    )


def _accompanying_part(score: Score) -> ScorePart:
    return max(
        (part for part in score.parts if not part.leads),
        key=lambda part: len(part.notes),
        default=ScorePart("", False, np.empty((0, 3), np.int64)),
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


def find_voices(score: Score) -> tuple[Voice, ...]:
    """The top line of every part, and the lowest one of parts with chords."""
    voices: list[Voice] = []
    for part in score.parts:
        lines = [_top_line(part)]
        if len(lines[0]) < len(part.notes):
            mirrored: Integers = part.notes * np.array([1, 1, -1])
            order = np.lexsort((mirrored[:, PITCH], mirrored[:, START]))
            lines.append([(s, e, -p) for s, e, p in _line_of(mirrored[order])])
        voices += [tuple((start, pitch) for start, _, pitch in line) for line in lines if line]
    return tuple(voices)


def _top_line(part: ScorePart) -> list[tuple[int, int, int]]:
    return _line_of(part.notes)


def _line_of(notes: Integers) -> list[tuple[int, int, int]]:
    """One note at a time: the highest; a lower one is heard only when the higher has ended."""
    line: list[tuple[int, int, int]] = []
    for start, end, pitch in notes[:, [START, END, PITCH]].tolist():
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


def _tonic_near(pitch_class: int, centre: float) -> int:
    """The tonic within half an octave of the centre of the melody."""
    return pitch_class + 12 * round((centre - pitch_class) / 12)


def _fold(steps: int) -> int:
    """Bring what lies beyond the alphabet back by octaves."""
    while steps > MOST_PITCH:
        steps -= 12
    while steps < -MOST_PITCH:
        steps += 12
    return steps
