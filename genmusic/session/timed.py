"""Bars on the clock: composed music with the frames at which it sounds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genmusic.mood.mapping import MusicalParameters
from genmusic.score.events import Bar
from genmusic.units import TICKS_PER_BEAT, beat_frames

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TimedBar:
    """A bar as it sounds, in frames since the session began."""

    bar: Bar
    parameters: MusicalParameters  # what style and mood asked of the bar
    title: str
    start_frame: int
    end_frame: int
    tempo_bpm: float
    note_frames: Longs  # (notes, 2): start and end of each row of bar.notes
    chord_frames: tuple[int, ...]
    beat_frames: tuple[int, ...]  # where each quarter note begins
    song_beat: int = 0  # quarter notes of the song before it

    def beat_at(self, frame: int) -> float:
        """Quarter notes of the song before a frame of the bar."""
        starts = (*self.beat_frames, self.end_frame)
        beat = max(0, min(bisect_right(starts, frame) - 1, len(self.beat_frames) - 1))
        return self.song_beat + beat + (frame - starts[beat]) / (starts[beat + 1] - starts[beat])

    def moved(self, frames: int) -> TimedBar:
        """The same bar so much later."""
        return replace(
            self,
            start_frame=self.start_frame + frames,
            end_frame=self.end_frame + frames,
            note_frames=self.note_frames + frames,
            chord_frames=tuple(frame + frames for frame in self.chord_frames),
            beat_frames=tuple(frame + frames for frame in self.beat_frames),
        )


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat on the clock."""

    start_frame: int
    frames: int
    tempo_bpm: float


def frames_of_ticks(beats: Sequence[Beat], ticks: Longs) -> Longs:
    """The frames of ticks in a bar of timed beats; ticks beyond run on at the last tempo."""
    clock = np.array([(beat.start_frame, beat.frames) for beat in beats], np.int64)
    numbers = np.minimum(ticks // TICKS_PER_BEAT, len(beats) - 1)
    starts, lengths = clock[numbers].T
    frames: Longs = starts + (ticks - numbers * TICKS_PER_BEAT) * lengths // TICKS_PER_BEAT
    return frames


def time_bar(
    bar: Bar,
    parameters: MusicalParameters,
    title: str,
    played: list[Beat],
    tempo_bpm: float,
    pace: Sequence[float],
    song_beat: int = 0,
) -> TimedBar:
    """Put a bar on the clock: the beats already timed, the others at ``tempo_bpm``.

    ``pace`` is how fast each beat goes beside that tempo; ``song_beat`` counts the quarter notes
    of the song before the bar.
    """
    beats = list(played)
    while len(beats) < bar.beats:
        last = beats[-1]
        beat_bpm = tempo_bpm * pace[len(beats)]
        beats.append(Beat(last.start_frame + last.frames, beat_frames(beat_bpm), beat_bpm))
    starts, count = bar.notes["start_tick"], len(bar.notes)
    chords = [span.start_tick for span in bar.chords]
    ticks = np.concatenate((starts, starts + bar.notes["duration_ticks"], chords)).astype(np.int64)
    frames = frames_of_ticks(beats, ticks)
    return TimedBar(
        bar,
        parameters,
        title,
        beats[0].start_frame,
        beats[-1].start_frame + beats[-1].frames,
        tempo_bpm,
        np.stack((frames[:count], frames[count : 2 * count]), axis=1),
        tuple(frames[2 * count :].tolist()),
        tuple(beat.start_frame for beat in beats),
        song_beat,
    )
