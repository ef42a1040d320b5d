"""Pacing by the listener's own audio clock: how far it has heard decides how far to render.

A server's clock would drift against the listener's: 1 % fills or empties a buffer in a minute.
"""

from __future__ import annotations

from genmusic.config import Settings
from genmusic.units import SAMPLE_RATE

THROTTLE_SECONDS = 0.05  # how soon a client that plays too fast is looked at again
SURVEY_SECONDS = 10.0  # over which the steadiness of acks is judged
STALLS = 2.0  # a look-ahead of twice the worst stall survives it


class Steadiness:
    """By how much a listener's acks come sooner or later than an even clock would send them."""

    def __init__(self) -> None:
        self._begun = -1.0
        self._least = self._most = 0.0
        self.spread_seconds: float | None = None  # of the last whole survey

    def note(self, played: int, now: float) -> bool:
        """An ack came; whether a survey ends with it."""
        lag = now - played / SAMPLE_RATE
        if self._begun < 0.0:
            self._begin(lag, now)
        if lag < self._least:
            self._least = lag
        elif lag > self._most:
            self._most = lag
        if now - self._begun < SURVEY_SECONDS:
            return False
        self.spread_seconds = self._most - self._least
        self._begin(lag, now)
        return True

    def _begin(self, lag: float, now: float) -> None:
        self._begun, self._least, self._most = now, lag, lag

    def interrupt(self) -> None:
        """The clock stands still for a while, on purpose."""
        self._begun = -1.0


class Pacing:
    """How far a listener has heard, on whose word, and whether there is anyone to render for."""

    def __init__(self, settings: Settings, now: float) -> None:
        self._settings = settings
        self._lead_frames = settings.lookahead_frames
        self._steadiness = Steadiness()
        self.lasting = False
        """Whether the server is about to stop."""
        self._stopped = False
        self.lookahead_frames = self._lead_frames
        """How far to render ahead: twice the worst stall of late, within the settings."""
        self.reserve_frames = 0
        """… and how far in time that is left; never less."""
        self._look_ahead()
        self.join(0, now)

    def join(self, played: int, now: float) -> None:
        """A connection begins, playing, with all before ``played`` heard."""
        self.paused = False
        self.claimed = self._base = played
        self._heard_seconds = self._base_seconds = now
        self._steadiness.interrupt()

    def acknowledge(self, played: int, now: float) -> None:
        """The listener's audio clock stands at ``played``."""
        self.claimed = max(self.claimed, played)
        self._heard_seconds = now
        if not self.paused and self._steadiness.note(played, now):
            self._look_ahead()

    def pause(self, paused: bool, now: float) -> None:
        """Stop or go on; patience starts anew."""
        self.paused = paused
        self._heard_seconds = now
        self._steadiness.interrupt()

    def last(self) -> None:
        """Render, from now on, as much as a listener can hold."""
        self.lasting = True
        self._look_ahead()

    def stop(self) -> None:
        """Render nothing more, whatever is heard."""
        self._stopped = True
        self._look_ahead()

    def _look_ahead(self) -> None:
        limits, spread = self._settings, self._steadiness.spread_seconds
        if self._stopped:
            seconds = 0.0
        elif self.lasting:
            seconds = limits.drain_lookahead_seconds
        elif spread is not None:
            wanted = limits.least_lookahead_seconds + STALLS * spread
            seconds = min(wanted, limits.most_lookahead_seconds)
        else:
            seconds = limits.lookahead_seconds
        reserve = 0.0 if self._stopped else limits.reserve_seconds
        self.lookahead_frames = round(seconds * SAMPLE_RATE)
        self.reserve_frames = round(max(seconds, reserve) * SAMPLE_RATE)

    def played(self, now: float) -> int:
        """The frame the listener has heard; no audio clock runs ``play_speed_limit`` times."""
        return min(self.claimed, self._ceiling(now))

    def ear(self, now: float) -> int:
        """About the frame that is heard now: the clock has gone on since the last word of it."""
        gone = 0.0 if self.paused else now - self._heard_seconds
        return self.played(now) + int(gone * SAMPLE_RATE)

    def _ceiling(self, now: float) -> int:
        elapsed = (now - self._base_seconds) * self._settings.play_speed_limit
        return self._base + self._lead_frames + int(elapsed * SAMPLE_RATE)

    def resting(self, now: float) -> bool:
        """Whether nothing is rendered: paused, or no word for ``rest_seconds``."""
        return self.paused or now - self._heard_seconds >= self._settings.rest_seconds

    def wait_seconds(self, now: float) -> float:
        """How long nothing changes without a word of the listener; 0 or less: give it up."""
        limits = self._settings
        allowed = limits.pause_seconds if self.paused else limits.stalled_seconds
        patience = self._heard_seconds + allowed - now
        return min(patience, THROTTLE_SECONDS) if self.claimed > self._ceiling(now) else patience
