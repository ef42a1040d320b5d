"""The one place that reads a clock.

Nothing that sounds depends on it: it paces delivery and measures patience.
"""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds from an arbitrary start, never backwards."""


def monotonic_seconds() -> float:
    """Seconds of the machine's monotonic clock."""
    return time.monotonic()
