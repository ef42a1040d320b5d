"""A server to measure: a process of its own on loopback."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from genmusic.encoding.streams import OPUS_COMPLEXITY
from genmusic.errors import ServerError

START_PATIENCE_SECONDS = 120.0
FAILURE = " ERROR "  # in a line of its log
SUCCEEDED = re.compile(r" succeeded pid=(\d+)")
SHOWN_LINES = 60  # of the log, from the first failure on
CALM_SECONDS, CALM_SHARE = 1.0, 0.05  # of a core that is used, when nobody listens
CALM_PATIENCE_SECONDS = 60.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    pid: int
    start_seconds: float
    log: Path

    @property
    def stream(self) -> str:
        """Where listeners connect."""
        return self.url.rstrip("/") + "/api/v1/stream"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rstrip("/").rpartition(":")[2])

    def cpu_seconds(self) -> float:
        """CPU time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def resident_megabytes(self) -> float:
        """Memory it holds."""
        return self._status_megabytes("VmRSS")

    def own_megabytes(self) -> float:
        """… without what lies in files: code, and tables that come into memory as they are read."""
        return self._status_megabytes("RssAnon")

    def _status_megabytes(self, name: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        value = next(line for line in lines if line.startswith(f"{name}:"))
        return int(value.split()[1]) * 1_024 / 1e6

    def wait_until_calm(self) -> None:
        """Wait until it has warmed the last style: what follows is its listeners' doing."""
        end = time.monotonic() + CALM_PATIENCE_SECONDS
        used = 1.0
        while used > CALM_SHARE and time.monotonic() < end:
            before = self.cpu_seconds()
            time.sleep(CALM_SECONDS)
            used = (self.cpu_seconds() - before) / CALM_SECONDS

    def failures(self) -> int:
        """How often it wrote of a fault of its own."""
        return sum(FAILURE in line for line in self.log.read_text().splitlines())

    def succeeded(self) -> Server:
        """Have it replaced by its successor, and wait until that plays; the successor."""
        os.kill(self.pid, signal.SIGUSR2)
        _wait_for_end(self.pid)
        successor = SUCCEEDED.findall(self.log.read_text())[-1]
        return replace(self, pid=int(successor))

    def end(self) -> None:
        """Stop it, and wait until it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
            _wait_for_end(self.pid)


def _wait_for_end(pid: int) -> None:
    """Wait for a process, whoever started it.

    Raises
    ------
    ServerError
        It has not ended in time.
    """
    descriptor = os.pidfd_open(pid)
    try:
        ended, _, _ = select.select([descriptor], [], [], START_PATIENCE_SECONDS)
    finally:
        os.close(descriptor)
    if not ended:
        raise ServerError(f"the server has not ended within {START_PATIENCE_SECONDS:g} s")


@contextmanager
def running_server(
    folder: Path,
    listeners: int,
    port: int = 0,
    limits: Sequence[str] = (),
    core: int | None = None,
) -> Iterator[Server]:
    """Start a server that keeps its kernels and its sessions in a folder; stop it at the end.

    Every listener gets the usual encoder, however busy it is; ``core`` is the only one it may use.
    """
    limits = (*limits, f"sessions_per_address={2 * listeners}", "load_limit=1",
              f"connections_per_address={4 * listeners}", "joins_per_second=100000",
              f"least_opus_complexity={OPUS_COMPLEXITY}")  # fmt: skip
    command = [sys.executable, "-m", "genmusic", "serve", "--port", str(port),
               "--data", str(folder / "data"),
               "--max-sessions", str(2 * listeners + 16)]  # fmt: skip
    for limit in limits:
        command += ["--limit", limit]
    begin, log = time.perf_counter(), folder / "server.log"
    with log.open("w") as faults, subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=faults, text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
    ) as process:  # fmt: skip
        try:
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            line = process.stdout.readline() if process.stdout else ""
            if "ready" not in line:
                raise ServerError("the server did not start; try genmusic serve by itself")
            yield Server(line.split()[-1], process.pid, time.perf_counter() - begin, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_PATIENCE_SECONDS)
            sys.stderr.write(_from_first_failure(log.read_text()))


def _from_first_failure(log: str) -> str:
    """What a server that failed says of it, for who measures."""
    lines = log.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if FAILURE in line), len(lines))
    return "".join(lines[first : first + SHOWN_LINES])
