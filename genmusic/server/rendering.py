"""Threads that render, and who goes first: the listener whose buffer runs dry first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from genmusic.server.load import LoadMeter
from genmusic.server.workers import Workers

Result = TypeVar("Result")


class RenderPool:
    """As many threads as cores it may use.

    Kernels and codecs release the GIL, so the event loop stays free.

    Work that waits is ordered by deadline, earliest first.
    """

    def __init__(self, threads: int = 0) -> None:
        self._threads = self._free = threads or len(os.sched_getaffinity(0))
        self.meter = LoadMeter(self._threads)
        self._workers = Workers(self._threads, "render")
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def crowded(self, before: float) -> bool:
        """Whether work waits for a thread that must be done before a time."""
        return bool(self._waiting) and self._waiting[0][0] < before

    @property
    def still(self) -> bool:
        """Whether no thread has anything to do."""
        return self._free == self._threads

    async def run(self, deadline: float, work: Callable[[], Result]) -> Result:
        """The result of the work, done in a thread as soon as its turn comes."""
        async with self.turn(deadline):
            return await self.do(work)

    @asynccontextmanager
    async def turn(self, deadline: float) -> AsyncIterator[None]:
        """Wait for a thread, then have it for a while: what is to be done is decided there."""
        await self._turn(deadline)
        try:
            yield
        finally:
            self._next()

    async def do(self, work: Callable[[], Result], due: float = 0.0) -> Result:
        """The result of work in a turn; it was ``due``, or will be."""
        began = self.meter.begin()
        try:
            return await self._workers.do(work)
        finally:
            self.meter.end(began, due)

    async def _turn(self, deadline: float) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (deadline, next(self._order), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the turn came, and nobody takes it
                self._next()
            raise

    def _next(self) -> None:
        """Hand a free thread to the most urgent work that still waits."""
        while self._waiting:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        """Wait for what is being rendered, and end the threads."""
        self._workers.close()
