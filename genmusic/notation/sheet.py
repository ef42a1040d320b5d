"""The sheet of one part: its notes as chords in voices, cut at bar lines and tied.

A staff has up to four voices. A note that would need a fifth ends where the next one begins: it
goes on ringing in the music, but nobody could read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from genmusic.notation.values import Value, split, to_grid
from genmusic.score.events import Bar, iter_notes
from genmusic.units import TICKS_PER_BEAT

MOST_VOICES = 4
SHORTEST_TICKS = 120
COMPOUND_BEAT_TICKS = TICKS_PER_BEAT * 3 // 2


@dataclass(frozen=True, slots=True)
class Chord:
    """Notes of one voice that begin and end together, in ticks since the first bar."""

    start: int
    end: int
    pitches: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One written value: a chord, or without pitches a rest."""

    value: Value
    pitches: tuple[int, ...] = ()
    tied_from: bool = False
    tied_on: bool = False


Voice = tuple[Symbol, ...]
"""A bar of one voice, filled with rests."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A bar of one part."""

    voices: tuple[Voice, ...]


def engrave(bars: Sequence[Bar], part: int, *, drums: bool) -> list[Measure]:
    """A measure for each bar, with the notes that the composer wrote before the performance."""
    starts = _bar_starts(bars)
    chords = _chords(_written(bars, starts, part))
    if drums:
        chords = _struck(chords, starts)
    voices = _voices(chords)
    return [
        Measure(tuple(_measure(voices, *span, beat_ticks(bar.metre))))
        for bar, span in zip(bars, pairwise(starts), strict=True)
    ]


def beat_ticks(metre: str) -> int:
    """The beat that notation shows: a dotted quarter in 6/8."""
    return COMPOUND_BEAT_TICKS if metre.endswith("/8") else TICKS_PER_BEAT


def _bar_starts(bars: Sequence[Bar]) -> list[int]:
    """The tick of each bar line, the last one included."""
    starts = [0]
    for bar in bars:
        starts.append(starts[-1] + bar.beats * TICKS_PER_BEAT)
    return starts


def _written(
    bars: Sequence[Bar], starts: Sequence[int], part: int
) -> Iterator[tuple[int, int, int]]:
    """Start, end and pitch of every note on the grid, none before the one that ends it."""
    for bar, start in zip(bars, starts, strict=False):
        for note in iter_notes(bar.notes):
            if note.part == part:
                first, length = note.written
                begin = start + to_grid(first)
                end = max(start + to_grid(first + length), begin + SHORTEST_TICKS)
                yield begin, min(end, starts[-1]), note.pitch


def _chords(notes: Iterable[tuple[int, int, int]]) -> list[Chord]:
    """Notes gathered by start and end; a pitch that is struck again ends before."""
    found: dict[tuple[int, int], set[int]] = {}
    following: dict[int, int] = {}
    for start, end, pitch in sorted(set(notes), reverse=True):
        end = min(end, following.get(pitch, end))
        if end > start:
            following[pitch] = start
            found.setdefault((start, end), set()).add(pitch)
    return [Chord(*span, tuple(sorted(pitches))) for span, pitches in sorted(found.items())]


def _struck(chords: Sequence[Chord], starts: Sequence[int]) -> list[Chord]:
    """Drums: each stroke lasts to the next one, to the end of its beat at most."""
    strokes: dict[int, set[int]] = {}
    for chord in chords:
        strokes.setdefault(chord.start, set()).update(chord.pitches)
    ticks = [*sorted(strokes), starts[-1]]
    return [
        Chord(tick, min(end, tick - tick % TICKS_PER_BEAT + TICKS_PER_BEAT), tuple(sorted(pitches)))
        for (tick, pitches), end in zip(sorted(strokes.items()), ticks[1:], strict=True)
    ]


def _voices(chords: Sequence[Chord]) -> list[list[Chord]]:
    """Chords in voices whose chords follow one another; higher ones first."""
    voices: list[list[Chord]] = []
    for chord in sorted(chords, key=lambda c: (c.start, -c.pitches[-1], -c.end)):
        free = [voice for voice in voices if voice[-1].end <= chord.start]
        if free:
            free[0].append(chord)
        elif len(voices) < MOST_VOICES:
            voices.append([chord])
        else:
            _make_way(voices, chord)
    return voices


def _make_way(voices: Sequence[list[Chord]], chord: Chord) -> None:
    """Let the oldest chord end where a new one begins, or join one that begins with it."""
    voice = min(voices, key=lambda v: (v[-1].start, v[-1].end))
    last = voice[-1]
    if last.start == chord.start:
        joined = tuple(sorted({*last.pitches, *chord.pitches}))
        voice[-1] = replace(last, end=min(last.end, chord.end), pitches=joined)
    else:
        voice[-1] = replace(last, end=chord.start)
        voice.append(chord)


def _measure(voices: Sequence[Sequence[Chord]], start: int, end: int, beat: int) -> Iterator[Voice]:
    """What each voice does in a bar; the first is there even when it rests."""
    for number, voice in enumerate(voices or ((),)):
        heard = [chord for chord in voice if chord.start < end and chord.end > start]
        if heard or number == 0:
            yield tuple(_symbols(heard, start, end, beat))


def _symbols(chords: Sequence[Chord], start: int, end: int, beat: int) -> Iterator[Symbol]:
    tick = start
    for chord in chords:
        begin, stop = max(chord.start, start), min(chord.end, end)
        yield from (Symbol(value) for _, value in split(tick - start, begin - start, beat))
        for place, value in split(begin - start, stop - start, beat):
            here = start + place
            goes_on = here + value.ticks < chord.end
            yield Symbol(value, chord.pitches, here > chord.start, goes_on)
        tick = stop
    yield from (Symbol(value) for _, value in split(tick - start, end - start, beat))
