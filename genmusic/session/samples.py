"""What a style sounds and looks like: a few bars of its own, to be seen and heard beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from genmusic.encoding import open_file_writer
from genmusic.names import PARTS
from genmusic.score.events import iter_notes
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.timed import TimedBar
from genmusic.units import QUANTUM, SAMPLE_RATE, TICKS_PER_BEAT

SEED = 440
SEARCHED_SECONDS = 90  # of the piece: every style has come to its full texture by then
STEP_SECONDS = 5  # no piece is so short that it is passed without a note
BARS = 4
PREVIEW_FRAMES = 8 * SAMPLE_RATE
FADE_FRAMES = SAMPLE_RATE  # the preview ends softly
PREVIEW_BITRATE = 128_000


@dataclass(frozen=True, slots=True)
class Sketch:
    """Some bars in quarter notes from their beginning: by part rows of start, end and pitch."""

    beats: int
    parts: dict[str, list[tuple[float, float, int]]]


def sketch(library: Library, style: str) -> Sketch:
    """The bars in which a style shows what it has, as a picture shows them."""
    parts: dict[str, list[tuple[float, float, int]]] = {}
    beat = 0
    for timed in _typical_bars(library, style):
        for note in iter_notes(timed.bar.notes):
            start = beat + note.start_tick / TICKS_PER_BEAT
            end = start + note.duration_ticks / TICKS_PER_BEAT
            row = (round(start, 3), round(end, 3), note.pitch)
            parts.setdefault(PARTS[note.part], []).append(row)
        beat += timed.bar.beats
    return Sketch(beat, parts)


def preview(library: Library, style: str) -> bytes:
    """Some seconds of the same bars, as an MP3 file: every browser plays it."""
    start = _typical_bars(library, style)[0].start_frame // QUANTUM * QUANTUM
    engine = Engine(library, SEED, {"style": style})
    engine.skip_to(start)
    block = np.empty((2, PREVIEW_FRAMES), np.float32)
    engine.render(block)
    block[:, -FADE_FRAMES:] *= np.linspace(1.0, 0.0, FADE_FRAMES, dtype=np.float32)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "preview.mp3"
        with open_file_writer(path, title=style, bitrate=PREVIEW_BITRATE) as writer:
            writer.write(block)
        return path.read_bytes()


def _typical_bars(library: Library, style: str) -> Sequence[TimedBar]:
    """The first bars of the phrase in which the most parts play, and of those the most notes."""
    engine = Engine(library, SEED, {"style": style})
    for second in range(0, SEARCHED_SECONDS, STEP_SECONDS):
        engine.skip_to((second + STEP_SECONDS) * SAMPLE_RATE)
    bars = engine.take_bars()
    begins = [n for n, bar in enumerate(bars[:-BARS]) if bar.bar.phrase_bar == 0]
    runs = [bars[begin : begin + BARS] for begin in begins]
    return max(runs, key=_wealth)


def _wealth(bars: Sequence[TimedBar]) -> tuple[int, int]:
    notes = np.concatenate([timed.bar.notes for timed in bars])
    return len(np.unique(notes["part"])), len(notes)
