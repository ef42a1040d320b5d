"""Pacing by the listener's own audio clock: how far it has heard decides how far to render.

A server's clock would drift against the listener's: 1 % fills or empties a buffer in a minute.
"""

from __future__ import annotations

from genmusic.config import Settings
from genmusic.units import SAMPLE_RATE

THROTTLE_SECONDS = 0.05  # how soon a client that plays too fast is looked at again


class Pacing:
    """How far a listener has heard, on whose word, and whether there is anyone to render for."""

    def __init__(self, settings: Settings, now: float) -> None:
        self._settings = settings
        self.join(0, now)

    def join(self, played: int, now: float) -> None:
        """A connection begins, playing, with all before ``played`` heard."""
        self.paused = False
        self._claimed = self._base = played
        self._heard_seconds = self._base_seconds = now

    def acknowledge(self, played: int, now: float) -> None:
        """The listener's audio clock stands at ``played``."""
        self._claimed = max(self._claimed, played)
        self._heard_seconds = now

    def pause(self, paused: bool, now: float) -> None:
        """Stop or go on; patience starts anew."""
        self.paused = paused
        self._heard_seconds = now

    def played(self, now: float) -> int:
        """The frame the listener has heard; no audio clock runs ``play_speed_limit`` times."""
        return min(self._claimed, self._ceiling(now))

    def _ceiling(self, now: float) -> int:
        elapsed = (now - self._base_seconds) * self._settings.play_speed_limit
        return self._base + self._settings.lookahead_frames + int(elapsed * SAMPLE_RATE)

    def resting(self, now: float) -> bool:
        """Whether nothing is rendered: paused, or no word for ``rest_seconds``."""
        return self.paused or now - self._heard_seconds >= self._settings.rest_seconds

    def wait_seconds(self, now: float) -> float:
        """How long nothing changes without a word of the listener; 0 or less: give it up."""
        limits = self._settings
        allowed = limits.pause_seconds if self.paused else limits.stalled_seconds
        patience = self._heard_seconds + allowed - now
        return min(patience, THROTTLE_SECONDS) if self._claimed > self._ceiling(now) else patience
