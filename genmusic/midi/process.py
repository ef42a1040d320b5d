"""The process that reads MIDI ports: ``python -m genmusic.midi.process RING PATTERN…``.

It opens every port whose name holds one of the patterns (all, without one), those that appear
later too, and a port of its own that other programs can send to. rtmidi calls Python from the MIDI
system's own thread, and a MIDI system that dies leaves it hanging: so it is a process that holds
nothing else, and its parent starts another one.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from genmusic.errors import DeviceError
from genmusic.midi.events import BEAT, EventRing, open_events
from genmusic.midi.messages import Message

CLIENT, OWN_PORT = "genmusic", "in"
TURN_SECONDS = 0.1
TURNS_BETWEEN_LOOKS = 10  # at which ports there are
MOST_BYTES = 3


class Ports:
    """The open ports of one MIDI system."""

    def __init__(self, system: int, ring: EventRing, patterns: Sequence[str]) -> None:
        self._system, self._ring, self._patterns = system, ring, patterns
        self._numbers: dict[str, int] = {}  # a port that comes back gets its number again
        self._open: dict[str, Any] = {}
        self._own = self._listen(OWN_PORT)
        self._own.open_virtual_port(OWN_PORT)
        self.look()

    def look(self) -> None:
        """Open what came, close what went."""
        there = [name for name in self._own.get_ports() if self._is_wanted(name)]
        for name in [name for name in self._open if name not in there]:
            self._open.pop(name).close_port()
        for name in [name for name in there if name not in self._open]:
            port = self._listen(name)
            port.open_port(port.get_ports().index(name))
            self._open[name] = port
        self._ring.name_ports({self._numbers[name]: name for name in (OWN_PORT, *self._open)})

    def _is_wanted(self, name: str) -> bool:
        if CLIENT in name:
            return False
        return not self._patterns or any(p.lower() in name.lower() for p in self._patterns)

    def _listen(self, name: str) -> Any:  # noqa: ANN401 - rtmidi is untyped
        import rtmidi

        port = rtmidi.MidiIn(self._system, name=CLIENT)
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        port.set_callback(_writer(self._ring, self._numbers.setdefault(name, len(self._numbers))))
        return port


def _writer(ring: EventRing, port: int) -> Callable[[tuple[list[int], float], object], None]:
    def write(event: tuple[list[int], float], _data: object) -> None:
        data = event[0]
        if len(data) <= MOST_BYTES:
            status, first, second = (*data, 0, 0)[:MOST_BYTES]
            ring.write(Message(time.monotonic_ns(), status, first, second, port))

    return write


def find_system() -> int:
    """The first MIDI system that answers: the kernel's, then JACK.

    Raises
    ------
    DeviceError
        There is neither, or python-rtmidi is missing.
    """
    try:
        import rtmidi
    except ImportError as error:
        raise DeviceError(
            "python-rtmidi is not installed; run: pip install 'genmusic[midi]'"
        ) from error
    for system in (rtmidi.API_LINUX_ALSA, rtmidi.API_UNIX_JACK):
        try:
            rtmidi.MidiIn(system, name=CLIENT).delete()
        except rtmidi.SystemError:
            continue
        return int(system)
    raise DeviceError("there is no MIDI system; load snd-seq (sudo modprobe snd-seq) or start JACK")


def main(ring_name: str, patterns: Sequence[str]) -> None:
    """Read ports until the parent process is gone."""
    parent, ring = os.getppid(), open_events(ring_name)
    ports = Ports(find_system(), ring, patterns)
    turn = 0
    while os.getppid() == parent:
        ring.words[BEAT] += 1
        turn += 1
        if turn % TURNS_BETWEEN_LOOKS == 0:
            find_system()  # raises when the MIDI system is gone
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
