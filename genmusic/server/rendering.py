"""Threads that render, and who goes first: the listener whose buffer runs dry first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
from collections.abc import Callable
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

    @property
    def crowded(self) -> bool:
        """Whether work waits for a thread."""
        return bool(self._waiting)

    @property
    def still(self) -> bool:
        """Whether no thread has anything to do."""
        return self._free == self._threads

    @property
    def idle(self) -> bool:
        """Whether a thread has nothing to do."""
        return self._free > 0

    async def run(self, deadline: float, work: Callable[[], Result]) -> Result:
        """The result of the work, done in a thread as soon as its turn comes."""
        await self._turn(deadline)
        began = self.meter.begin()
        try:
            return await self._workers.do(work)
        finally:
            self.meter.end(began)
            self._next()

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
