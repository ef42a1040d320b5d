"""What a figure is, and how CPU time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    name: str
    value: float
    unit: str
    reach: str  # what the design asks for
    low_is_good: bool | None = None  # None: the goal is not a plain bound
    goal: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is met; None where there is no plain one."""
        if self.goal is None or self.low_is_good is None:
            return None
        return self.value <= self.goal if self.low_is_good else self.value >= self.goal


def at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    """A figure that should stay small."""
    return Figure(name, value, unit, f"≤ {goal:g}", True, goal)


def at_least(name: str, value: float, unit: str, goal: float) -> Figure:
    """A figure that should be large."""
    return Figure(name, value, unit, f"≥ {goal:g}", False, goal)


@dataclass(slots=True)
class Stopwatch:
    """CPU seconds of this process; the machines are shared, so wall time would mislead."""

    seconds: float = 0.0


@contextmanager
def cpu_time() -> Iterator[Stopwatch]:
    """Measure the CPU time of a block."""
    watch = Stopwatch()
    start = time.process_time()
    yield watch
    watch.seconds = time.process_time() - start


def best_cpu_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The least CPU time of some runs."""
    best = float("inf")
    for _ in range(repeats):
        with cpu_time() as watch:
            work()
        best = min(best, watch.seconds)
    return best
