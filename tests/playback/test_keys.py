"""Keys on a real sound server: they sound one period later, whatever Python does."""

import json
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from sound_server import private_server

from genmusic.midi.input import MidiInput
from genmusic.playback import DeviceChoice, DeviceOutput
from genmusic.playback.compiling import compiled_callback
from genmusic.playback.keys import LiveKeys
from genmusic.session.clock import monotonic_seconds

pytest.importorskip("jack")
PERIOD = 128
PROBE = [sys.executable, "-m", "genmusic.cli.bench.key_probe", "6"]


@pytest.fixture
def keys(monkeypatch):
    with private_server(monkeypatch, PERIOD):
        yield from played_keys()


def played_keys():
    compiled_callback(with_keys=True)
    midi = MidiInput(["probe"], monotonic_seconds)
    keys = LiveKeys("electronic", midi.ring, range(128))
    output = DeviceOutput(DeviceChoice(api="jack"), PERIOD, monotonic_seconds, keys.names)
    yield midi, output
    output.close()
    midi.close()
    keys.close()


def test_a_key_sounds_one_period_later_while_python_is_busy(keys):
    midi, output = keys
    stop = threading.Event()

    def burn():
        while not stop.is_set():
            sum(range(10_000))

    burner = threading.Thread(target=burn)
    burner.start()
    with subprocess.Popen(PROBE, stdout=subprocess.PIPE) as probe:
        while probe.poll() is None:
            output.look()
            midi.look()
            time.sleep(0.02)
        delays = np.array(json.loads(probe.stdout.read()))
    stop.set()
    burner.join()

    assert len(delays) > 20
    assert (delays >= 0).all(), "a key was not heard"
    assert np.median(delays) == pytest.approx(PERIOD, abs=24), delays  # half a millisecond
