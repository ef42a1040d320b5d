"""The process that reads MIDI ports: ``python -m genmusic.midi.process RING PATTERN…``.

It opens every port whose name holds one of the patterns (all, without one), those that appear
later too, and a port of its own that other programs can send to. A MIDI system calls Python from a
thread of its own, and leaves it hanging when it dies: so it is a process that holds nothing else,
and its parent starts another one.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from genmusic.errors import DeviceError
from genmusic.midi.events import BEAT, EventRing, open_events
from genmusic.midi.jack_ports import JackPorts
from genmusic.midi.rtmidi_ports import RtmidiPorts

TURN_SECONDS = 0.1
TURNS_BETWEEN_LOOKS = 10  # at which ports there are


def open_ports(ring: EventRing, patterns: Sequence[str]) -> JackPorts | RtmidiPorts:
    """The ports of JACK if its server runs, else those of the system.

    Raises
    ------
    DeviceError
        There is neither.
    """
    try:
        return JackPorts(ring, patterns)
    except DeviceError:
        return RtmidiPorts(ring, patterns)


def main(ring_name: str, patterns: Sequence[str]) -> None:
    """Read ports until the parent process is gone."""
    parent, ring = os.getppid(), open_events(ring_name)
    ports = open_ports(ring, patterns)
    turn = 0
    while os.getppid() == parent:
        ring.words[BEAT] += 1
        turn += 1
        if turn % TURNS_BETWEEN_LOOKS == 0:
            ports.look()
        time.sleep(TURN_SECONDS)
    os._exit(0)  # closing a port hangs when its server has died


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except DeviceError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)
