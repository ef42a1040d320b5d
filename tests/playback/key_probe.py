"""Strikes keys of a live instrument on a JACK server and prints the delay of each, in frames.

In a process of its own: nothing else may make its callback late. It waits for the instrument.
"""

import json
import sys
import time

import jack
import numpy as np

CLOSED_HAT = 42
PATIENCE_SECONDS = 60.0


class Probe:
    """Strikes a key now and then, each at a frame of its own, and records what is heard."""

    def __init__(self, seconds):
        self.client = jack.Client("probe")
        self.midi = self.client.midi_outports.register("out")
        self.audio = self.client.inports.register("in")
        self.heard = np.zeros(round(seconds * 48_000), np.float32)
        self.struck, self.runs, self._place, self._next = [], False, 0, 0
        self._random = np.random.default_rng(3)
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, frames):
        self.midi.clear_buffer()
        if not self.runs or self._place + frames > len(self.heard):
            return
        self.heard[self._place : self._place + frames] = self.audio.get_array()
        while self._next < self._place + frames:
            self.midi.write_midi_event(self._next - self._place, (0x90, CLOSED_HAT, 120))
            self.struck.append(self._next)
            self._next += int(self._random.integers(4_800, 9_600))
        self._place += frames

    @property
    def is_over(self):
        return self._place + 4_800 > len(self.heard)

    def delays(self):
        """Frames from each key to the first sound of it; -1 where there is none."""
        return [self._delay(struck) for struck in self.struck if struck + 4_800 < self._place]

    def _delay(self, struck):
        before = np.abs(self.heard[max(0, struck - 200) : struck + 20]).max(initial=0.001)
        loud = np.abs(self.heard[struck + 20 : struck + 2_400]) > 3 * before
        return int(np.argmax(loud)) + 20 if loud.any() else -1


def main(seconds):
    probe = Probe(seconds)
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not probe.client.get_all_connections(probe.midi):
        time.sleep(0.05)
    while time.monotonic() < end and not probe.client.get_ports("PortAudio", is_output=True):
        time.sleep(0.05)
    probe.client.connect(probe.client.get_ports("PortAudio", is_output=True)[0], probe.audio)
    probe.runs = True
    while not probe.is_over and time.monotonic() < end + seconds:
        time.sleep(0.05)
    probe.client.deactivate()
    print(json.dumps(probe.delays()))


if __name__ == "__main__":
    main(float(sys.argv[1]))
