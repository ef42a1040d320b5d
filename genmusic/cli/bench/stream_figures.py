"""Figures of the server, which is a process of its own; the listeners are in this one.

Every figure of cost is CPU time of the server's process: on a shared machine wall time misleads.
Underruns, lateness and the way of a change to the ear are wall time, and grow when the machine is
busy with other things.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np

from genmusic.cli.bench.ears import Ear
from genmusic.cli.bench.figures import Figure, at_least, at_most
from genmusic.cli.bench.stream_server import Server, running_server
from genmusic.units import SAMPLE_RATE

LISTENERS = 48  # three full racks
LISTEN_SECONDS = 10.0
ARRIVAL_SECONDS = 0.02  # between two listeners
SETTLE_SECONDS = 3.0  # until everybody holds the look-ahead, and has a place
FILL_SECONDS = 10.0  # and moments to go back to, and delay lines that are full
MANY = 1_000  # listeners whose memory is reckoned
CHANGES = 200
CHANGING = 10  # listeners who make them
CHANGE_SECONDS = 0.5  # between two of one listener
CUTS = 20
AFTER_SECONDS = 4.0  # to hear what came of something
RESTARTED = 16  # listeners of the server that is stopped and started again


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many listen, and for how long."""

    listeners: int = LISTENERS
    seconds: float = LISTEN_SECONDS


def stream_figures(crowd: Crowd) -> Iterator[Figure]:
    """Every figure of the server, one after the other; its first start finds no compiled kernel."""
    with tempfile.TemporaryDirectory(prefix="genmusic-bench-") as name:
        folder = Path(name)
        with running_server(folder, crowd.listeners) as first:
            yield at_most("start, first ever (kernels compile)", first.start_seconds, "s", 20.0)
        with running_server(folder, crowd.listeners) as server:
            yield at_most("start, warm", server.start_seconds, "s", 1.5)
            server.wait_until_calm()
            yield from asyncio.run(_opus(server, crowd))
        with running_server(folder, crowd.listeners) as server:
            server.wait_until_calm()
            yield from asyncio.run(_pcm(server, crowd))
        yield from asyncio.run(_restart(folder))


def ears_at(server: Server, codec: str, count: int) -> list[Ear]:
    """So many listeners of a server, still to come."""
    return [Ear(codec, server.stream) for _ in range(count)]


