"""A timer that is set again and again, mostly for later: it is left as it is until it rings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from genmusic.session.clock import Clock


class Alarm:
    """Rings at the time it was set to or before: whoever is woken looks at the clock.

    A listener's patience moves on with every ack. A timer for each would cost more than the ack.
    """

    def __init__(self, ring: Callable[[], None], clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        self._rings_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def at(self, seconds: float) -> None:
        """Ring when the clock says so, unless it rings before."""
        if self._timer is not None:
            if self._rings_at <= seconds:
                return
            self._timer.cancel()
        self._rings_at = seconds
        wait = max(seconds - self._clock(), 0.0)
        self._timer = asyncio.get_running_loop().call_later(wait, self._go_off)

    def cancel(self) -> None:
        """Do not ring any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_off(self) -> None:
        self._timer = None
        self._ring()
