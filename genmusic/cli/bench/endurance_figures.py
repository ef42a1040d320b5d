"""What becomes of listeners over many losses, and of the server over a long time.

A listener of 16-bit sound keeps every sample, and compares them at the end with an offline render
of the same seed. What was acknowledged must survive a server that is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genmusic.cli.bench.ears import PACKET_FRAMES, Ear, noting_stalls
from genmusic.cli.bench.figures import Figure, at_least, at_most
from genmusic.cli.bench.stream_figures import ears_at, listening
from genmusic.cli.bench.stream_server import Server, running_server
from genmusic.encoding import open_stream_encoder
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.units import SAMPLE_RATE

CUTS_TO_RESTARTS = 5  # a hundred of the one for twenty of the other
RESTARTS_TO_SUCCESSIONS = 4
CUT_SECONDS = 0.5  # between two lines that are cut
BACK_SECONDS = 8.0  # for everybody to come back and hear on
KILLED = 8  # listeners of the servers that are killed
STEPS = 40  # of a control, between two kills
STEP_SECONDS = 0.1
HURRIED = 4  # listeners in a hurry
HURRY_SECONDS = 0.01  # between two of their acks
IN_HAND_FRAMES = SAMPLE_RATE // 2  # of theirs
NO_PATIENCE = ("play_speed_limit=1e6", "messages_per_second=1e6")
PATIENCE_SECONDS = 60.0  # without progress: something is broken
LOOKS = 8  # at the memory
BLOCK_FRAMES = SAMPLE_RATE  # of an offline render


@dataclass(frozen=True, slots=True)
class Endurance:
    """How much of everything."""

    listeners: int
    restarts: int  # and as many kills
    hours: float


def endurance_figures(library: Library, trial: Endurance) -> Iterator[Figure]:
    """Every figure, one after the other."""
    with tempfile.TemporaryDirectory(prefix="genmusic-bench-") as name:
        folder = Path(name)
        yield from asyncio.run(_losses(library, folder, trial))
        yield from asyncio.run(_kills(folder, trial.restarts))
        yield from asyncio.run(_hurry(folder, trial.hours))


class Host:
    """A server that is started again and again at one address."""

    def __init__(self, folder: Path, listeners: int) -> None:
        self._folder, self._listeners = folder, listeners
        self._running = ExitStack()
        self.failures = 0
        self.slowest_start_seconds = 0.0

    async def start(self, port: int = 0) -> Server:
        """Start it, with what it kept."""
        server = running_server(self._folder, self._listeners, port)
        self.server = await asyncio.to_thread(self._running.enter_context, server)
        self.slowest_start_seconds = max(self.slowest_start_seconds, self.server.start_seconds)
        return self.server

    async def stop(self) -> None:
        """Stop it, or bury it when it was killed."""
        await asyncio.to_thread(self.server.end)
        await asyncio.to_thread(self._running.close)
        self.failures += self.server.failures()

    async def restart(self) -> None:
        """Stop it and start it."""
        await self.stop()
        await self.start(self.server.port)

    async def succeed(self) -> None:
        """Have it replaced while it plays."""
        self.server = await asyncio.to_thread(self.server.succeeded)

    async def kill(self) -> None:
        """Kill it without warning and start it."""
        os.kill(self.server.pid, signal.SIGKILL)
        await self.restart()


async def _losses(library: Library, folder: Path, trial: Endurance) -> list[Figure]:
    """Lines that are cut, and servers that are stopped and started again, or replaced."""
    host = Host(folder, trial.listeners)
    ears = ears_at(await host.start(), "pcm16", trial.listeners)
    host.slowest_start_seconds = 0.0  # nobody waited for the first
    for ear in ears:
        ear.keeps_sound = True
    cuts = CUTS_TO_RESTARTS * trial.restarts
    successions = max(trial.restarts // RESTARTS_TO_SUCCESSIONS, 1)
    async with noting_stalls() as late_ms, listening(ears):
        for number in range(cuts):
            ears[number % len(ears)].lose_line()
            await asyncio.sleep(CUT_SECONDS)
        for _ in range(trial.restarts):
            await host.restart()
            await asyncio.sleep(BACK_SECONDS)
        dry = _dry(ears)
        for _ in range(successions):
            await host.succeed()
            await asyncio.sleep(BACK_SECONDS)
    await host.stop()
    differing = sum(differing_samples(library, ear) for ear in ears)
    heard_minutes = _heard(ears) / SAMPLE_RATE / 60
    after = f"after {cuts} cuts and {trial.restarts} restarts under {len(ears)} listeners"
    return [
        at_most(f"frames lost {after}", sum(ear.gaps for ear in ears), "", 0),
        at_most(f"differing samples in {heard_minutes:.0f} minutes", differing, "", 0),
        at_most(f"sessions lost {after}", sum(ear.lost for ear in ears), "", 0),
        at_most(f"underruns {after}", dry, "", 0),
        at_most(f"… and after {successions} successions", _dry(ears) - dry, "", 0),
        Figure("slowest start: who waits has 7 s in hand", host.slowest_start_seconds, "s", ""),
        Figure("longest that the listeners themselves stood still", max(late_ms), "ms", ""),
        at_most("faults in the server's log", host.failures, "", 0),
    ]


def _dry(ears: list[Ear]) -> int:
    """How often their buffers ran dry."""
    return sum(ear.underruns for ear in ears)


def differing_samples(library: Library, ear: Ear) -> int:
    """How many samples of what a listener kept are not those of an offline render."""
    seed = int(ear.ready["seed"])
    engine, encoder = Engine(library, seed), open_stream_encoder("pcm16", seed)
    block, differing = np.empty((2, BLOCK_FRAMES), np.float32), 0
    silence = bytes(4 * PACKET_FRAMES)
    for start in range(0, ear.end, BLOCK_FRAMES):
        engine.render(block)
        frames = range(start, ear.end, PACKET_FRAMES)
        for wanted, at in zip(encoder.encode(block, start), frames, strict=False):
            if wanted != (heard := ear.sound.get(at, silence)):
                pair = np.frombuffer(wanted, "<i2"), np.frombuffer(heard, "<i2")
                differing += int(np.count_nonzero(pair[0] != pair[1]))
    return differing


async def _kills(folder: Path, kills: int) -> list[Figure]:
    """Servers that are killed while their listeners turn a knob, at any moment."""
    host, chance = Host(folder, KILLED), np.random.default_rng(1)
    ears = ears_at(await host.start(), "opus", KILLED)
    async with listening(ears):
        for kill in range(kills):
            turning = asyncio.create_task(_turn(ears, kill / kills, 1 / kills))
            await asyncio.sleep(chance.uniform(0.2, 0.8) * STEPS * STEP_SECONDS)
            before = [ear.greetings for ear in ears]
            await host.kill()
            await turning
            await _until_back(ears, before)
    await host.stop()
    lost = sum(ear.forgotten for ear in ears)
    return [
        at_most(f"acknowledged changes lost over {kills} kills", lost, "", 0),
        at_most("sessions lost over kills", sum(ear.lost for ear in ears), "", 0),
        at_most("faults in the log of who was killed", host.failures, "", 0),
    ]


KNOB = "brightness"


async def _turn(ears: list[Ear], first: float, share: float) -> None:
    """Turn a knob up, and never down, so that a value says which change was the last."""
    for step in range(1, STEPS + 1):
        value = first + share * step / STEPS
        await asyncio.gather(*(ear.wish({KNOB: value}) for ear in ears))
        await asyncio.sleep(STEP_SECONDS)


async def _until_back(ears: list[Ear], before: list[int]) -> None:
    """Wait until everybody has been greeted again."""
    pairs = list(zip(ears, before, strict=True))
    await _until(lambda: all(ear.greetings > count for ear, count in pairs))


async def _until(reached: Callable[[], bool]) -> None:
    """Look now and then, with bounded patience."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not reached():  # noqa: ASYNC110 - what comes over a line sets no event
            await asyncio.sleep(0.1)


