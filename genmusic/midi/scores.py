"""MIDI files as plain notes and signatures, for learning from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from genmusic.errors import CorpusError
from genmusic.units import TICKS_PER_BEAT

MOST_NOTES = 500_000
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


def read_midi(data: bytes) -> MidiScore:
    """Read a standard MIDI file."""
    try:
        score: Any = symusic.Score.from_midi(data)  # typed loosely upstream
        if not 1 <= score.ticks_per_quarter <= 32_767:
            raise CorpusError("it counts time in SMPTE frames; only musical time is read")
        score = score.resample(TICKS_PER_BEAT)
        parts = tuple(_part(track) for track in score.tracks if not track.is_drum)
    except (RuntimeError, ValueError) as error:
        reason = str(error).removesuffix(": iostream error")
        raise CorpusError(f"it is not a readable MIDI file: {reason}") from error
    if sum(len(part.notes) for part in parts) > MOST_NOTES:
        raise CorpusError(f"it has more than {MOST_NOTES} notes")
    metres = [(sign.time, sign.numerator, sign.denominator) for sign in score.time_signatures]
    keys = [
        (sign.time, sign.key, "minor" if sign.tonality else "major")
        for sign in score.key_signatures
    ]
    return MidiScore(tuple(metres), tuple(keys), parts)


def _part(track: Any) -> MidiPart:  # noqa: ANN401 - typed loosely upstream
    columns = track.notes.numpy()
    start = columns["time"].astype(np.int64)
    end = start + columns["duration"]
    if len(start) and (start.min() < 0 or end.max() > MOST_TICKS):
        raise CorpusError("it has notes beyond twenty thousand bars")
    notes = np.stack([start, end, columns["pitch"].astype(np.int64)], axis=1)
    name = track.name.strip()
    return MidiPart(name, any(word in name.lower() for word in LEADING_NAMES), notes)
