"""The clock of listeners who do not tell how far they have heard."""

from __future__ import annotations

from genmusic.units import SAMPLE_RATE


class WallClock:
    """What a player has presumably heard: real time since the beginning, less its pauses.

    The server's clock may drift against the player's; a player that reads too slowly stops
    reading, which `sent` notices and allows for.
    """

    def __init__(self, start_frame: int, lead_seconds: float, now: float) -> None:
        self._start_frame = start_frame
        self._lead_frames = round(lead_seconds * SAMPLE_RATE)
        self._started = now
        self._end = start_frame

    def sent(self, end: int, now: float) -> None:
        """Sound up to ``end`` has left; if that is in the past, the player has paused until now."""
        self._end = end
        late = self._elapsed_frame(now) - end
        if late > 0:
            self._started += late / SAMPLE_RATE

    def heard(self, now: float) -> int:
        """The frame to acknowledge: ahead of real time by the lead, never beyond what was sent."""
        return min(self._elapsed_frame(now) + self._lead_frames, self._end)

    def _elapsed_frame(self, now: float) -> int:
        return self._start_frame + int((now - self._started) * SAMPLE_RATE)
