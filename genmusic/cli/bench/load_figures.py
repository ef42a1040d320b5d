"""How many listeners one core serves: the server has a core to itself, its listeners the others.

What a listener costs is CPU time of all threads of the server's process, per second of sound that
was heard; how many it serves is found by trying. Everybody hears a piece of their own, and none of
them is given a cheaper encoder because the server is busy.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np

from genmusic.cli.bench.circumstances import Circumstances
from genmusic.cli.bench.ears import Ear
from genmusic.cli.bench.figures import Figure, at_least, at_most
from genmusic.cli.bench.stream_server import Server, running_server
from genmusic.errors import ServerError
from genmusic.units import SAMPLE_RATE

GOALS = {"opus": 150, "pcm16": 800}  # listeners per core
CROWDS = (12, 48, 96)  # what a listener costs among so many
MOST = 1_000
FIRST_SHARE = 0.75  # of the listeners that the first cost promises: where the search begins
STEP = 1.07  # from one try to the next
COST_SECONDS = 10.0
TRY_SECONDS = 12.0
ARRIVAL_SECONDS = 0.1  # a newcomer wants a second and a half of sound at once
SETTLE_SECONDS = 5.0
LOOK_SECONDS = 1.0
LATE_MS = 200.0


@dataclass(frozen=True, slots=True)
class Load:
    """What to try: so many listeners, or as many as one core serves; for how long in the end."""

    codecs: Sequence[str]
    listeners: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Service:
    """How some listeners were served for a while."""

    listeners: int
    cost_ms: float  # of CPU for each second that one of them heard
    share: float  # of its core that the server used, 0..1
    underruns: int
    late_ms: float  # p99
    least_buffer_seconds: float
    slowest_percent: float  # of the listeners' core, ten seconds against its median

    @property
    def good(self) -> bool:
        """Whether everybody had all in time."""
        return self.underruns == 0 and self.late_ms <= LATE_MS


class Crowd:
    """Listeners who come and go."""

    def __init__(self, server: Server, codec: str, web: aiohttp.ClientSession) -> None:
        self._server, self._codec, self._web = server, codec, web
        self._ears: list[Ear] = []
        self._leaving: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    async def become(self, listeners: int) -> None:
        """Let newcomers come, or the last ones go, and wait until all is calm."""
        while len(self._ears) < listeners:
            ear, leave = Ear(self._codec, self._server.stream), asyncio.Event()
            self._ears.append(ear)
            self._leaving.append((leave, asyncio.create_task(ear.listen(self._web, leave))))
            await asyncio.sleep(ARRIVAL_SECONDS)
        going, self._leaving = self._leaving[listeners:], self._leaving[:listeners]
        del self._ears[listeners:]
        for leave, _ in going:
            leave.set()
        await asyncio.gather(*(task for _, task in going))
        await asyncio.sleep(SETTLE_SECONDS)

    async def hear(self, seconds: float) -> Service:
        """Do nothing but listen for a while."""
        for ear in self._ears:
            ear.late_ms.clear()
            ear.underruns = 0
        loop = asyncio.get_running_loop()
        begin, cpu, since = self._heard(), self._server.cpu_seconds(), loop.time()
        circumstances = Circumstances(self._least_buffer_seconds)
        while (left := since + seconds - loop.time()) > 0.0:
            await asyncio.sleep(min(left, LOOK_SECONDS))
            circumstances.look()
        heard_seconds = (self._heard() - begin) / SAMPLE_RATE
        used = self._server.cpu_seconds() - cpu
        late = [wait for ear in self._ears for wait in ear.late_ms]
        return Service(
            len(self._ears),
            1e3 * used / heard_seconds if heard_seconds else float("inf"),
            used / (loop.time() - since),
            sum(ear.underruns for ear in self._ears),
            float(np.percentile(late, 99)) if late else float("inf"),
            circumstances.least_buffer_seconds,
            circumstances.slowest_percent,
        )

    def _least_buffer_seconds(self) -> float:
        return min((ear.end - ear.played for ear in self._ears), default=0) / SAMPLE_RATE

    def _heard(self) -> int:
        return sum(ear.end for ear in self._ears)


def load_figures(load: Load) -> Iterator[Figure]:
    """Every figure of a server that has one core, one after the other."""
    with tempfile.TemporaryDirectory(prefix="genmusic-bench-") as name, _cores_apart() as core:
        folder = Path(name)
        most = load.listeners or MOST
        with running_server(folder, most, core=core):
            pass  # the kernels are compiled now
        for codec in load.codecs:
            with running_server(folder, most, core=core) as server:
                server.wait_until_calm()
                yield from asyncio.run(_codec_figures(server, codec, load))


@contextmanager
def _cores_apart() -> Iterator[int]:
    """A core for the server, which this process leaves alone."""
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        raise ServerError("the load of one core needs another for its listeners; here is only one")
    core = max(cores)
    os.sched_setaffinity(0, cores - {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, cores)


@asynccontextmanager
async def _crowd(server: Server, codec: str) -> AsyncIterator[Crowd]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as web:
        crowd = Crowd(server, codec, web)
        yield crowd
        await crowd.become(0)


async def _codec_figures(server: Server, codec: str, load: Load) -> list[Figure]:
    figures: list[Figure] = []
    async with _crowd(server, codec) as crowd:
        if load.listeners is None:
            costs = [await _cost(crowd, count) for count in CROWDS]
            figures += _flatness(costs, codec)
            await _search(crowd, int(FIRST_SHARE * 1e3 / costs[-1].cost_ms))
        else:
            await crowd.become(load.listeners)
        service = await crowd.hear(load.seconds)
    return [*figures, *_service_figures(service, codec, load)]


async def _cost(crowd: Crowd, listeners: int) -> Service:
    await crowd.become(listeners)
    return await crowd.hear(COST_SECONDS)


def _flatness(costs: Sequence[Service], codec: str) -> Iterator[Figure]:
    for cost in costs:
        name = f"a listener among {cost.listeners}, {codec}"
        yield Figure(name, cost.cost_ms, "ms CPU per s", "")
    least = min(cost.cost_ms for cost in costs)
    rise = 100.0 * (costs[-1].cost_ms / least - 1.0)
    yield at_most(f"… and the cost among {costs[-1].listeners} above its minimum", rise, "%", 30.0)


async def _search(crowd: Crowd, first: int) -> None:
    """Leave as many listeners as are served well for a while: more and more, until it fails."""
    tried = first
    await crowd.become(tried)
    while (await crowd.hear(TRY_SECONDS)).good and tried < MOST:
        tried = min(round(STEP * tried) + 1, MOST)
        await crowd.become(tried)
    while tried > 1:
        tried = round(tried / STEP)
        await crowd.become(tried)
        if (await crowd.hear(TRY_SECONDS)).good:
            return


def _service_figures(service: Service, codec: str, load: Load) -> Iterator[Figure]:
    who = f"{service.listeners} listeners, {codec}"
    if load.listeners is None:
        served = service.listeners if service.good else 0
        yield at_least(f"listeners that one core serves, {codec}", served, "", GOALS[codec])
    yield at_most(f"underruns of {who}, {load.seconds:.0f} s", service.underruns, "", 0)
    yield at_most(f"chunks late after their ack, p99, {who}", service.late_ms, "ms", LATE_MS)
    yield Figure(f"least in hand of {who}", service.least_buffer_seconds, "s", "")
    yield Figure(f"slowest 10 s of this machine, {who}", service.slowest_percent, "% slower", "")
    yield Figure(f"the server's core, {who}", 100.0 * service.share, "% used", "")
    yield at_least(
        f"listeners per core by CPU time, {who}", 1e3 / service.cost_ms, "", GOALS[codec]
    )
