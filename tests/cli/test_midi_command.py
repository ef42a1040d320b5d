"""`genmusic midi` on real ports."""

import os
import subprocess
import sys
import time

import pytest
from sound_server import private_server

from genmusic.midi.maps import load_map

rtmidi = pytest.importorskip("rtmidi")
MIDI = [sys.executable, "-m", "genmusic", "midi"]


@pytest.fixture
def keyboard(monkeypatch):
    with private_server(monkeypatch):
        port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="Keystep")
        port.open_virtual_port("out")
        yield port
        port.close_port()
        port.delete()


def test_the_ports_are_listed_with_their_direction(keyboard):
    listed = subprocess.run([*MIDI, "list"], capture_output=True, text=True, timeout=60, check=True)

    assert any(line.startswith("in") and "Keystep" in line for line in listed.stdout.splitlines())


def test_a_knob_is_learned_and_kept(keyboard, tmp_path):
    home = os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    command = [*MIDI, "learn", "tension", "--midi", "keystep"]
    with subprocess.Popen(command, env=home, stdout=subprocess.PIPE, text=True) as learning:
        assert "turn a knob" in learning.stdout.readline()
        until = time.monotonic() + 30
        while learning.poll() is None and time.monotonic() < until:
            keyboard.send_message([0xB0, 64, 127])  # a pedal is no knob
            keyboard.send_message([0xB0, 17, 3])
            time.sleep(0.1)
        said = learning.stdout.read()

    assert "controller 17 of Keystep" in said
    (kept,) = (tmp_path / "genmusic" / "midi").iterdir()
    assert {k.cc: k.control for k in load_map(kept).knobs}[17] == "tension"
