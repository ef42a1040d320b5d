"""Ableton Link: one tempo, beat and bar for every program in the room.

The manners of those who join, as other players expect them: nothing is announced before it is
asked for, whoever joins takes the tempo that is there, who is left alone keeps the last one, and
start and stop go both ways.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from genmusic.errors import DeviceError
from genmusic.midi.clock import TICKS_PER_BEAT, Line

MINUTE_NS = 60_000_000_000
# Before it is announced. Whoever is there is older then and keeps the tempo: of peers that began
# .6 s before us one in four lost theirs, of those .8 s one in twelve, of those 1.2 s and more none.
HUSH_SECONDS = 1.5
MEETING_SECONDS = 0.6  # after it: peers answer within a quarter of a second
SURE_NS = 200_000  # a look that took longer was interrupted,
MOST_LOOKS = 5  # and is repeated


INSTALL = "pip install 'genmusic[link]'"


def is_installed() -> bool:
    """Whether aalink is there."""
    return find_spec("aalink") is not None


class LinkClock:
    """What is played in a Link session, as `midi.clock.ClockFollower` says it of a MIDI clock.

    Parameters
    ----------
    tempo_bpm
        Of the session if there is nobody else.
    clock
        Seconds that only grow.

    Raises
    ------
    DeviceError
        aalink is missing.
    """

    launches = True

    def __init__(self, tempo_bpm: float, clock: Callable[[], float]) -> None:
        self._link, self._clock = asyncio.run(_make_link(tempo_bpm)), clock
        self._announces_at = clock() + HUSH_SECONDS
        self._plays = False
        self.starts = self.stops = 0
        self.started_beat = 0.0

    def turn(self) -> None:
        """See whether the others have started or stopped; announce ourselves when it is time."""
        if not self._link.enabled and self._clock() >= self._announces_at:
            self._link.start_stop_sync_enabled = True
            self._link.enabled = True
        if self._link.playing != self._plays:
            self._plays = self._link.playing
            if self._plays:
                self.starts += 1
            else:
                self.stops += 1

    def keep_bar(self, beats: int) -> None:
        """Share bars of so many beats with those who count the same."""
        if self._link.quantum != beats:
            self._link.quantum = float(beats)

    @property
    def running(self) -> bool:
        """Whether it says where the beat is."""
        return self._clock() >= self._announces_at + MEETING_SECONDS

    @property
    def peers(self) -> int:
        """How many others there are."""
        return int(self._link.num_peers)

    @property
    def tempo_bpm(self) -> float:
        """The tempo of the session."""
        return float(self._link.tempo)

    @property
    def text(self) -> str:
        """The session, for people."""
        others = {0: "alone", 1: "1 peer"}.get(self.peers, f"{self.peers} peers")
        return f"Link {self.tempo_bpm:.1f} bpm, {others}"

    def line(self) -> Line | None:
        """Where the session's ticks lie, 24 to a beat; None until the others had time to answer."""
        if not self.running:
            return None
        beat, time_ns = self._look()
        step_ns = MINUTE_NS / (self.tempo_bpm * TICKS_PER_BEAT)
        return Line(0, time_ns - beat * TICKS_PER_BEAT * step_ns, step_ns)

    def _look(self) -> tuple[float, float]:
        """The beat and when it was, in ns of the monotonic clock."""
        for _ in range(MOST_LOOKS):
            before = time.monotonic_ns()
            beat = float(self._link.beat)
            after = time.monotonic_ns()
            if after - before < SURE_NS:
                break
        return beat, (before + after) / 2.0

    def tell_tempo(self, tempo_bpm: float) -> None:
        """Give the session a tempo: a wish of the performer's."""
        self._link.tempo = tempo_bpm

    def tell_playing(self, plays: bool) -> None:
        """Let the others start or stop with us."""
        self._plays = plays
        self._link.playing = plays

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False


async def _make_link(tempo_bpm: float) -> Any:  # noqa: ANN401 - aalink is untyped
    """A Link that is not announced; it is made in a loop of events, which it needs no more then."""
    try:
        import aalink
    except ImportError as error:
        raise DeviceError(f"aalink is not installed; run: {INSTALL}") from error
    return aalink.Link(tempo_bpm)
