"""Before a server stops: everybody gets enough to play on until the next one is there.

It is done while acks are still heard, so nobody starves while others are fed. Then nothing more is
rendered, and all of it leaves: what a listener was not sent would have to be rendered again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from genmusic.config import Settings
from genmusic.server.rendering import RenderPool
from genmusic.session.clock import Clock
from genmusic.session.session import Session

TICK_SECONDS = 0.02
LAST_HOPS_SECONDS = 0.5  # for what is being rendered to leave


class Fed(Protocol):
    """Whoever plays a session."""

    @property
    def keeps_up(self) -> bool:
        """Whether all that was rendered for it has been sent."""

    def nudge(self) -> None:
        """Something may be due."""


async def feed(
    players: Mapping[Session, Fed], pool: RenderPool, settings: Settings, clock: Clock
) -> None:
    """Fill everybody's buffer, for as long as the settings allow, and render nothing after that."""
    for session, player in players.items():
        session.pacing.last()
        player.nudge()
    hungry = set(players)

    def all_fed() -> bool:
        """Whether everybody was full once: who has room for less than a hop of a row is."""
        now = clock()
        hungry.intersection_update(
            [s for s in hungry if s.has_room(settings.shared_chunk_frames, now)]
        )
        return not hungry

    await _until(all_fed, settings.drain_seconds, clock)
    for session in players:
        session.pacing.stop()
    behind = [player for player in players.values() if not player.keeps_up]
    await _until(lambda: pool.still and all(p.keeps_up for p in behind), LAST_HOPS_SECONDS, clock)


async def _until(reached: Callable[[], bool], seconds: float, clock: Clock) -> None:
    """Look again and again, within a time; a tick may be long on a busy machine."""
    end = clock() + seconds
    for _ in range(round(seconds / TICK_SECONDS)):
        if reached() or clock() >= end:
            return
        await asyncio.sleep(TICK_SECONDS)
