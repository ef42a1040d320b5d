"""Strikes keys of a live instrument on a JACK server, and prints the delay of each in frames.

``python -m genmusic.cli.bench.key_probe SECONDS``: a process of its own, because nothing else may
make its callback late. It waits for the instrument's ports.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import jack
import numpy as np

from genmusic.errors import DeviceError
from genmusic.units import SAMPLE_RATE

CLIENT = "genmusic-probe"
PERCUSSION_KEY, VELOCITY, NOTE_ON = 42, 120, 0x90  # a closed hat: it begins at once, and ends soon
SHORTEST_GAP, LONGEST_GAP = 4_800, 9_600  # frames between two keys
LOOK_FRAMES, SKIPPED_FRAMES, BEFORE_FRAMES = 2_400, 20, 200
FLOOR, RISE = 0.001, 3.0  # an onset is this much louder than what was before
PATIENCE_SECONDS = 60.0


class Probe:
    """A JACK client that plays and listens."""

    def __init__(self, seconds: float) -> None:
        self.client = jack.Client(CLIENT)
        self.midi = self.client.midi_outports.register("out")
        self.audio = self.client.inports.register("in")
        self.runs = False
        self._heard = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
        self._struck: list[int] = []
        self._place, self._next = 0, SHORTEST_GAP  # a port just connected may miss a period
        self._random = np.random.default_rng(3)
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, frames: int) -> None:
        self.midi.clear_buffer()
        if not self.runs or self._place + frames > len(self._heard):
            return
        self._heard[self._place : self._place + frames] = self.audio.get_array()
        while self._next < self._place + frames:
            self.midi.write_midi_event(
                self._next - self._place, (NOTE_ON, PERCUSSION_KEY, VELOCITY)
            )
            self._struck.append(self._next)
            self._next += int(self._random.integers(SHORTEST_GAP, LONGEST_GAP))
        self._place += frames

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self._place + SHORTEST_GAP > len(self._heard)

    def delays(self) -> list[int]:
        """Frames from each key to the first sound of it; -1 where there is none."""
        return [self._delay(at) for at in self._struck if at + SHORTEST_GAP < self._place]

    def _delay(self, struck: int) -> int:
        heard, begin = np.abs(self._heard), struck + SKIPPED_FRAMES
        before = heard[max(0, struck - BEFORE_FRAMES) : begin].max(initial=FLOOR)
        loud = heard[begin : struck + LOOK_FRAMES] > RISE * before
        return int(np.argmax(loud)) + SKIPPED_FRAMES if loud.any() else -1


def measure(seconds: float) -> list[int]:
    """The delays of keys struck for some seconds."""
    probe = Probe(seconds)
    _wait(lambda: bool(probe.client.get_all_connections(probe.midi)))
    _wait(lambda: bool(probe.client.get_ports("PortAudio", is_output=True)))
    probe.client.connect(probe.client.get_ports("PortAudio", is_output=True)[0], probe.audio)
    probe.runs = True
    _wait(lambda: probe.is_over)
    probe.client.deactivate()
    return probe.delays()


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise DeviceError("the live instrument did not answer")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(float(sys.argv[1]))))
