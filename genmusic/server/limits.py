"""How fast a client may talk."""

from __future__ import annotations

from genmusic.errors import ProtocolError

BURST_SECONDS = 2.0
RETRY_SECONDS = 5.0


class RateLimit:
    """A token bucket: ``per_second`` on average, some seconds' worth at once."""

    def __init__(
        self, what: str, per_second: float, now: float, burst_seconds: float = BURST_SECONDS
    ) -> None:
        self._what = what
        self._per_second = per_second
        self._tokens = self._burst = per_second * burst_seconds
        self._filled_at = now

    def take(self, now: float) -> None:
        """Count one, or raise `ProtocolError` when it is one too many."""
        gained = (now - self._filled_at) * self._per_second
        self._tokens = min(self._burst, self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1:
            raise ProtocolError(
                f"more than {self._per_second:g} {self._what} a second",
                "too_fast",
                retry_after=RETRY_SECONDS,
            )
        self._tokens -= 1
