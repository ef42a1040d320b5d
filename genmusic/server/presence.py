"""A connection's hold on a session: taking it, letting it play, giving it back in any case."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from genmusic.errors import GenmusicError, ProtocolError
from genmusic.server import journal
from genmusic.server.listeners import Listeners
from genmusic.server.player import Player
from genmusic.session.requests import Answer
from genmusic.session.session import Session


class Presence:
    """One connection that plays at most one session; a kind of connection converses in its way."""

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._session: Session | None = None
        self._player: Player | None = None
        self._dismissed: asyncio.Future[ProtocolError] = asyncio.Future()
        self._settled = asyncio.Event()

    async def converse(self) -> None:
        """Do what this kind of connection does, until it ends."""
        raise NotImplementedError

    @property
    def over(self) -> bool:
        """Whether the listener has ended the session for good."""
        return False

    # For the others

    def dismiss(self, reason: ProtocolError) -> None:
        """End soon, for a reason that lies elsewhere."""
        if not self._dismissed.done():
            self._dismissed.set_result(reason)

    def nudge(self) -> None:
        """Something may be due."""
        if self._player is not None:
            self._player.nudge()

    @property
    def keeps_up(self) -> bool:
        """Whether all that was rendered for it has been sent."""
        return self._player is None or self._player.keeps_up

    async def settled(self) -> None:
        """Wait until nothing of this connection renders any more."""
        await self._settled.wait()

    async def ask(self, controls: Mapping[str, object] | None) -> Answer | None:
        """What becomes of a request that came another way; None when nobody plays any more."""
        return None if self._player is None else await self._player.ask(controls)

    # For the kinds

    async def outcome(self) -> GenmusicError | None:
        """Converse; why it ended, or None when the listener left."""
        failed = False
        try:
            await self.converse()
        except GenmusicError as error:
            return error
        except ConnectionError:
            return None
        except Exception as error:
            journal.write_failure("failed", error)
            failed = True
            return ProtocolError("the server failed; this session is lost", "internal")
        finally:
            for_good = failed or self.over
            await asyncio.shield(asyncio.ensure_future(self._settle(for_good=for_good)))
        return None

    async def race(self, *halves: Coroutine[Any, Any, None]) -> None:
        """Run side by side until the first ends, or the connection is dismissed."""
        tasks = [asyncio.create_task(half) for half in halves]
        try:
            either: list[asyncio.Future[Any]] = [*tasks, self._dismissed]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = [task for task in tasks if task.done()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._dismissed.done():
            raise self._dismissed.result()
        errors = [error for task in ended if (error := task.exception()) is not None]
        for error in sorted(errors, key=lambda error: isinstance(error, ConnectionError)):
            raise error  # a lost line may be the consequence of another error

    async def _settle(self, *, for_good: bool) -> None:
        if self._player is not None:
            await self._player.settle()
        if self._session is not None:
            self._listeners.leave(self._session, for_good=for_good)
        self._settled.set()