class HurriedEar(Ear):
    """A listener whose clock runs as fast as the server renders."""

    ack_seconds = HURRY_SECONDS

    @property
    def played(self) -> int:
        """All but half a second of what came."""
        return max(self.end - IN_HAND_FRAMES, 0)


async def _hurry(folder: Path, hours: float) -> list[Figure]:
    """A long time's listening, as fast as it can be rendered; the memory on the way."""
    with running_server(folder, HURRIED, limits=NO_PATIENCE) as server:
        ears: list[Ear] = [HurriedEar("opus", server.stream) for _ in range(HURRIED)]
        async with listening(ears):
            held_mb = [
                await _memory_at(server, ears, share * hours / LOOKS)
                for share in range(1, LOOKS + 1)
            ]
        lost = sum(ear.lost + ear.gaps for ear in ears)
    half = held_mb[LOOKS // 2 - 1]
    growth = 100.0 * (held_mb[-1] / half - 1.0)
    return [
        at_least("hours heard in a hurry", _heard(ears) / SAMPLE_RATE / 3600, "h",
                 hours),
        at_most("growth of memory over their second half", growth, "%", 2.0),
        Figure("the server's memory at their end", held_mb[-1], "MB", ""),
        at_most("frames or sessions lost in them", lost, "", 0),
    ]  # fmt: skip


async def _memory_at(server: Server, ears: list[Ear], hours: float) -> float:
    """The server's memory when so many hours have been heard by all together, MB."""
    wanted, heard = hours * 3600 * SAMPLE_RATE, 0
    while heard < wanted:
        await _until(lambda: _heard(ears) >= min(heard + SAMPLE_RATE, wanted))  # noqa: B023 - at once
        heard = _heard(ears)
    return server.own_megabytes()


def _heard(ears: list[Ear]) -> int:
    """Frames that all have heard together."""
    return sum(ear.end for ear in ears)
