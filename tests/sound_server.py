"""Real sound without hardware: a JACK server with its dummy driver, and a client that records."""

import fcntl
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

NAME = "genmusic-test"
NAMES = [NAME, *(f"{NAME}-{number}" for number in range(2, 5))]
PERIOD = 256
MORTAL = ("setpriv", "--pdeathsig", "TERM")  # what follows ends when the tests are killed


class JackServer:
    """A private server; ``start`` and ``stop`` as often as a test wants."""

    def __init__(self, name, period=PERIOD):
        self.name, self.period, self._process = name, period, None

    def start(self):
        real_time = self._launch("-R", "-P", "70", "-S")
        if not real_time and not self._launch("--no-realtime", "-S"):
            raise AssertionError("jackd does not start")

    def _launch(self, *options):
        driver = ["-d", "dummy", "-r", "48000", "-p", str(self.period)]
        self._process = subprocess.Popen(
            [*MORTAL, "jackd", "-n", self.name, *options, *driver],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            if self._process.poll() is not None:
                return False
            if answers():
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def answers():
    """Whether the server that the environment names is there."""
    return subprocess.run(["jack_lsp"], capture_output=True, check=False).returncode == 0


@contextmanager
def private_server(monkeypatch, period=PERIOD):
    """A running server that this process and its children see, and nobody else.

    One at a time, and of few names: JACK keeps eight names of servers that were killed, for ever.
    A name whose server still answers was left behind by somebody, and is left alone.
    """
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed: make system")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
    with one_at_a_time(NAME):
        for name in NAMES:
            monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
            if not answers():
                break
        server = JackServer(name, period)
        server.start()
        yield server
        server.stop()


@contextmanager
def one_at_a_time(name):
    """Keep others on this machine who test the same from joining in."""
    with (Path(tempfile.gettempdir()) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def recorder(seconds):
    """Records what PortAudio plays; yields the client, and a function for (2, frames) so far."""
    import jack as jack_client

    client = jack_client.Client("recorder")
    inputs = [client.inports.register(side) for side in ("left", "right")]
    heard = np.zeros((2, round(seconds * 48_000)), np.float32)
    place = [0]

    def process(frames):
        here = slice(place[0], min(place[0] + frames, heard.shape[1]))
        for row, port in zip(heard, inputs, strict=True):
            row[here] = port.get_array()[: here.stop - here.start]
        place[0] = here.stop

    client.set_process_callback(process)
    client.activate()
    try:
        connect(client, inputs)
        yield client, lambda: heard[:, : place[0]]
    finally:
        client.deactivate()
        client.close()


def connect(client, inputs, patience_seconds=60.0):
    """Join PortAudio's outputs to ours as soon as they are there."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        ports = client.get_ports("PortAudio", is_output=True, is_audio=True)
        if len(ports) >= len(inputs):
            for source, target in zip(ports, inputs, strict=False):
                client.connect(source, target)
            return
        time.sleep(0.02)
    raise AssertionError("nobody plays")
