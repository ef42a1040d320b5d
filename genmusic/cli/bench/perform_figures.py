"""Figures of a performance: from key to sound, on a JACK server of our own without hardware."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from genmusic.cli.bench.figures import Figure, at_most
from genmusic.errors import DeviceError
from genmusic.midi.input import MidiInput
from genmusic.playback.compiling import compiled_callback
from genmusic.playback.devices import DeviceChoice
from genmusic.playback.keys import LiveKeys
from genmusic.playback.output import DeviceOutput
from genmusic.session.clock import monotonic_seconds
from genmusic.units import SAMPLE_RATE

SERVER = "genmusic-bench"
PATCH = "electronic"  # a kit: its hat begins with its first frame
PROBE_SECONDS = 10.0
GOALS_MS = {128: 3.0, 256: 6.0}
START_SECONDS = 10.0


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
        for busy in (False, True):
            delays = _delays_ms(period, busy=busy)
            name = f"key to sound, period {period}{', Python busy' if busy else ''}"
            yield at_most(f"{name}, p99", float(np.percentile(delays, 99)), "ms", goal)
            yield at_most(f"{name}, deviation", float(delays.std()), "ms", 0.5)


def _delays_ms(period: int, *, busy: bool) -> NDArray[np.float64]:
    with _server(period), _instrument(period) as (midi, output), _burning(busy):
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
def _burning(wanted: bool) -> Iterator[None]:
    """A thread that keeps Python busy, in the process of the music."""
    stop = threading.Event()

    def burn() -> None:
        while not stop.is_set():
            sum(range(10_000))

    burner = threading.Thread(target=burn)
    if wanted:
        burner.start()
    try:
        yield
    finally:
        stop.set()
        if wanted:
            burner.join()
