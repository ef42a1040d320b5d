"""MIDI messages on their way from the process that reads ports to those that use them.

A ring in shared memory: one writer, any number of readers, each with a place of its own. A reader
that falls behind by more than the ring holds is told so, and must let go of every note.
"""

from __future__ import annotations

import json
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from numpy.typing import NDArray

from genmusic.midi.messages import Message
from genmusic.shared import Shared, create_shared, open_shared

WRITTEN, BEAT, EDITION = range(3)
"""Words: messages written since the start; turns of the process that writes; edition of the names
of ports, odd while they are being written."""
WORDS, EVENTS, TEXT_BYTES = 8, 4096, 8192
EVENT_WORDS = 2  # time in ns; port, status and the two data bytes
SIZE = 8 * (WORDS + EVENTS * EVENT_WORDS) + TEXT_BYTES


class EventRing(Shared):
    """The shared memory, seen as words, messages and the names of ports."""

    def __init__(self, memory: SharedMemory) -> None:
        super().__init__(memory)
        self.words: NDArray[np.int64] = np.ndarray(WORDS, np.int64, memory.buf)
        shape = (EVENTS, EVENT_WORDS)
        self._events: NDArray[np.int64] = np.ndarray(shape, np.int64, memory.buf, 8 * WORDS)
        self._text: NDArray[np.uint8] = np.ndarray(
            TEXT_BYTES, np.uint8, memory.buf, SIZE - TEXT_BYTES
        )

    @property
    def written(self) -> int:
        """Messages since the start."""
        return int(self.words[WRITTEN])

    @property
    def beat(self) -> int:
        """Grows while the writer lives."""
        return int(self.words[BEAT])

    def write(self, message: Message) -> None:
        """Append a message; the oldest gives way."""
        packed = message.port << 24 | message.status << 16 | message.first << 8 | message.second
        self._events[self.written % EVENTS] = (message.time_ns, packed)
        self.words[WRITTEN] += 1

    def read(self, number: int) -> Message:
        """The message of that number, counted from the start."""
        time_ns, packed = self._events[number % EVENTS].tolist()
        return Message(
            time_ns, packed >> 16 & 0xFF, packed >> 8 & 0xFF, packed & 0xFF, packed >> 24
        )

    def name_ports(self, names: dict[int, str]) -> None:
        """Say which ports are open."""
        data = json.dumps(names).encode()[:TEXT_BYTES].ljust(TEXT_BYTES)
        self.words[EDITION] += 1
        self._text[:] = np.frombuffer(data, np.uint8)
        self.words[EDITION] += 1

    def ports(self) -> dict[int, str] | None:
        """The names of the open ports; None while they are being written."""
        edition = int(self.words[EDITION])
        data = self._text.tobytes()
        if edition % 2 or edition != int(self.words[EDITION]):
            return None
        return {int(n): name for n, name in json.loads(data or b"{}").items()} if edition else {}


class EventReader:
    """One reader's place in a ring."""

    def __init__(self, ring: EventRing) -> None:
        self._ring, self._next = ring, ring.written

    def take(self) -> tuple[list[Message], bool]:
        """The messages since the last call, and whether some were lost before them."""
        end = self._ring.written
        lost = end - self._next > EVENTS
        first = max(self._next, end - EVENTS // 2) if lost else self._next
        self._next = end
        return [self._ring.read(number) for number in range(first, end)], lost


def create_events() -> EventRing:
    """An empty ring."""
    return EventRing(create_shared(SIZE))


def open_events(name: str) -> EventRing:
    """The ring of another process."""
    return EventRing(open_shared(name))
