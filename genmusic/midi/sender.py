"""The process that sends MIDI: ``python -m genmusic.midi.sender RING [PORT]``.

Each message leaves at the time that is written with it. The process sleeps up to that time: on a
busy machine that is kept better than by spinning (p99 1.3 against 3.1 ms, measured). Without a port
to send to it opens one of its own, from which other programs can take.
"""

from __future__ import annotations

import heapq
import itertools
import os
import sys
import time
from typing import Any

from genmusic.errors import DeviceError
from genmusic.midi.events import BEAT, EventReader, EventRing, open_events
from genmusic.midi.messages import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CHANNEL_PRESSURE,
    CLOCK,
    CONTROL_CHANGE,
    PROGRAM_CHANGE,
    Message,
)
from genmusic.midi.ports import find_port
from genmusic.midi.rtmidi_ports import CLIENT, find_system

OWN_PORT = "out"
LONGEST_NAP_SECONDS = 0.002  # a message may be due as soon as it is written
LOOK_SECONDS = 1.0
CHANNELS = 16
LATE_NS = 500_000_000  # what is later than this is a leftover: notes are not struck, but let go
FORGET = 0xF5  # undefined in MIDI: a word between us, to drop what waits and be silent


class Sender:
    """Messages that wait for their time."""

    def __init__(self, port: Any, ring: EventRing) -> None:  # noqa: ANN401 - rtmidi is untyped
        self._port = port
        self._reader = EventReader(ring)
        self._waiting: list[tuple[int, int, Message]] = []
        self._order = itertools.count()

    def turn(self) -> float:
        """Send what is due; seconds until the next message, or until one may have come."""
        for message in self._reader.take()[0]:
            if message.status == FORGET:
                self._waiting.clear()
                self.silence()
            else:
                heapq.heappush(self._waiting, (message.time_ns, next(self._order), message))
        now = time.monotonic_ns()
        while self._waiting and self._waiting[0][0] <= now:
            self._send(heapq.heappop(self._waiting)[2], now)
        wait = (self._waiting[0][0] - now) / 1e9 if self._waiting else LONGEST_NAP_SECONDS
        return min(wait, LONGEST_NAP_SECONDS)

    def _send(self, message: Message, now: int) -> None:
        if now - message.time_ns < LATE_NS or message.kind != 0x90:
            self._port.send_message(data_of(message))

    def silence(self) -> None:
        """Let go of every note, on every channel."""
        for channel in range(CHANNELS):
            for controller in (ALL_SOUND_OFF, ALL_NOTES_OFF):
                self._port.send_message([CONTROL_CHANGE | channel, controller, 0])


def data_of(message: Message) -> list[int]:
    """The bytes of a message."""
    if message.status >= CLOCK:
        return [message.status]
    if message.kind in (PROGRAM_CHANGE, CHANNEL_PRESSURE):
        return [message.status, message.first]
    return [message.status, message.first, message.second]


def main(ring_name: str, wanted: str) -> None:
    """Send until the parent process is gone."""
    import rtmidi

    parent, ring = os.getppid(), open_events(ring_name)
    port = rtmidi.MidiOut(find_system(), name=CLIENT)
    target = ""
    if wanted:
        names = port.get_ports()
        target = find_port(names, wanted)
        port.open_port(names.index(target))
    else:
        port.open_virtual_port(OWN_PORT)
    sender, looked_at = Sender(port, ring), time.monotonic()
    while os.getppid() == parent:
        ring.words[BEAT] += 1
        time.sleep(sender.turn())
        if time.monotonic() > looked_at + LOOK_SECONDS:
            looked_at = time.monotonic()
            find_system()
            if target and target not in port.get_ports():  # messages to it would vanish unseen
                raise DeviceError(f"the port {target} is gone")
    sender.silence()
    os._exit(0)  # closing a port hangs when its server has died


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    except DeviceError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)
