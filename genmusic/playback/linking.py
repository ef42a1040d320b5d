"""Playing in a Link session: following it, and telling it what the performer does."""

from __future__ import annotations

from genmusic.midi.link import LinkClock
from genmusic.playback.following import Following
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands


class Linking:
    """As `Following`; besides, a pause and a tempo of the performer's go to the session.

    Parameters
    ----------
    clock
        The session.
    hands
        The performer.
    heard
        When frames are heard.
    """

    def __init__(self, clock: LinkClock, hands: Hands, heard: FrameClock) -> None:
        self._clock, self._hands = clock, hands
        self._following = Following(clock, hands, heard)
        self._paused, self._tempo_bpm = hands.paused, self._wished_bpm

    @property
    def _wished_bpm(self) -> float | None:
        tempo_bpm = self._hands.player.controls()["tempo_bpm"]
        return None if tempo_bpm is None else float(tempo_bpm)

    def turn(self, now_ns: int) -> None:
        """Tell and follow; a hundred times a second, with the time of the monotonic clock."""
        if self._hands.paused != self._paused:
            self._clock.tell_playing(not self._hands.paused)
        wished_bpm = self._wished_bpm
        if wished_bpm is not None and wished_bpm != self._tempo_bpm:
            self._clock.tell_tempo(wished_bpm)
        self._clock.keep_bar(self._hands.player.next_beat.bar_beats)
        self._clock.turn()
        self._following.turn(now_ns)
        self._paused, self._tempo_bpm = self._hands.paused, self._wished_bpm
