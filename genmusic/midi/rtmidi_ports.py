"""Ports of the system's own MIDI, through rtmidi: each message has the time at which it arrived."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from genmusic.errors import DeviceError
from genmusic.midi.events import EventRing
from genmusic.midi.messages import Message

CLIENT, OWN_PORT = "genmusic", "in"
MOST_BYTES = 3


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


def is_wanted(name: str, patterns: Sequence[str]) -> bool:
    """Whether a port of another program holds one of the patterns; without patterns, any."""
    if name.startswith(f"{CLIENT}:") or name.startswith(f"{CLIENT}-0"):
        return False  # our own, and those of others of our kind
    return not patterns or any(pattern.lower() in name.lower() for pattern in patterns)


def message_of(data: Sequence[int], time_ns: int, port: int) -> Message:
    """A message of one to three bytes."""
    status, first, second = (*data, 0, 0)[:MOST_BYTES]
    return Message(time_ns, status, first, second, port)


class RtmidiPorts:
    """The open ports.

    Parameters
    ----------
    ring
        Where messages and the names of ports are written.
    patterns
        Parts of the names of ports to open.
    """

    def __init__(self, ring: EventRing, patterns: Sequence[str]) -> None:
        self._system, self._ring, self._patterns = find_system(), ring, patterns
        self._numbers: dict[str, int] = {}  # a port that comes back gets its number again
        self._open: dict[str, Any] = {}
        self._own = self._listen(OWN_PORT)
        self._own.open_virtual_port(OWN_PORT)
        self.look()

    def look(self) -> None:
        """Open what came, close what went.

        Raises
        ------
        DeviceError
            The MIDI system is gone.
        """
        find_system()
        there = [name for name in self._own.get_ports() if is_wanted(name, self._patterns)]
        for name in [name for name in self._open if name not in there]:
            self._open.pop(name).close_port()
        for name in [name for name in there if name not in self._open]:
            port = self._listen(name)
            port.open_port(port.get_ports().index(name))
            self._open[name] = port
        self._ring.name_ports({self._numbers[name]: name for name in (OWN_PORT, *self._open)})

    def _listen(self, name: str) -> Any:  # noqa: ANN401 - rtmidi is untyped
        import rtmidi

        port = rtmidi.MidiIn(self._system, name=CLIENT)
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        port.set_callback(_writer(self._ring, self._numbers.setdefault(name, len(self._numbers))))
        return port


def _writer(ring: EventRing, port: int) -> Callable[[tuple[list[int], float], object], None]:
    def write(event: tuple[list[int], float], _data: object) -> None:
        if len(event[0]) <= MOST_BYTES:
            ring.write(message_of(event[0], time.monotonic_ns(), port))

    return write
