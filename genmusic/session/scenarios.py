"""Scenarios from MIDI files: the chords, the form, the metre and the tempo that a file has."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from genmusic.composition.metre import metre
from genmusic.composition.training.harmony import ChordsOfBeats, chord_of, find_chords
from genmusic.composition.training.keys import find_keys
from genmusic.composition.training.scores import (
    Score,
    ScoreBar,
    ScorePart,
    lay_out_bars,
    note_rows,
)
from genmusic.errors import CorpusError
from genmusic.midi.foreign import MOST_FILE_BYTES, read_foreign_midi
from genmusic.midi.scores import MidiScore
from genmusic.names import METRES
from genmusic.rules.scenario import GivenBar, GivenChord, Scenario

MOST_BARS = 2_000
LIKE = {(2, 2): (4, 4), (12, 8): (6, 8), (6, 4): (3, 4), (4, 8): (2, 4)}
"""Metres that are played as others: in the same bars, or in two of half the length."""
TEMPO_BPM, SLOWEST_BPM, FASTEST_BPM = 120.0, 40.0, 200.0
SHORTEST_SECTION = 2  # bars
BLOCKS = (8, 4)  # bars that may return, where no markers say what the sections are
LEAST_BLOCKS = 2
SAME = 0.7  # of the bars of a block, for it to be the same section again
LABEL_LETTERS = 24
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Section = tuple[str, int]
"""Label and bars."""


def read_scenario(path: Path) -> Scenario:
    """The scenario of a MIDI file.

    Raises
    ------
    CorpusError
        The file cannot be read, or it is in a metre that is not played here.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_FILE_BYTES + 1)
        return scenario_of(read_foreign_midi(data))
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}") from error
    except CorpusError as error:
        raise CorpusError(f"{path} cannot be a scenario: {error}") from error


def score_of(midi: MidiScore) -> Score:
    """A MIDI file as the score that training hears."""
    parts = tuple(
        ScorePart(part.name, part.leads, note_rows(map(tuple, part.notes.tolist())))
        for part in midi.parts
    )
    end_tick = max((int(part.notes[:, 1].max(initial=0)) for part in parts), default=0)
    return Score(lay_out_bars(midi.metres, midi.keys, end_tick), parts)


def scenario_of(midi: MidiScore) -> Scenario:
    """What of a MIDI file another piece can keep to; silence around it is left out."""
    metres = tuple((tick, *LIKE.get((n, d), (n, d))) for tick, n, d in midi.metres)
    score = score_of(MidiScore(metres, midi.keys, midi.parts))
    if not any(len(part.notes) for part in score.parts):
        raise CorpusError("it has no notes but drums")
    if len(score.bars) > MOST_BARS:
        raise CorpusError(f"it has more than {MOST_BARS} bars")
    name = _metre(score.bars)
    beats, keys = find_chords(score), find_keys(score)
    chords = list(_chords_of_bars(score, beats, metre(name).bar_ticks))
    heard = sorted(set(beats.bars[beats.heard].tolist()))
    first, end = heard[0], heard[-1] + 1
    bars = tuple(
        GivenBar(chords[n], keys[n].tonic, keys[n].mode, _tempo_bpm(midi, score.bars[n].start_tick))
        for n in range(first, end)
    )
    starts = [bar.start_tick for bar in score.bars[first:end]]
    sections = _told_apart(_sections(bars, _marked(midi.markers, starts)))
    return Scenario(name, bars, tuple(sections))


def _metre(bars: Iterable[ScoreBar]) -> str:
    """The metre of most bars."""
    names = Counter(f"{bar.numerator}/{bar.denominator}" for bar in bars)
    name = names.most_common(1)[0][0]
    if name not in METRES:
        raise CorpusError(f"it is in {name}, and there are {', '.join(METRES)}")
    return name


