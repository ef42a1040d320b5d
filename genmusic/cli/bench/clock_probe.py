"""Sends a MIDI clock as `genmusic.midi.sender` does, and prints how late each message left, in ns.

``python -m genmusic.cli.bench.clock_probe RING COUNT``: a process of its own, as that one is. The
port is one that notes the time; what a real one adds is its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from genmusic.midi.events import open_events
from genmusic.midi.sender import Sender


class NotingPort:
    """A port that notes when it was given a message."""

    def __init__(self) -> None:
        self.times_ns: list[int] = []

    def send_message(self, _data: Sequence[int]) -> None:
        """Note the time."""
        self.times_ns.append(time.monotonic_ns())


def main(ring_name: str, count: int) -> list[int]:
    """Send so many messages; when each left."""
    port = NotingPort()
    sender = Sender(port, open_events(ring_name))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while len(port.times_ns) < count:
        time.sleep(sender.turn())
    return port.times_ns


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
