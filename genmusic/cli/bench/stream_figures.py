"""Figures of the server: a process of its own on loopback, listeners in this one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np

from genmusic.cli.bench.figures import Figure, at_least, at_most
from genmusic.errors import ServerError
from genmusic.units import SAMPLE_RATE

LISTENERS = 40
LISTEN_SECONDS = 8.0
ACK_SECONDS = 0.15
START_PATIENCE_SECONDS = 120.0
HEAD = struct.Struct("<BBHIQ")  # type, flags, count, sequence, pts
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def stream_figures() -> Iterator[Figure]:
    """Every figure of the server, one after the other; its first start finds no compiled kernel."""
    with tempfile.TemporaryDirectory(prefix="genmusic-bench-") as cache:
        with _server(cache) as first:
            yield at_most("start, first ever (kernels compile)", first.start_seconds, "s", 20.0)
        with _server(cache) as server:
            yield at_most("start, warm", server.start_seconds, "s", 1.5)
            for codec, goal in (("opus", 150.0), ("pcm16", 800.0)):
                yield from asyncio.run(_crowd(server, codec, goal))


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    pid: int
    start_seconds: float

    def cpu_seconds(self) -> float:
        """CPU time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def resident_megabytes(self) -> float:
        """Memory it holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _server(cache: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "genmusic", "serve", "--port", "0"]
    begin = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"XDG_CACHE_HOME": cache},
    ) as process:  # fmt: skip
        try:
            line = process.stdout.readline() if process.stdout else ""
            if "ready" not in line:
                raise ServerError("the server did not start; try genmusic serve by itself")
            yield Server(line.split()[-1], process.pid, time.perf_counter() - begin)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_PATIENCE_SECONDS)


@dataclass(slots=True)
class Ear:
    """One listener: an audio clock that starts with the first sound, and what was noticed."""

    first_sound_ms: float = 0.0
    end: int = 0
    underruns: int = 0
    begun: float = 0.0
    waits_ms: list[float] = field(default_factory=list)

    def played(self) -> int:
        """Frames that have reached the ear."""
        if not self.begun:
            return 0
        return round((time.perf_counter() - self.begun) * SAMPLE_RATE)


async def _crowd(server: Server, codec: str, goal: float) -> Iterator[Figure]:
    """Many listeners at once, each with a different piece."""
    before_mb = server.resident_megabytes()
    ears = [Ear() for _ in range(LISTENERS)]
    async with aiohttp.ClientSession() as web:
        tasks = [asyncio.create_task(_listen(web, server.url, codec, ear)) for ear in ears]
        await asyncio.sleep(2.0)  # everybody has arrived and holds the look-ahead
        begin, cpu = time.perf_counter(), server.cpu_seconds()
        await asyncio.sleep(LISTEN_SECONDS)
        cost = (server.cpu_seconds() - cpu) / (time.perf_counter() - begin) / LISTENERS
        memory_mb = (server.resident_megabytes() - before_mb) / LISTENERS
        await asyncio.gather(*tasks)
    return iter(_rows(codec, goal, cost, memory_mb, ears))


def _rows(
    codec: str, goal: float, cost: float, memory_mb: float, ears: list[Ear]
) -> Iterator[Figure]:
    waits = [wait for ear in ears for wait in ear.waits_ms]
    yield at_least(f"listeners per core, {codec}", 1.0 / cost, "listeners", goal)
    yield at_most(
        f"underruns of {LISTENERS} listeners, {codec}", sum(e.underruns for e in ears), "", 0
    )
    if codec == "opus":
        first = [ear.first_sound_ms for ear in ears]
        yield at_most("hello to first sound, p95", float(np.percentile(first, 95)), "ms", 300.0)
        yield at_most("control to ear, p95", float(np.percentile(waits, 95)), "ms", 250.0)
        yield at_most("memory per listener", memory_mb, "MB", 1.0)


async def _listen(web: aiohttp.ClientSession, url: str, codec: str, ear: Ear) -> None:
    stream = url.rstrip("/") + "/api/v1/stream"
    hello = time.perf_counter()
    async with web.ws_connect(stream, protocols=["genmusic.v1"]) as socket:
        await socket.send_json({"type": "hello", "v": 1, "codecs": [codec]})
        finish = time.perf_counter() + LISTEN_SECONDS + 2.5
        next_ack = hello
        asked = False
        while (now := time.perf_counter()) < finish:
            if now >= next_ack:
                next_ack = now + ACK_SECONDS
                ear.underruns += bool(ear.begun) and ear.played() > ear.end
                await socket.send_json(
                    {
                        "type": "ack",
                        "played": min(ear.played(), ear.end),
                        "end": ear.end,
                        "under": 0,
                    }
                )
            if not asked and ear.played() > 3 * SAMPLE_RATE:
                asked = True
                await socket.send_json({"type": "set", "id": 1, "controls": {"brightness": 0.9}})
            try:
                message = await socket.receive(max(0.0, next_ack - time.perf_counter()))
            except TimeoutError:
                continue
            _hear(message, codec, ear, hello)


def _hear(message: aiohttp.WSMessage, codec: str, ear: Ear, hello: float) -> None:
    if message.type is aiohttp.WSMsgType.BINARY:
        _kind, _flags, count, _seq, pts = HEAD.unpack_from(message.data)
        ear.end = pts + (count if codec == "pcm16" else 960 * count)
        if not ear.begun:
            ear.begun = time.perf_counter()
            ear.first_sound_ms = 1e3 * (ear.begun - hello)
    elif message.type is aiohttp.WSMsgType.TEXT:
        text = json.loads(message.data)
        if text["type"] == "applied":
            frame = max(text["pts"].values())
            ear.waits_ms.append(1e3 * (frame - ear.played()) / SAMPLE_RATE)
