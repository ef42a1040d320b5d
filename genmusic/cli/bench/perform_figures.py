"""Figures of a performance: from key to sound, on a JACK server of our own without hardware."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numba
import numpy as np
from numpy.typing import NDArray

from genmusic.cli.bench.figures import Figure, at_most
from genmusic.errors import DeviceError
from genmusic.midi.events import create_events
from genmusic.midi.input import MidiInput
from genmusic.midi.messages import CLOCK, Message
from genmusic.playback.compiling import compiled_callback
from genmusic.playback.devices import DeviceChoice
from genmusic.playback.keys import LiveKeys
from genmusic.playback.output import DeviceOutput
from genmusic.playback.score_sender import HORIZON_NS
from genmusic.session.clock import monotonic_seconds
from genmusic.units import SAMPLE_RATE

SERVER = "genmusic-bench"
PATCH = "electronic"  # a kit: its hat begins with its first frame
PROBE_SECONDS = 10.0
GOALS_MS = {128: 3.0, 256: 6.0}
START_SECONDS = 10.0
CLOCK_HZ, CLOCK_GOAL_MS = 48.0, 2.0  # 24 to a beat at 120 BPM
TURN_SECONDS = 0.01

Burden = Callable[[], None]


def perform_figures() -> Iterator[Figure]:
    """Every figure, one after the other.

    Raises
    ------
    DeviceError
        jackd is not installed.
    """
    if shutil.which("jackd") is None:
        raise DeviceError("jackd is not installed; run: sudo apt-get install jackd2")
    compiled_callback(with_keys=True)
    for period, goal in GOALS_MS.items():
        for burden, carry in BURDENS.items():
            delays = _delays_ms(period, carry)
            name = f"key to sound, period {period}{burden}"
            yield at_most(f"{name}, p99", float(np.percentile(delays, 99)), "ms", goal)
            yield at_most(f"{name}, deviation", float(delays.std()), "ms", 0.5)
    for burden, carry in BURDENS.items():
        late = float(np.percentile(_clock_late_ms(carry), 99))
        yield at_most(f"MIDI clock sent late{burden}, p99", late, "ms", CLOCK_GOAL_MS)


def _clock_late_ms(burden: Burden) -> NDArray[np.float64]:
    """How late each message of a clock leaves that is handed on as the score is."""
    ring, count = create_events(), round(PROBE_SECONDS * CLOCK_HZ)
    command = [sys.executable, "-m", "genmusic.cli.bench.clock_probe", ring.name, str(count)]
    with _carrying(burden), subprocess.Popen(command, stdout=subprocess.PIPE) as probe:  # noqa: S603 - ourselves
        said = probe.stdout
        if said is None or said.readline() != b"ready\n":
            raise DeviceError("the process that sends does not start")
        begin_ns = time.monotonic_ns() + HORIZON_NS
        due_ns = [begin_ns + round(number * 1e9 / CLOCK_HZ) for number in range(count)]
        for due in due_ns:
            while time.monotonic_ns() < due - HORIZON_NS:
                time.sleep(TURN_SECONDS)
            ring.write(Message(due, CLOCK))
        left_ns = json.loads(said.read())
    ring.remove()
    return (np.array(left_ns, np.float64) - due_ns) / 1e6


def _delays_ms(period: int, burden: Burden) -> NDArray[np.float64]:
    with _server(period), _instrument(period) as (midi, output), _carrying(burden):
        command = [sys.executable, "-m", "genmusic.cli.bench.key_probe", str(PROBE_SECONDS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as probe:  # noqa: S603 - ourselves
            while probe.poll() is None:
                output.look()
                midi.look()
                time.sleep(0.02)
            said = probe.stdout.read() if probe.stdout else b""
    delays = np.array(json.loads(said or b"[]"), np.float64)
    if not delays.size or delays.min() < 0:
        raise DeviceError("not every key was heard; the machine is too busy to measure")
    return delays * 1000.0 / SAMPLE_RATE


@contextmanager
def _server(period: int) -> Iterator[None]:
    """A JACK server that only this process and its children know."""
    os.environ |= {"JACK_DEFAULT_SERVER": SERVER, "JACK_NO_START_SERVER": "1"}
    driver = ["-d", "dummy", "-r", str(SAMPLE_RATE), "-p", str(period)]
    quiet = subprocess.DEVNULL
    command = ["jackd", "-n", SERVER, "-R", "-P", "70", "-S", *driver]
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:  # noqa: S603 - fixed
        end = monotonic_seconds() + START_SECONDS
        while subprocess.run(["jack_lsp"], capture_output=True, check=False).returncode:  # noqa: S607
            if server.poll() is not None or monotonic_seconds() > end:
                raise DeviceError("jackd does not start; it needs the right to real-time priority")
            time.sleep(0.05)
        try:
            yield
        finally:
            server.terminate()


@contextmanager
def _instrument(period: int) -> Iterator[tuple[MidiInput, DeviceOutput]]:
    midi = MidiInput(["probe"], monotonic_seconds)
    keys = LiveKeys(PATCH, midi.ring, range(128))
    output = DeviceOutput(DeviceChoice(api="jack"), period, monotonic_seconds, keys.names)
    try:
        yield midi, output
    finally:
        output.close()
        midi.close()
        keys.close()


@contextmanager
def _carrying(burden: Burden) -> Iterator[None]:
    """A thread in the process of the music that does something else, again and again."""
    stop = threading.Event()

    def carry() -> None:
        while not stop.is_set():
            burden()

    carrier = threading.Thread(target=carry)
    carrier.start()
    try:
        yield
    finally:
        stop.set()
        carrier.join()


def _rest() -> None:
    time.sleep(TURN_SECONDS)


def _burn() -> None:
    """Keep Python busy."""
    sum(range(10_000))


def _compile() -> None:
    """Compile a kernel, as a new edition of a style or of the product does."""
    numba.njit(_some_loops, cache=False, nogil=True).compile("f4(f4[::1], f4[::1], i8)")


def _some_loops(a, b, times):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - numba's
    total = a[0]
    for _ in range(times):
        for n in range(a.shape[0]):
            total += a[n] * b[n]
        for n in range(a.shape[0]):
            b[n] = np.sqrt(abs(total)) + np.sin(a[n])
    return total


BURDENS: Mapping[str, Burden] = {
    "": _rest,
    ", Python busy": _burn,
    ", a kernel compiling": _compile,
}
