"""The one place that reads a clock.

Nothing that sounds depends on it: it paces delivery, measures patience, and lets tokens expire.
"""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds from an arbitrary start, never backwards."""


def monotonic_seconds() -> float:
    """Seconds of the machine's monotonic clock."""
    return time.monotonic()


def wall_seconds() -> float:
    """Seconds since 1970, as the machine believes; it may jump."""
    return time.time()