@asynccontextmanager
async def listening(ears: list[Ear]) -> AsyncIterator[list[Ear]]:
    """Let listeners come; they have settled, inside."""
    stop = asyncio.Event()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as web:
        tasks = []
        for ear in ears:
            tasks.append(asyncio.create_task(ear.listen(web, stop)))
            await asyncio.sleep(ARRIVAL_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
        try:
            yield ears
        finally:
            stop.set()
            await asyncio.gather(*tasks)


@dataclass(frozen=True, slots=True)
class Held:
    """What a server held of its own when some of its listeners had come."""

    listeners: int
    megabytes: float

    def figures(self, server: Server, crowd: Crowd, codec: str) -> list[Figure]:
        """What each of the others takes; of many, with all that is there for nobody in particular.

        Files that all share are of the latter, whoever comes first to a page of them.
        """
        each_mb = (server.own_megabytes() - self.megabytes) / (crowd.listeners - self.listeners)
        many_mb = server.resident_megabytes() + (MANY - crowd.listeners) * each_mb
        name = f"memory per listener, {codec}"
        return [
            at_most(f"{name}, after the first {self.listeners}", each_mb, "MB", 1.0),
            at_most(f"{name}, all in all, for {MANY}", many_mb / MANY, "MB", 1.0),
        ]


@asynccontextmanager
async def _gathered(
    server: Server, codec: str, crowd: Crowd
) -> AsyncIterator[tuple[list[Ear], Held]]:
    """A crowd; and what the server held when a third of it had come."""
    ears = ears_at(server, codec, crowd.listeners)
    few = len(ears) // 3
    async with listening(ears[:few]):
        await asyncio.sleep(FILL_SECONDS)
        held = Held(few, server.own_megabytes())
        async with listening(ears[few:]):
            yield ears, held


async def _opus(server: Server, crowd: Crowd) -> list[Figure]:
    async with _gathered(server, "opus", crowd) as (ears, held):
        figures = await _cost(server, ears, crowd, "opus", 150.0)
        figures += held.figures(server, crowd, "opus")
        first = [ear.first_sound_ms for ear in ears]
        figures.append(at_most("hello to first sound, p95", _percentile(first, 95), "ms", 300.0))
        figures += [*await _changes(ears), *await _cuts(ears)]
        lost = sum(ear.lost for ear in ears)
    return [
        *figures,
        at_most("sessions lost", lost, "", 0),
        at_most("faults in the server's log", server.failures(), "", 0),
    ]


async def _pcm(server: Server, crowd: Crowd) -> list[Figure]:
    async with _gathered(server, "pcm16", crowd) as (ears, held):
        figures = await _cost(server, ears, crowd, "pcm16", 800.0)
        return [*figures, *held.figures(server, crowd, "pcm16")]


async def _cost(
    server: Server, ears: list[Ear], crowd: Crowd, codec: str, goal: float
) -> list[Figure]:
    """What listeners cost who do nothing but listen, and how well they are served."""
    for ear in ears:
        ear.late_ms.clear()
        ear.underruns = 0
    begin, cpu = sum(ear.end for ear in ears), server.cpu_seconds()
    await asyncio.sleep(crowd.seconds)
    heard_seconds = (sum(ear.end for ear in ears) - begin) / SAMPLE_RATE
    cost = (server.cpu_seconds() - cpu) / heard_seconds
    late = [wait for ear in ears for wait in ear.late_ms]
    who = f"of {crowd.listeners} listeners, {codec}"
    return [
        at_least(f"listeners per core, {codec}", 1.0 / cost, "listeners", goal),
        at_most(f"underruns {who}", sum(ear.underruns for ear in ears), "", 0),
        at_most(f"chunks late after their ack, p99, {codec}", _percentile(late, 99), "ms", 200),
    ]


async def _changes(ears: list[Ear]) -> list[Figure]:
    """From a change to the ear, over many changes of some listeners in a crowd."""
    for number in range(CHANGES // CHANGING):
        for ear in ears[:CHANGING]:
            await ear.wish({"brightness": 0.2 + 0.6 * (number % 2)})
            await asyncio.sleep(CHANGE_SECONDS / CHANGING)
    await asyncio.sleep(AFTER_SECONDS)
    waits = [wait for ear in ears for wait in ear.waits_ms]
    return [
        Figure(f"control to ear, median of {len(waits)} changes", _percentile(waits, 50), "ms", ""),
        at_most("control to ear, p95", _percentile(waits, 95), "ms", 250.0),
    ]


async def _cuts(ears: list[Ear]) -> list[Figure]:
    """Lines that are lost, and what is missing afterwards."""
    underruns = sum(ear.underruns for ear in ears)
    for number in range(CUTS):
        ears[number % len(ears)].lose_line()
        await asyncio.sleep(0.1)
    await asyncio.sleep(AFTER_SECONDS)
    back = sum(ear.reconnects for ear in ears)
    missed = sum(ear.underruns for ear in ears) - underruns
    return [
        at_most(f"frames lost over {back} lost lines", sum(ear.gaps for ear in ears), "", 0),
        at_most(f"underruns over {back} lost lines", missed, "", 0),
    ]


async def _restart(folder: Path) -> list[Figure]:
    """A server that is stopped and started again under its listeners."""
    first = running_server(folder, RESTARTED)
    server = await asyncio.to_thread(first.__enter__)
    async with listening(ears_at(server, "pcm16", RESTARTED)) as ears:
        await asyncio.to_thread(first.__exit__, None, None, None)
        for ear in ears:
            ear.underruns = 0
        second = running_server(folder, RESTARTED, server.port)
        await asyncio.to_thread(second.__enter__)
        await asyncio.sleep(2 * AFTER_SECONDS)
        back = sum(ear.reconnects > 0 for ear in ears)
        figures = [
            at_most("frames lost over a restart", sum(ear.gaps for ear in ears), "", 0),
            at_most("underruns over a restart", sum(ear.underruns for ear in ears), "", 0),
            at_least(f"of {RESTARTED} listeners, those who came back", back, "", RESTARTED),
        ]
        await asyncio.to_thread(second.__exit__, None, None, None)
    return figures


def _percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("nan")
