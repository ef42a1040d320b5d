"""A phrase for each patch: what shows how it speaks, sings, rings and ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pictures import DrawnNote

from genmusic.names import PARTS
from genmusic.synthesis.kits import Kit
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import PROGRAMS, find_patch
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.units import QUANTUM, SAMPLE_RATE

BLOCK = MAX_BLOCK_QUANTA * QUANTUM
RING_SECONDS = 3.0
LOUDEST = 0.7  # of every phrase, so that instruments can be compared by ear
BEAT_SECONDS = 0.5
# Beat, length in beats, semitones above the phrase's lowest note, velocity: rising from soft to
# loud, a leap, fast notes, a chord that is held.
MELODY = (
    (0, 1, 0, 30), (1, 1, 2, 45), (2, 1, 4, 60), (3, 1, 7, 75), (4, 2, 12, 90), (6, 2, 24, 115),
    (8, 0.5, 19, 80), (8.5, 0.5, 16, 70), (9, 0.5, 14, 80), (9.5, 0.5, 12, 70), (10, 2, 7, 96),
    (12, 4, 0, 80), (12, 4, 7, 80), (12, 4, 16, 80), (12, 4, 19, 80),
)  # fmt: skip
BASS = (
    (0, 1.5, 0, 100), (1.5, 0.5, 0, 70), (2, 1, 7, 90), (3, 1, 10, 80), (4, 2, 12, 115),
    (6, 0.5, 10, 80), (6.5, 0.5, 7, 60), (7, 1, 3, 80), (8, 1, 5, 40), (9, 1, 5, 80),
    (10, 1, 5, 120), (11, 1, -2, 90), (12, 4, 0, 100),
)  # fmt: skip
BASS_PROGRAMS = (*range(32, 40), 87)
BASS_LOWEST, MELODY_LOWEST = 33, 55
GROOVE = {36: (0, 2.5, 4, 6.5), 38: (1, 3, 5, 7), 42: tuple(n / 2 for n in range(15)), 46: (7.5,)}


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was played, and how it sounds."""

    patch: str
    kind: str
    notes: list[DrawnNote]
    sound: NDArray[np.float32]  # (2, frames)
    peak_dbfs: float  # before it was levelled


def play_phrase(patch: str) -> Phrase:
    """Play the patch alone, without effects."""
    kind, settings = find_patch(patch)
    part = PARTS.index("drums") if isinstance(settings, Kit) else 0
    rows = _drum_rows(settings) if isinstance(settings, Kit) else _tonal_rows(patch)
    notes = [
        DrawnNote(beat * BEAT_SECONDS, (beat + length) * BEAT_SECONDS, pitch, velocity, part)
        for beat, length, pitch, velocity in rows
    ]
    sound = _render(patch, notes)
    peak = float(np.abs(sound).max())
    levelled = sound * np.float32(LOUDEST / max(peak, 1e-6))
    return Phrase(patch, kind, notes, levelled, 20.0 * float(np.log10(max(peak, 1e-6))))


def _tonal_rows(patch: str) -> list[tuple[float, float, int, int]]:
    is_bass = PROGRAMS[patch] in BASS_PROGRAMS
    lowest, rows = (BASS_LOWEST, BASS) if is_bass else (MELODY_LOWEST, MELODY)
    return [(beat, length, lowest + step, velocity) for beat, length, step, velocity in rows]


def _drum_rows(kit: Kit) -> list[tuple[float, float, int, int]]:
    """Two bars of a groove, then every drum soft and loud."""
    rows = [
        (beat, 0.25, pitch, 100 if beat % 1 == 0 else 70)
        for pitch, beats in GROOVE.items()
        for beat in beats
    ]
    for number, key in enumerate(sorted(kit.drums, key=int)):
        rows += [(8 + number, 0.25, int(key), 60), (8.5 + number, 0.25, int(key), 115)]
    return rows


def _render(patch: str, notes: list[DrawnNote]) -> NDArray[np.float32]:
    orchestra = Orchestra(1)
    waiting = sorted(notes, key=lambda note: note.start)
    seconds = max(note.end for note in notes) + RING_SECONDS
    bright = np.full((1, MAX_BLOCK_QUANTA + 1), 0.5, np.float32)
    blocks = []
    for number in range(round(seconds * SAMPLE_RATE / BLOCK)):
        while waiting and waiting[0].start * SAMPLE_RATE < (number + 1) * BLOCK:
            orchestra.play(0, _played(patch, waiting.pop(0)))
        buses = orchestra.render(number * MAX_BLOCK_QUANTA, MAX_BLOCK_QUANTA, bright)
        blocks.append(buses.reshape(len(PARTS), 2, BLOCK).sum(axis=0))
    return np.concatenate(blocks, axis=1)


def _played(patch: str, note: DrawnNote) -> PlayedNote:
    start, end = (round(second * SAMPLE_RATE) for second in (note.start, note.end))
    return PlayedNote(start, end - start, note.part, patch, note.pitch, note.velocity, 0.0)
