"""The process that reads MIDI files of others: ``python -m genmusic.midi.reader``.

A file may be made to crash, to hang or to fill the memory of whoever reads it; so it is read by a
process that has nothing to lose. Files come and answers go as a length and so many bytes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from genmusic.errors import CorpusError
from genmusic.midi.scores import MidiPart, MidiScore, read_midi

MOST_BYTES = 64 * 1024 * 1024  # of an answer: half a million notes are 12
LENGTH_BYTES = 4
MEMORY_BYTES = 128 * 1024 * 1024  # that a file may take
CPU_SECONDS = 2  # the same, counted in whole seconds


class Part(msgspec.Struct, array_like=True):
    """A `MidiPart` as bytes."""

    name: str
    leads: bool
    notes: bytes


class Answer(msgspec.Struct, array_like=True):
    """A `MidiScore` as bytes, or why there is none."""

    reason: str
    metres: tuple[tuple[int, int, int], ...] = ()
    keys: tuple[tuple[int, int, str], ...] = ()
    parts: tuple[Part, ...] = ()
    tempos: tuple[tuple[int, float], ...] = ()
    markers: tuple[tuple[int, str], ...] = ()

    def score(self) -> MidiScore:
        """The score; `CorpusError` if there is none."""
        if self.reason:
            raise CorpusError(self.reason)
        parts = (
            MidiPart(p.name, p.leads, np.frombuffer(p.notes, np.int64).reshape(-1, 3))
            for p in self.parts
        )
        return MidiScore(self.metres, self.keys, tuple(parts), self.tempos, self.markers)


def answer(data: bytes) -> Answer:
    """What a file holds."""
    try:
        score = read_midi(data)
    except CorpusError as error:
        return Answer(str(error))
    except MemoryError:
        return Answer("it needs more memory than any score")
    parts = (Part(part.name, part.leads, part.notes.tobytes()) for part in score.parts)
    return Answer("", score.metres, score.keys, tuple(parts), score.tempos, score.markers)


def read_message(file: IO[bytes]) -> bytes | None:
    """The next bytes with their length before them; None at the end."""
    head = file.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    return file.read(int.from_bytes(head))


def write_message(file: IO[bytes], data: bytes) -> None:
    """Write bytes with their length before them."""
    file.write(len(data).to_bytes(LENGTH_BYTES) + data)
    file.flush()


def main() -> None:
    """Read files until there are no more."""
    taken_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most_bytes = taken_bytes + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (data := read_message(sys.stdin.buffer)) is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        write_message(sys.stdout.buffer, msgspec.msgpack.encode(answer(data)))


if __name__ == "__main__":
    main()
