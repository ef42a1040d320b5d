"""A thousand hostile clients, and some who listen: what do the listeners hear of it?

    python tests/benchmarks/bench_hostile.py [--pests 1000] [--listeners 20] [--seconds 60]

Server, pests and listeners are processes of their own. Every pest has an address of its own, as a
thousand stolen machines would. The first third of the time is quiet, for comparison.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "server")]
RATE = 48_000
HEAD_BYTES = 16
ACK_SECONDS = 0.15
BUFFER_SECONDS = 1.5


def serve() -> None:
    """The server as `genmusic serve` runs it, counting every address."""
    from genmusic.config import Settings
    from genmusic.server import service
    from genmusic.server.app import create_app
    from genmusic.session.library import open_library

    library = open_library()
    service.warm_up(library)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    watcher = Settings(trusted_proxies=("127.0.0.1/32",))  # who listens and watches, not the pests
    app = create_app(library, watcher)

    async def run() -> None:
        async with service.open_door(app, listener):
            print(listener.getsockname()[1], flush=True)
            await asyncio.Event().wait()

    asyncio.run(run())


def pester(port: int, count: int, kinds: list[str]) -> None:
    """The pests, until the process is ended."""
    from pests import release

    os.nice(19)  # they run on machines of their own, which take nothing from the server's
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    async def run() -> None:
        await asyncio.gather(*await release("127.0.0.1", port, count, kinds))

    asyncio.run(run())


@dataclass
class Ear:
    """Somebody who listens: an audio clock, and what was missing."""

    begun: float = 0.0
    end: int = 0
    under: int = 0
    buffers: list[float] = field(default_factory=list)

    def played(self) -> int:
        """The frame that is heard now; silence counts as missed and moves the clock back."""
        if not self.begun:
            return 0
        at = round((time.monotonic() - self.begun) * RATE)
        if at > self.end:
            self.under += at - self.end
            self.begun += (at - self.end) / RATE
        self.buffers.append((self.end - at) / RATE)
        return max(min(at, self.end), 0)


async def listen(port: int, ear: Ear) -> None:
    """Listen for ever."""
    url = f"http://127.0.0.1:{port}/api/v1/stream"
    async with aiohttp.ClientSession() as web, web.ws_connect(url) as stream:
        await stream.send_json({"type": "hello", "v": 1, "codecs": ["opus"]})
        last = 0.0
        while True:
            now = time.monotonic()
            if now - last >= ACK_SECONDS:
                last = now
                ack = {"type": "ack", "played": ear.played(), "end": ear.end, "under": ear.under}
                await stream.send_json(ack)
            try:
                message = await stream.receive(max(last + ACK_SECONDS - time.monotonic(), 0.001))
            except TimeoutError:
                continue
            if message.type is aiohttp.WSMsgType.BINARY:
                count = int.from_bytes(message.data[2:4], "little")
                ear.end = int.from_bytes(message.data[8:16], "little") + 960 * count
                ear.begun = ear.begun or time.monotonic() + 0.2
            elif message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE):
                raise ConnectionError(f"a listener was closed with {stream.close_code}")


async def metrics(port: int) -> dict[str, float]:
    """The server's own counters."""
    async with (
        aiohttp.ClientSession() as web,
        web.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        lines = (await answer.text()).splitlines()
    rows = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, value in rows}


def heard(ears: list[Ear], since: list[int]) -> dict[str, float]:
    """What was missed since then, and how full the buffers were."""
    buffers = np.concatenate([ear.buffers[start:] for ear, start in zip(ears, since, strict=True)])
    return {
        "missed_ms": sum(ear.under for ear in ears) * 1e3 / RATE,
        "buffer_p1_ms": float(np.percentile(buffers, 1)) * 1e3,
        "buffer_min_ms": float(buffers.min()) * 1e3,
    }


async def measure(options: argparse.Namespace, port: int) -> dict[str, object]:
    """Listen in quiet, then among the pests."""
    ears = [Ear() for _ in range(options.listeners)]
    tasks = [asyncio.create_task(listen(port, ear)) for ear in ears]
    await asyncio.sleep(options.seconds / 3)
    quiet, since = heard(ears, [20] * len(ears)), [len(ear.buffers) for ear in ears]
    before = await metrics(port)
    memory_mb = await watch_pests(options, port)
    among = heard(ears, since)
    among["missed_ms"] -= quiet["missed_ms"]
    lost = [repr(task.exception()) for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    counted = await metrics(port)
    spent = counted["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
    return {
        "quiet": quiet,
        "among_pests": among,
        "listeners_lost": lost,
        "memory_mb": [round(before["process_resident_memory_bytes"] / 1e6), *memory_mb],
        "server_cpu_seconds": round(spent, 1),
        "refused": {name: value for name, value in counted.items() if "refused" in name},
        "load": counted["genmusic_render_load"],
    }


async def watch_pests(options: argparse.Namespace, port: int) -> list[int]:
    """Let the pests loose; the server's memory every five seconds."""
    pests = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--pests", str(options.pests), "--pester", str(port)),
        *("--kinds", *options.kinds),
    )
    memory_mb = []
    try:
        for _ in range(round(options.seconds * 2 / 3 / 5)):
            await asyncio.sleep(5.0)
            memory_mb.append(round((await metrics(port))["process_resident_memory_bytes"] / 1e6))
    finally:
        pests.kill()
        await pests.wait()
    return memory_mb


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pests", type=int, default=1_000)
    parser.add_argument("--listeners", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kinds", nargs="*", default=[], help="of tests/server/pests.py")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pester", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
    elif options.pester:
        pester(options.pester, options.pests, options.kinds)
    else:
        server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE)
        try:
            port = int(server.stdout.readline())
            print(json.dumps(asyncio.run(measure(options, port)), indent=2))
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
