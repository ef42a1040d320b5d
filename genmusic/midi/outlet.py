"""A MIDI port to send to, on time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from genmusic.midi.events import EventRing, create_events
from genmusic.midi.messages import Message
from genmusic.midi.sender import FORGET
from genmusic.processes import Patience, Report, WatchedProcess, last_line

PATIENCE = Patience(start_seconds=10.0, silent_seconds=2.0)


class MidiOutlet:
    """Messages with the time at which each is to leave.

    Parameters
    ----------
    port
        A part of the name of the port to send to; empty: a port of our own, ``genmusic:out``.
    clock
        Seconds that only grow.
    """

    def __init__(self, port: str, clock: Callable[[], float]) -> None:
        self.ring: EventRing = create_events()
        command = ["genmusic.midi.sender", self.ring.name, port]
        self._process = WatchedProcess(command, lambda: self.ring.beat, PATIENCE, clock)

    def look(self) -> Report:
        """How the MIDI system is; call it a few times a second, it also brings it back."""
        report = self._process.look()
        return replace(report, text=last_line(report.text))

    def send(self, message: Message) -> None:
        """Have a message leave at its time."""
        self.ring.write(message)

    def silence(self) -> None:
        """Drop what waits, and let go of every note."""
        self.ring.write(Message(0, FORGET))

    def close(self) -> None:
        """Close the port and give everything back."""
        self._process.close()
        self.ring.remove()
