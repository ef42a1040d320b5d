"""The command as a performer starts it: device, keyboard, audience, and the files at the end."""

import json
import re
import subprocess
import sys
import threading
import time
import urllib.request

import mido
import numpy as np
import pytest
from sound_server import recorder

rtmidi = pytest.importorskip("rtmidi")

SEED, KEY = 7, 78
COMMAND = [sys.executable, "-m", "genmusic", "perform", "--api", "jack", "--seed", str(SEED)]
SECONDS = "3"
PATIENCE_SECONDS = 120  # kernels may have to be compiled
AUDIENCE = re.compile(r"the audience listens at (http\S+)/\?room=garden")


class Hand:
    """Strikes one key again and again until it is told to rest."""

    def __init__(self):
        self._port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keys")
        self._port.open_virtual_port("out")
        self._rests = threading.Event()
        self._thread = threading.Thread(target=self._strike)
        self._thread.start()

    def _strike(self):
        while not self._rests.wait(0.1):
            self._port.send_message((0x90, KEY, 100))
            self._rests.wait(0.1)
            self._port.send_message((0x80, KEY, 0))

    def rest(self):
        self._rests.set()
        self._thread.join()
        self._port.close_port()
        self._port.delete()


@pytest.fixture
def hand(jack):
    hand = Hand()
    yield hand
    hand.rest()


def rooms(address):
    with urllib.request.urlopen(f"{address}/api/v1/rooms") as answer:  # noqa: S310 - our own server
        return json.load(answer)


def first_guest(said):
    """The room, as soon as its performer leads it."""
    end = time.monotonic() + PATIENCE_SECONDS
    address = AUDIENCE.match(next(line for line in said if AUDIENCE.match(line)))[1]
    while not (found := rooms(address)):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture
def performance(tmp_path):
    """The command with all that it can keep."""
    files = ["--export", str(tmp_path / "take.mid"), "--log", str(tmp_path / "take.log")]
    process = subprocess.Popen(
        [*COMMAND, "--room", "garden", "--seconds", SECONDS, *files],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def test_a_performance_is_heard_here_and_in_its_room_and_written_down(hand, performance, tmp_path):
    with recorder(PATIENCE_SECONDS) as (_, heard):
        (room,) = first_guest(performance.stdout)
        _, complaints = performance.communicate(timeout=PATIENCE_SECONDS)
        peak = np.abs(heard()).max()

    assert performance.returncode == 0, complaints
    assert (room["name"], room["who"]) == ("garden", "")
    assert peak > 0.01
    assert json.loads((tmp_path / "take.log").read_text().splitlines()[0])["seed"] == SEED
    tracks = mido.MidiFile(tmp_path / "take.mid").tracks
    struck = {(m.note, m.velocity) for track in tracks for m in track if m.type == "note_on"}
    assert (KEY, 100) in struck
