"""When a frame is heard: the device's frames on the machine's clock."""

from __future__ import annotations

from collections import deque

from genmusic.units import SAMPLE_RATE

NS = 1_000_000_000
MOST_STANDS = 25  # looks without a change, at a hundred a second: the device stands still
SAMPLES = 256  # at a hundred a second: long enough to meet a fresh position, short enough for drift


class FrameClock:
    """The straight line between frames played and nanoseconds.

    A position is right at the moment in which the device asks for more, and grows stale until it
    asks again; so of some seconds' worth the freshest one counts.
    """

    def __init__(self) -> None:
        self._leads: deque[int] = deque(maxlen=SAMPLES)
        self._lead = 0
        self._played, self._stands = -1, 0

    def see(self, played: int, now_ns: int) -> None:
        """The device has played so many frames by now; while it stands, nothing is seen."""
        if played == self._played:
            self._stands += 1
            if self._stands > MOST_STANDS:
                self._leads.clear()
            return
        self._played, self._stands = played, 0
        self._leads.append(played * NS // SAMPLE_RATE - now_ns)
        self._lead = max(self._leads)

    @property
    def is_set(self) -> bool:
        """Whether there is something to go by."""
        return bool(self._leads)

    def time_of(self, frame: int) -> int:
        """When a frame is asked for, in ns of the monotonic clock."""
        return frame * NS // SAMPLE_RATE - self._lead

    def frame_at(self, time_ns: int) -> int:
        """The frame that is asked for at a time."""
        return (time_ns + self._lead) * SAMPLE_RATE // NS
