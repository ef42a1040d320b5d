"""MIDI that comes in, from ports that come and go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from genmusic.midi.events import EventReader, EventRing, create_events
from genmusic.midi.messages import Message
from genmusic.processes import Patience, Report, WatchedProcess, last_line

PATIENCE = Patience(start_seconds=10.0, silent_seconds=1.5)


class MidiInput:
    """Every message of the ports whose names hold one of the patterns.

    Parameters
    ----------
    patterns
        Parts of names, in any case; none: every port.
    clock
        Seconds that only grow.
    """

    def __init__(self, patterns: Sequence[str], clock: Callable[[], float]) -> None:
        self.ring: EventRing = create_events()
        command = ["genmusic.midi.process", self.ring.name, *patterns]
        self._process = WatchedProcess(command, lambda: self.ring.beat, PATIENCE, clock)
        self._reader = EventReader(self.ring)
        self._ports: dict[int, str] = {}

    def look(self) -> Report:
        """How the MIDI system is; call it a few times a second, it also brings it back."""
        self._ports = self.ring.ports() or self._ports
        report = self._process.look()
        return replace(report, text=last_line(report.text))

    @property
    def ports(self) -> dict[int, str]:
        """The open ports by number."""
        return self._ports

    def take(self) -> tuple[list[Message], bool]:
        """The messages since the last call, and whether some were lost before them."""
        return self._reader.take()

    def close(self) -> None:
        """Close the ports and give everything back."""
        self._process.close()
        self.ring.remove()
