"""How busy the rendering threads are, and how long one hop to a thread takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from genmusic.session.clock import Clock, monotonic_seconds

Result = TypeVar("Result")

WINDOW_SECONDS = 5.0  # over which the load is a mean: long against a chunk, short against a rush
REMEMBERED_HOPS = 2_000
RARE = 0.99


class LoadMeter:
    """Times work in threads; called from all of them."""

    def __init__(self, threads: int, clock: Clock = monotonic_seconds) -> None:
        self._threads = threads
        self._clock = clock
        self._began = clock()
        self._hops: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_HOPS)  # end, seconds
        self.busy_seconds = 0.0

    def time(self, work: Callable[[], Result]) -> Result:
        """Do the work, and remember how long it took."""
        began = self._clock()
        try:
            return work()
        finally:
            ended = self._clock()
            self._hops.append((ended, ended - began))
            self.busy_seconds += ended - began

    @property
    def load(self) -> float:
        """The share of the last seconds for which the threads were busy, 0..1."""
        now = self._clock()
        window = min(WINDOW_SECONDS, max(now - self._began, 1e-3))
        busy = sum(min(took, ended - now + window) for ended, took in self._recent(now - window))
        return min(busy / (window * self._threads), 1.0)

    def _recent(self, since: float) -> list[tuple[float, float]]:
        return [hop for hop in tuple(self._hops) if hop[0] > since]

    @property
    def rare_seconds(self) -> float:
        """The 99th percentile of the last hops; 0 before the first."""
        lengths = sorted(took for _, took in tuple(self._hops))
        return lengths[int(RARE * (len(lengths) - 1))] if lengths else 0.0
