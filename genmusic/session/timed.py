"""Bars on the clock: composed music with the frames at which it sounds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.mood.mapping import MusicalParameters
from genmusic.score.events import Bar
from genmusic.units import TICKS_PER_BEAT, beat_frames
from genmusic.values import value

Longs = NDArray[np.int64]


class Beat(NamedTuple):
    """One beat on the clock."""

    start_frame: int
    frames: int
    tempo_bpm: float

    @property
    def end_frame(self) -> int:
        """Where the next begins."""
        return self.start_frame + self.frames


@value
class TimedBar:
    """A bar as it sounds, in frames since the session began."""

    bar: Bar
    parameters: MusicalParameters  # what style and mood asked of the bar
    title: str
    beats: tuple[Beat, ...]  # its quarter notes
    tempo_bpm: float
    song_beat: int = 0  # quarter notes of the song before it

    @property
    def start_frame(self) -> int:
        """Where its first beat begins."""
        return self.beats[0].start_frame

    @property
    def end_frame(self) -> int:
        """Where the next bar begins."""
        return self.beats[-1].end_frame

    @property
    def beat_frames(self) -> tuple[int, ...]:
        """Where each quarter note begins."""
        return tuple(beat.start_frame for beat in self.beats)

    @property
    def note_frames(self) -> Longs:
        """Start and end of each row of ``bar.notes``, (notes, 2); worked out anew each time."""
        starts = self.bar.notes["start_tick"].astype(np.int64)
        ends = starts + self.bar.notes["duration_ticks"]
        return frames_of_ticks(self.beats, np.stack((starts, ends), axis=1))

    @property
    def chord_frames(self) -> tuple[int, ...]:
        """Where each chord begins."""
        return tuple(_frame_of_tick(self.beats, span.start_tick) for span in self.bar.chords)

    def beat_at(self, frame: int) -> float:
        """Quarter notes of the song before a frame of the bar."""
        starts = self.beat_frames
        number = max(0, min(bisect_right(starts, frame) - 1, len(starts) - 1))
        beat = self.beats[number]
        return self.song_beat + number + (frame - beat.start_frame) / beat.frames

    def moved(self, frames: int) -> TimedBar:
        """The same bar so much later."""
        moved = (beat._replace(start_frame=beat.start_frame + frames) for beat in self.beats)
        return replace(self, beats=tuple(moved))


def frames_of_ticks(beats: Sequence[Beat], ticks: Longs) -> Longs:
    """The frames of ticks in a bar of timed beats; ticks beyond run on at the last tempo."""
    starts = np.array([beat.start_frame for beat in beats], np.int64)
    lengths = np.array([beat.frames for beat in beats], np.int64)
    numbers = np.minimum(ticks // TICKS_PER_BEAT, len(beats) - 1)
    since = ticks - numbers * TICKS_PER_BEAT
    frames: Longs = starts[numbers] + since * lengths[numbers] // TICKS_PER_BEAT
    return frames


def _frame_of_tick(beats: Sequence[Beat], tick: int) -> int:
    """As `frames_of_ticks`: for a few it takes less time by itself."""
    number = min(tick // TICKS_PER_BEAT, len(beats) - 1)
    beat = beats[number]
    return beat.start_frame + (tick - number * TICKS_PER_BEAT) * beat.frames // TICKS_PER_BEAT


def time_bar(
    bar: Bar,
    parameters: MusicalParameters,
    title: str,
    played: Sequence[Beat],
    tempo_bpm: float,
    pace: Sequence[float],
    song_beat: int = 0,
) -> TimedBar:
    """Put a bar on the clock: the beats already timed, the others at ``tempo_bpm``.

    ``pace`` is how fast each beat goes beside that tempo; ``song_beat`` counts the quarter notes
    of the song before the bar.
    """
    beats = beats_of_bar(played, tempo_bpm, pace)
    return TimedBar(bar, parameters, title, tuple(beats), tempo_bpm, song_beat)


def beats_of_bar(played: Sequence[Beat], tempo_bpm: float, pace: Sequence[float]) -> list[Beat]:
    """The beats already timed, one at least, and the others, as `time_bar` has them."""
    beats, begin = list(played), played[-1].end_frame
    known, frames, beat_bpm = 0.0, 0, 0.0
    for share in pace[len(beats) :]:
        if share != known:
            known, beat_bpm = share, tempo_bpm * share
            frames = beat_frames(beat_bpm)
        beats.append(Beat(begin, frames, beat_bpm))
        begin += frames
    return beats
