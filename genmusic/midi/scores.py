"""MIDI files as plain notes and signatures, for learning from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from genmusic.errors import CorpusError
from genmusic.midi.lenient import DRUM_CHANNEL, read_lenient
from genmusic.units import TICKS_PER_BEAT

MOST_NOTES = 500_000
TRACK, EXCLUSIVE, ESCAPE = b"MTrk", b"\xf0", b"\xf7"
MOST_TRACKS = 1_000
MOST_SIGNS = 20_000  # changes of tempo, metre or key, or markers
MOST_TICKS_PER_BEAT = 32_767  # more are negative: SMPTE frames
MOST_TICKS = 20_000 * 4 * TICKS_PER_BEAT  # twenty thousand bars
LEADING_NAMES = ("voice", "vocal", "vox", "sing", "song", "lead", "melody", "soprano", "canto")


@dataclass(frozen=True, slots=True, eq=False)
class MidiPart:
    """A track that is not drums."""

    name: str
    leads: bool  # its name says that it has the melody
    notes: NDArray[np.int64]  # (notes, 3): start tick, end tick, MIDI note number


@dataclass(frozen=True, slots=True, eq=False)
class MidiScore:
    """A MIDI file, in ticks of 1/960 quarter note."""

    metres: tuple[tuple[int, int, int], ...]  # tick, numerator, denominator
    keys: tuple[tuple[int, int, str], ...]  # tick, sharps (flats negative), mode
    parts: tuple[MidiPart, ...]
    tempos: tuple[tuple[int, float], ...] = ()  # tick, quarter notes a minute
    markers: tuple[tuple[int, str], ...] = ()  # tick, text


def read_midi(data: bytes) -> MidiScore:
    """Read a standard MIDI file; of a damaged one, what can be read.

    Raises
    ------
    CorpusError
        Nothing in it is music, or it is longer than any score.
    """
    if data.startswith(b"RIFF"):  # as some programs wrap a file
        data = data[max(0, data.find(b"MThd")) :]
    if data.count(TRACK) > MOST_TRACKS:
        raise CorpusError(f"it has more than {MOST_TRACKS} tracks")
    score = _read(data)
    if sum(len(part.notes) for part in score.parts) > MOST_NOTES:
        raise CorpusError(f"it has more than {MOST_NOTES} notes")
    for part in score.parts:
        if len(part.notes) and (part.notes[:, 0].min() < 0 or part.notes[:, 1].max() > MOST_TICKS):
            raise CorpusError("it has notes beyond twenty thousand bars")
    return score


def _read(data: bytes) -> MidiScore:
    """Read quickly what is as it should be, and patiently what is not."""
    if data.count(ESCAPE) > data.count(EXCLUSIVE):  # which symusic takes for the end of a message
        return _read_leniently(data)
    try:
        return _read_strictly(data)
    except (RuntimeError, ValueError, MemoryError, OverflowError):
        return _read_leniently(data)


def _read_strictly(data: bytes) -> MidiScore:
    score: Any = symusic.Score.from_midi(data)  # typed loosely upstream
    if not 1 <= score.ticks_per_quarter <= MOST_TICKS_PER_BEAT:
        raise ValueError("it counts time in SMPTE frames")
    if not score.note_num():
        raise ValueError("it has no note")
    if score.start() < 0 or score.end() * TICKS_PER_BEAT > MOST_TICKS * score.ticks_per_quarter:
        raise CorpusError("it has notes beyond twenty thousand bars")
    for signs in (score.time_signatures, score.key_signatures, score.tempos, score.markers):
        if len(signs) > MOST_SIGNS:
            raise CorpusError(f"it has more than {MOST_SIGNS} changes of a kind")
    score = score.resample(TICKS_PER_BEAT)
    metres = [(sign.time, sign.numerator, sign.denominator) for sign in score.time_signatures]
    keys = [
        (sign.time, sign.key, "minor" if sign.tonality else "major")
        for sign in score.key_signatures
    ]
    parts = tuple(_strict_part(track) for track in score.tracks if not track.is_drum)
    tempos = [(tempo.time, float(tempo.qpm)) for tempo in score.tempos]
    markers = [(marker.time, marker.text) for marker in score.markers]
    return MidiScore(tuple(metres), tuple(keys), parts, tuple(tempos), tuple(markers))


def _strict_part(track: Any) -> MidiPart:  # noqa: ANN401 - typed loosely upstream
    columns = track.notes.numpy()
    start = columns["time"].astype(np.int64)
    end = start + columns["duration"]
    return _part(track.name, np.stack([start, end, columns["pitch"].astype(np.int64)], axis=1))


def _read_leniently(data: bytes) -> MidiScore:
    found = read_lenient(data)
    scale = TICKS_PER_BEAT / found.ticks_per_beat
    metres = [(round(t * scale), n, d) for track in found.tracks for t, n, d in track.metres]
    keys = [(round(t * scale), k, m) for track in found.tracks for t, k, m in track.keys]
    tempos = [(round(t * scale), bpm) for track in found.tracks for t, bpm in track.tempos]
    markers = [(round(t * scale), text) for track in found.tracks for t, text in track.markers]
    parts = [
        _part(track.name, _scaled(notes, scale))
        for track in found.tracks
        for channel, notes in sorted(track.notes.items())
        if channel != DRUM_CHANNEL
    ]
    return MidiScore(
        tuple(sorted(metres)),
        tuple(sorted(keys)),
        tuple(parts),
        tuple(sorted(tempos)),
        tuple(sorted(markers)),
    )


def _scaled(notes: Sequence[tuple[int, int, int]], scale: float) -> NDArray[np.int64]:
    rows = np.array(notes, np.float64).reshape(-1, 3)
    rows[:, :2] = np.minimum(np.rint(rows[:, :2] * scale), MOST_TICKS + 1)
    return rows.astype(np.int64)


def _part(name: str, notes: NDArray[np.int64]) -> MidiPart:
    name, notes = name.strip(), notes[notes[:, 0] < notes[:, 1]]
    return MidiPart(name, any(word in name.lower() for word in LEADING_NAMES), notes)
