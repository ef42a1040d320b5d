"""Playing with a clock that comes from outside: its tempo, its beat, its bar, its song."""

from __future__ import annotations

from typing import Protocol

from genmusic.midi.clock import TICKS_PER_BEAT, Line
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.session.song import SIXTEENTHS, NextBeat

MINUTE_NS = 60_000_000_000
FURTHEST = 0.12  # share by which a beat may be longer or shorter, to come into phase
SLOWEST_BPM, FASTEST_BPM = 40.0, 200.0
RESOLUTION_BPM = 0.01
NEAR_BEATS = 0.5  # who continues so near to where the music stopped lets it go on
LAUNCH_NS = 15_000_000  # a turn and a half before the bar line: later is late


class Clock(Protocol):
    """What there is to follow."""

    starts: int
    stops: int
    """How often it was started and stopped."""
    started_beat: float
    """Quarter notes of the song before the last start."""
    launches: bool
    """Whether a start waits for the clock's next bar."""

    @property
    def running(self) -> bool:
        """Whether it says where the beat is."""

    def line(self) -> Line | None:
        """Where its ticks lie, 24 to a quarter note; None if that is not known."""


def off_beat(beat: NextBeat, begins_ns: float, line: Line) -> float:
    """By how many beats a beat that begins at a time is late, in its bar; negative: early."""
    now = (begins_ns - line.time_of(0)) / (line.step_ns * TICKS_PER_BEAT)
    off = now - beat.song_beat
    return off - round(off / beat.bar_beats) * beat.bar_beats


def tempo_towards(beat: NextBeat, begins_ns: float, line: Line) -> float:
    """The tempo of a beat that begins at a time, such that the one after it falls on the clock's.

    A beat that is far off comes nearer by as much as can be heard as a push or a pull, no more.
    """
    late = off_beat(beat, begins_ns, line)
    share = 1.0 - min(FURTHEST, max(-FURTHEST, late))
    return MINUTE_NS / (line.step_ns * TICKS_PER_BEAT * share)


class Following:
    """Keeps the music on the beat and the bar of a clock, and starts and stops with it.

    Parameters
    ----------
    clock
        What the clock says.
    hands
        Through which the music is moved.
    heard
        When frames are heard.
    """

    def __init__(self, clock: Clock, hands: Hands, heard: FrameClock) -> None:
        self._clock, self._hands, self._heard = clock, hands, heard
        self._next_beat_frame = -1
        self._starts, self._stops = clock.starts, clock.stops
        self._launching = self._is_ready = False
        if clock.launches:
            self._await_launch()

    def turn(self, now_ns: int) -> None:
        """Follow; a hundred times a second, with the time of the monotonic clock."""
        self._start_and_stop()
        line, beat = self._clock.line(), self._hands.player.next_beat
        if line is None:
            return
        if self._launching:
            self._launch(line, beat, now_ns)
            return
        if not self._heard.is_set or beat.frame == self._next_beat_frame:
            return
        self._next_beat_frame = beat.frame
        tempo_bpm = line.tempo_bpm  # of a clock that stands; where its beat is, nobody knows
        if self._clock.running:
            tempo_bpm = tempo_towards(beat, self._heard.time_of(beat.frame), line)
        self._beat_time(tempo_bpm)

    def _beat_time(self, tempo_bpm: float) -> None:
        tempo_bpm = min(FASTEST_BPM, max(SLOWEST_BPM, tempo_bpm))
        self._hands.set({"tempo_bpm": round(tempo_bpm / RESOLUTION_BPM) * RESOLUTION_BPM})

    def _start_and_stop(self) -> None:
        clock = self._clock
        if clock.starts != self._starts:
            self._starts = clock.starts
            self._start(clock.started_beat)
        if clock.stops != self._stops:
            self._stops = clock.stops
            self._launching = False
            self._hands.pause(True)

    def _start(self, beat: float) -> None:
        """Play from a beat of the song, or on from where the music stopped if that is there."""
        if self._clock.launches:
            self._await_launch()
            return
        hands = self._hands
        if beat == 0.0 or abs(hands.player.heard_beat - beat) > NEAR_BEATS:
            hands.locate(round(beat * SIXTEENTHS))
        hands.pause(False)

    def _await_launch(self) -> None:
        """Be still until the clock's next bar."""
        self._launching, self._is_ready = True, False
        self._hands.pause(True)

    def _launch(self, line: Line, beat: NextBeat, now_ns: int) -> None:
        """Begin with the clock's next bar, unless the performer has begun already."""
        if not self._is_ready:
            self._is_ready = True
            self._beat_time(line.tempo_bpm)
            self._hands.locate(0)  # what was rendered is in another tempo
            return
        bar_ns = line.step_ns * TICKS_PER_BEAT * beat.bar_beats
        if self._hands.paused and (line.time_of(0) - now_ns) % bar_ns > LAUNCH_NS:
            return
        self._hands.pause(False)
        self._launching = False
