"""Notes and bars: what composition writes, and synthesis, files and pages read.

Inside a bar, time is in ticks from the bar line (960 to a quarter note). Notes travel as one
numpy structured array per bar; `Note` is the readable view of a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PITCH_CLASSES
from genmusic.score.harmony import Chord, Key
from genmusic.values import value

NOTE_DTYPE = np.dtype(
    [
        ("start_tick", np.int32),  # from the bar line, may reach into the bar only
        ("duration_ticks", np.int32),  # may reach beyond the bar line
        ("pitch", np.int16),  # MIDI note number; drums: General MIDI percussion map
        ("velocity", np.uint8),  # 1..127
        ("part", np.uint8),  # index into names.PARTS
        ("flags", np.uint16),  # reserved for articulation
        ("source", np.uint32),  # row of the decision that taught the note; 0 = rules
        ("written_tick", np.int32),  # where the score has it, without swing and loose timing
        ("written_ticks", np.int32),  # its length in the score; 0: it was not written
    ]
)
Notes = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Note:
    """One note, in the units of `NOTE_DTYPE`."""

    start_tick: int
    duration_ticks: int
    pitch: int
    velocity: int
    part: int
    flags: int = 0
    source: int = 0
    written_tick: int = 0
    written_ticks: int = 0

    @property
    def written(self) -> tuple[int, int]:
        """Tick and length in the score; of a note that was not written, as it is played."""
        if self.written_ticks:
            return self.written_tick, self.written_ticks
        return self.start_tick, self.duration_ticks


def note_array(notes: Iterable[Note]) -> Notes:
    """Rows sorted by start, part and pitch, the order in which everything downstream works."""
    ordered = sorted(notes, key=lambda n: (n.start_tick, n.part, n.pitch, n.duration_ticks))
    return np.array([astuple(note) for note in ordered], dtype=NOTE_DTYPE)


def iter_notes(notes: Notes) -> Iterator[Note]:
    """The rows as `Note` values."""
    return (Note(*row) for row in notes.tolist())


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from ``start_tick`` (in the bar) to the next one or the bar line."""

    start_tick: int
    chord: Chord
    bass: int | None = None  # pitch class under the chord, where that is not its root

    @property
    def symbol(self) -> str:
        """Such as ``"Am7"``, or ``"C/E"`` for a chord above another bass."""
        return self.chord.symbol + ("" if self.bass is None else f"/{PITCH_CLASSES[self.bass]}")


@value
class Bar:
    """One composed bar with everything that is needed to play, draw and print it."""

    index: int  # bars since the session began
    beats: int  # quarter notes in the bar
    tempo_bpm: float  # the tempo that style and mood ask for
    key: Key
    chords: tuple[ChordSpan, ...]
    section: str  # label of the form, such as "A" or "B'"
    phrase: int  # phrases since the session began
    phrase_bar: int  # 0 is the first bar of the phrase
    phrase_bars: int  # length of the phrase
    notes: Notes
    style: str = ""  # name of the style that wrote it
    metre: str = "4/4"  # a key of `METRES`
    pace: tuple[float, ...] = ()  # of each beat beside that of the tempo; empty: all 1
    ends_piece: bool = False  # the last bar of a piece that comes to rest
    piece: int = 0  # pieces since the session began
    cue: str = ""  # of a conductor that is in force; a name of `CUES`