def _chords_of_bars(
    score: Score, beats: ChordsOfBeats, bar_ticks: int
) -> Iterator[tuple[GivenChord, ...]]:
    """The chords of each bar, each said once; what lies beyond the bar's length is left out."""
    ends = beats.bars.searchsorted(range(1, len(score.bars) + 1))
    sounding = int(beats.chords[0])
    for bar, (begin, end) in zip(score.bars, pairwise([0, *ends.tolist()]), strict=True):
        chords: list[GivenChord] = []
        for beat in range(begin, end):
            tick = max(0, int(beats.starts[beat]) - bar.start_tick)
            number = int(beats.chords[beat])
            if tick < bar_ticks and (not chords or number != sounding):
                chords.append(GivenChord(tick, *chord_of(number)))
                sounding = number
        yield tuple(chords) or (GivenChord(0, *chord_of(sounding)),)


def _tempo_bpm(midi: MidiScore, tick: int) -> float:
    ticks = [at for at, _ in midi.tempos]
    number = bisect_right(ticks, tick) - 1
    tempo_bpm = midi.tempos[number][1] if number >= 0 else TEMPO_BPM
    return min(FASTEST_BPM, max(SLOWEST_BPM, tempo_bpm))


def _marked(markers: Sequence[tuple[int, str]], starts: Sequence[int]) -> list[tuple[int, str]]:
    """Bar and label of each section that a marker names."""
    found: dict[int, str] = {}
    for tick, text in markers:
        label = text.rpartition(": ")[2].strip()[:LABEL_LETTERS]
        bar = max(0, bisect_right(starts, tick + (starts[-1] - starts[0]) // len(starts) // 2) - 1)
        if label:
            found[bar] = label
    return sorted(found.items())


def _told_apart(sections: Iterable[Section]) -> Iterator[Section]:
    """Sections with primes where a label returns in another length: the theme is the same."""
    lengths: dict[str, int] = {}
    for label, bars in sections:
        while lengths.setdefault(label, bars) != bars:
            label += "'"
        yield label, bars


def _sections(bars: Sequence[GivenBar], marked: Sequence[tuple[int, str]]) -> list[Section]:
    """The sections that markers name, or that are told by what returns."""
    if not marked:
        return _returning(bars)
    begins = [bar for bar, _ in marked]
    sections = [(label, end - bar) for (bar, label), end in
                zip(marked, (*begins[1:], len(bars)), strict=True)]  # fmt: skip
    if begins[0]:
        sections.insert(0, ("Intro", begins[0]))
    return _merged(sections)


def _merged(sections: Iterable[Section]) -> list[Section]:
    """Sections without those that are too short, which go to the one before or after."""
    kept: list[Section] = []
    for label, bars in sections:
        if kept and (bars < SHORTEST_SECTION or kept[-1][1] < SHORTEST_SECTION):
            short = kept[-1][1] < SHORTEST_SECTION
            kept[-1] = (label if short else kept[-1][0], kept[-1][1] + bars)
        else:
            kept.append((label, bars))
    return kept


def _returning(bars: Sequence[GivenBar]) -> list[Section]:
    """Blocks of bars with letters: the same letter for the same chords."""
    size = next((block for block in BLOCKS if len(bars) >= LEAST_BLOCKS * block), len(bars))
    known: list[list[tuple[int, str]]] = []
    sections: list[Section] = []
    for start in range(0, len(bars), size):
        block = [(bar.chords[0].root, bar.chords[0].quality) for bar in bars[start : start + size]]
        number = next((n for n, other in enumerate(known) if _is_same(block, other)), len(known))
        known += [block] if number == len(known) else []
        sections.append((_letters(number), len(block)))
    return _merged(sections)


def _is_same(block: Sequence[object], other: Sequence[object]) -> bool:
    same = sum(a == b for a, b in zip(block, other, strict=False))
    return len(block) == len(other) and same >= SAME * len(block)


def _letters(number: int) -> str:
    """The name of a section by its number, as spreadsheets name columns."""
    more, letter = divmod(number, len(LETTERS))
    return (_letters(more - 1) if more else "") + LETTERS[letter]
