"""What each address may ask for: requests, new sessions, and sessions at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.server.limits import RateLimit

MOST_ADDRESSES = 65_536  # that are remembered, some 60 MB; whoever was silent longest is forgotten
JOIN_BURST_SECONDS = 10.0  # a family presses play
OFFENCE_BURST_SECONDS = 100.0
FULL_RETRY_SECONDS = 10.0
OFFENCES = frozenset(
    {"protocol", "token", "no_session", "too_fast", "stalled", "bad_request", "request_timeout",
     "request_entity_too_large", "misdirected_request", "forbidden"}
)  # fmt: skip
"""Codes of refusals. One is an accident, ten in a row are not."""


@dataclass(slots=True)
class Visitor:
    """What one address has asked for lately."""

    requests: RateLimit
    joins: RateLimit
    offences: RateLimit
    banned_until: float = 0.0
    joining: int = 0
    sessions: set[str] = field(default_factory=set)


class AddressBook:
    """Counts by address; None is a program of ours, which is not counted."""

    def __init__(self, settings: Settings, is_alive: Callable[[str], bool]) -> None:
        self._settings = settings
        self._is_alive = is_alive
        self._all_joins = RateLimit("new sessions", settings.all_joins_per_second, 0.0)
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()

    def __len__(self) -> int:
        return len(self._visitors)

    def request(self, address: str | None, now: float) -> None:
        """Count a request, or raise `ProtocolError` when it is one too many."""
        if address is None:
            return
        if self.banned(address, now):
            raise ProtocolError(
                "too many wrong requests came from this address; come back later",
                "too_fast",
                retry_after=self._settings.ban_seconds,
            )
        self._visitor(address, now).requests.take(now)

    def offend(self, address: str | None, code: str, now: float) -> None:
        """Count a refusal that a well-made client gives no cause for; too many shut the door."""
        if address is None or code not in OFFENCES:
            return
        visitor = self._visitor(address, now)
        try:
            visitor.offences.take(now)
        except ProtocolError:
            visitor.banned_until = now + self._settings.ban_seconds

    def banned(self, address: str, now: float) -> bool:
        """Whether an address is to be left outside for a while."""
        visitor = self._visitors.get(address)
        return visitor is not None and now < visitor.banned_until

    @contextmanager
    def join(self, address: str | None, now: float) -> Iterator[Callable[[str], None]]:
        """Let an address begin a session, and take down its name; `ProtocolError` if it may not."""
        if address is None:
            yield lambda _session_id: None
            return
        visitor = self._visitor(address, now)
        visitor.joins.take(now)
        self._all_joins.take(now)
        visitor.sessions = {name for name in visitor.sessions if self._is_alive(name)}
        limit = self._settings.sessions_per_address
        if len(visitor.sessions) + visitor.joining >= limit:
            raise ProtocolError(
                f"{limit} sessions at a time are all that one address may have",
                "full",
                retry_after=FULL_RETRY_SECONDS,
            )
        visitor.joining += 1
        try:
            yield visitor.sessions.add
        finally:
            visitor.joining -= 1

    def _visitor(self, address: str, now: float) -> Visitor:
        if address not in self._visitors:
            self._visitors[address] = self._new_visitor(now)
            if len(self._visitors) > MOST_ADDRESSES:
                self._visitors.popitem(last=False)
        self._visitors.move_to_end(address)
        return self._visitors[address]

    def _new_visitor(self, now: float) -> Visitor:
        limits = self._settings
        return Visitor(
            RateLimit("requests", limits.requests_per_second, now),
            RateLimit("new sessions", limits.joins_per_second, now, JOIN_BURST_SECONDS),
            RateLimit("offences", limits.offences_per_second, now, OFFENCE_BURST_SECONDS),
        )
