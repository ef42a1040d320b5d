"""What a run that failed is judged by: how little listeners had in hand, and the machine meanwhile.

Neighbours of a virtual machine take cores, caches and clock rate for a quarter of a minute, and the
same work takes a quarter longer then.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

SPELL_LOOKS = 10  # a look a second: long enough to empty a buffer
WORK_ADDITIONS = 20_000  # 1 ms
WORK_REPEATS = 3  # the first finds cold caches


class Circumstances:
    """Notes, at every look, the least buffer and the CPU time of a constant piece of work."""

    def __init__(self, least_seconds: Callable[[], float]) -> None:
        self._least_seconds = least_seconds
        self._buffers: list[float] = []
        self._works: list[float] = []

    def look(self) -> None:
        """Note how things are now."""
        self._buffers.append(self._least_seconds())
        self._works.append(min(_work_seconds() for _ in range(WORK_REPEATS)))

    @property
    def least_buffer_seconds(self) -> float:
        """The least that anybody had in hand at a look."""
        return min(self._buffers, default=0.0)

    @property
    def slowest_percent(self) -> float:
        """How much longer the work took in the slowest ten seconds than in most; 0 if too few."""
        return slowest_percent(self._works)


def slowest_percent(works: list[float]) -> float:
    """By how much the slowest run of looks exceeds the median of all."""
    spells = [works[first:][:SPELL_LOOKS] for first in range(len(works) - SPELL_LOOKS + 1)]
    if not spells:
        return 0.0
    slowest = max(statistics.median(spell) for spell in spells)
    return 100.0 * (slowest / statistics.median(works) - 1.0)


def _work_seconds() -> float:
    """CPU time, not wall time: who shares the core may run meanwhile."""
    begin, total = time.thread_time_ns(), 0
    for number in range(WORK_ADDITIONS):
        total += number
    return (time.thread_time_ns() - begin) * 1e-9
