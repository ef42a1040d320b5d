"""Threads that take work from the event loop, for half of what `asyncio` and `concurrent` take.

There a piece of work is two futures, a condition and four callbacks; here it is one future.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Workers:
    """So many threads; each begins when there is work that the others may not come to."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def do(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """What the work gives; once begun, it goes on whoever waits for it."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if len(self._threads) < self._most:
            name = f"{self._name}_{len(self._threads)}"
            self._threads.append(Thread(target=self._work, name=name, daemon=True))
            self._threads[-1].start()
        self._jobs.put((work, future))
        return future

    def close(self) -> None:
        """Wait for what was begun; the rest is given up."""
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is not None:
                _tell(job[1], job[1].cancel)
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future = job
            try:
                result = work()
            except BaseException as error:
                _tell(future, _fail, future, error)
            else:
                _tell(future, _end, future, result)
                del result
            del job, work, future  # a thread that waits holds nothing


def _tell(future: asyncio.Future[Any], what: Callable[..., object], *given: object) -> None:
    """Have the loop of a future do something, unless it is closed."""
    try:
        future.get_loop().call_soon_threadsafe(what, *given)
    except RuntimeError:
        return


def _end(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
