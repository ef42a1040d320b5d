"""Playing with a clock that comes from outside: its tempo, and its beat."""

from __future__ import annotations

from genmusic.midi.clock import TICKS_PER_BEAT, ClockFollower, Line
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands

MINUTE_NS = 60_000_000_000
FURTHEST = 0.12  # share by which a beat may be longer or shorter, to come into phase
SLOWEST_BPM, FASTEST_BPM = 40.0, 200.0
RESOLUTION_BPM = 0.01


def tempo_towards(next_beat_ns: float, line: Line) -> float:
    """The tempo of a beat that begins at a time, such that the one after it falls on the clock's.

    A beat that is far off comes nearer by as much as can be heard as a push or a pull, no more.
    """
    beat_ns = line.step_ns * TICKS_PER_BEAT
    beats = (next_beat_ns - line.time_of(0)) / beat_ns
    off = beats - round(beats)  # of a beat, late when positive
    length_ns = beat_ns * (1.0 - min(FURTHEST, max(-FURTHEST, off)))
    return MINUTE_NS / length_ns


class Following:
    """Keeps the music on the beat of a clock, and starts and stops with it.

    Parameters
    ----------
    clock
        What the clock says.
    hands
        Through which the music is moved.
    heard
        When frames are heard.
    """

    def __init__(self, clock: ClockFollower, hands: Hands, heard: FrameClock) -> None:
        self._clock, self._hands, self._heard = clock, hands, heard
        self._next_beat_frame = -1
        self._starts, self._ran = clock.starts, False

    def turn(self) -> None:
        """Follow; a hundred times a second."""
        self._start_and_stop()
        line, frame = self._clock.line(), self._hands.player.next_beat_frame
        if line is None or not self._heard.is_set or frame == self._next_beat_frame:
            return
        self._next_beat_frame = frame
        tempo_bpm = line.tempo_bpm  # of a clock that stands; where its beat is, nobody knows
        if self._clock.running:
            tempo_bpm = tempo_towards(self._heard.time_of(frame), line)
        tempo_bpm = min(FASTEST_BPM, max(SLOWEST_BPM, tempo_bpm))
        self._hands.set({"tempo_bpm": round(tempo_bpm / RESOLUTION_BPM) * RESOLUTION_BPM})

    def _start_and_stop(self) -> None:
        clock, hands = self._clock, self._hands
        if clock.starts != self._starts:
            self._starts = clock.starts
            if clock.position_beats < 1.0:
                hands.begin_again()
            hands.pause(False)
        elif self._ran and not clock.running:
            hands.pause(True)
        self._ran = clock.running
