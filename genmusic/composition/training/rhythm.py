"""The rhythm of a melody: which onsets fall into each beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from genmusic.composition.training.learning import Cell, Pulse
from genmusic.composition.training.melody import MelodyNote
from genmusic.composition.training.scores import ScoreBar
from genmusic.units import TICKS_PER_BEAT

GRID_TICKS = (0, 240, 320, 480, 640, 720, 960)  # sixteenths and triplets of a beat
SNAP_TICKS = 24  # how far beside the grid an onset may be written
MOST_EMPTY_BARS = 1  # a longer silence interrupts the rhythm
SHORTEST_PULSE = 4

Onsets = defaultdict[tuple[int, int], set[int]]  # (bar, beat) -> ticks in the beat


@dataclass(frozen=True, slots=True)
class _Beat:
    beats: int
    is_compound: bool
    beat: int
    cell: Cell | None  # None: off the grid


def find_pulses(melody: Sequence[MelodyNote], bars: Sequence[ScoreBar]) -> tuple[Pulse, ...]:
    """The rhythm beat by beat, interrupted where the melody pauses or the metre changes."""
    if not melody:
        return ()
    beats = _beats(_onsets(melody, bars), bars, melody[0].bar, melody[-1].bar)
    pulses: list[Pulse] = []
    for (count, is_compound), group in groupby(beats, key=lambda b: (b.beats, b.is_compound)):
        for stretch in _without_pauses(list(group), count * MOST_EMPTY_BARS):
            cells = tuple(beat.cell for beat in stretch)
            pulses.append(Pulse(count, is_compound, stretch[0].beat, cells))
    return tuple(pulses)


def _onsets(melody: Sequence[MelodyNote], bars: Sequence[ScoreBar]) -> Onsets:
    """Onsets of each beat, on the grid where they are near it."""
    onsets: Onsets = defaultdict(set)
    for note in melody:
        bar = bars[note.bar]
        position = note.start_tick - bar.start_tick + bar.lead_ticks
        beat, ticks = divmod(position, bar.beat_ticks)
        snapped = _snap(ticks * TICKS_PER_BEAT // bar.beat_ticks)
        if snapped == TICKS_PER_BEAT:
            beat, snapped = beat + 1, 0
        if beat < bar.beats:  # or else it anticipates the bar line by a hair: let it go
            onsets[note.bar, beat].add(snapped)
    return onsets


def _snap(ticks: int) -> int:
    nearest = min(GRID_TICKS, key=lambda grid: abs(grid - ticks))
    return nearest if abs(nearest - ticks) <= SNAP_TICKS else ticks


def _beats(
    onsets: Onsets, bars: Sequence[ScoreBar], first_bar: int, last_bar: int
) -> Iterator[_Beat]:
    for number in range(first_bar, last_bar + 1):
        bar = bars[number]
        lead = bar.lead_ticks // bar.beat_ticks
        whole = bar.lead_ticks + bar.length_ticks
        for beat in range(lead, min(bar.beats, -(-whole // bar.beat_ticks))):
            cell = tuple(sorted(onsets[number, beat]))
            on_grid = all(tick in GRID_TICKS for tick in cell)
            yield _Beat(bar.beats, bar.is_compound, beat, cell if on_grid else None)


def _without_pauses(beats: list[_Beat], most_empty: int) -> Iterator[list[_Beat]]:
    """Stretches without long silence; each begins and ends with a beat that has an onset."""
    sounding = [number for number, beat in enumerate(beats) if beat.cell != ()]
    first = 0
    for place, number in enumerate(sounding):
        is_last = place + 1 == len(sounding)
        if is_last or sounding[place + 1] - number > most_empty + 1:
            stretch = beats[sounding[first] : number + 1]
            first = place + 1
            if len(stretch) >= SHORTEST_PULSE:
                yield stretch
