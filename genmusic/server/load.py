"""How busy the rendering threads are, and how long one hop to a thread takes."""

from __future__ import annotations

from collections import deque

from genmusic.session.clock import Clock, monotonic_seconds

WINDOW_SECONDS = 5.0  # over which the load is a mean: long against a chunk, short against a rush
LOOK_SECONDS = 0.1  # between two measurements: a crowd asks often
REMEMBERED_HOPS = 4_000
RARE = 0.99


class LoadMeter:
    """Times work in threads, from the event loop: a loop that lags makes the threads busy, too."""

    def __init__(self, threads: int, clock: Clock = monotonic_seconds) -> None:
        self._threads = threads
        self._clock = clock
        self._hops: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_HOPS)  # when, seconds
        self.busy_seconds = 0.0
        self._looked_at, self._load = -LOOK_SECONDS, 0.0

    def begin(self) -> float:
        """A thread is given away: when that was, for `end`."""
        return self._clock()

    def end(self, began: float, due: float = 0.0) -> None:
        """The thread is free again; work that was not due is a load when it would have been."""
        ended = self._clock()
        self._hops.append((max(ended, due), ended - began))
        self.busy_seconds += ended - began

    @property
    def load(self) -> float:
        """The share of the last seconds for which the threads had to be busy, 0..1."""
        now = self._clock()
        if now >= self._looked_at + LOOK_SECONDS:
            self._looked_at, self._load = now, self._measure(now - WINDOW_SECONDS, now)
        return self._load

    def _measure(self, since: float, now: float) -> float:
        recent = [hop for hop in tuple(self._hops) if since < hop[0] <= now]
        busy = sum(min(took, ended - since) for ended, took in recent)
        return min(busy / (WINDOW_SECONDS * self._threads), 1.0)

    @property
    def rare_seconds(self) -> float:
        """The 99th percentile of the last hops; 0 before the first."""
        lengths = sorted(took for _, took in tuple(self._hops))
        return lengths[int(RARE * (len(lengths) - 1))] if lengths else 0.0
