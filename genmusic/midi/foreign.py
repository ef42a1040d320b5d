"""MIDI files of others, read without trusting them."""

from __future__ import annotations

import atexit
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import lru_cache
from typing import IO

import msgspec

from genmusic.errors import CorpusError
from genmusic.midi.reader import LENGTH_BYTES, MOST_BYTES, Answer, write_message
from genmusic.midi.scores import MidiScore

MOST_FILE_BYTES = 8 * 1024 * 1024
START_SECONDS = 30.0  # a cold interpreter on a busy machine
READ_SECONDS = 10.0  # the process ends itself after two of its own time
CHUNK_BYTES = 1 << 20
BROKEN = "it breaks the program that reads it"
SLOW = "it takes longer to read than any score"

_decoder = msgspec.msgpack.Decoder(Answer)


class ForeignReader:
    """Reads files in a process of their own, which is replaced when a file has broken it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def process_id(self) -> int:
        """The number of the process, 0 before the first file."""
        return self._child.pid if self._child else 0

    def read(self, data: bytes) -> MidiScore:
        """Read a standard MIDI file; of a damaged one, what can be read.

        Raises
        ------
        CorpusError
            Nothing in it is music, it is longer than any score, or it harms who reads it.
        """
        if len(data) > MOST_FILE_BYTES:
            raise CorpusError(f"it is larger than {MOST_FILE_BYTES // 1024} KiB")
        with self._lock:
            try:
                return _decoder.decode(self._ask(data)).score()
            except TimeoutError as error:
                self._end()
                raise CorpusError(SLOW) from error
            except (OSError, msgspec.DecodeError) as error:
                self._end()
                raise CorpusError(BROKEN) from error

    def _ask(self, data: bytes) -> bytes:
        allowed_seconds = READ_SECONDS
        if self._child is None:
            self._child = _start()
            allowed_seconds += START_SECONDS
        child = self._child
        if child.stdin is None or child.stdout is None:
            raise OSError("the process has no pipes")
        write_message(child.stdin, data)
        until = time.monotonic() + allowed_seconds
        length = int.from_bytes(_receive(child.stdout, LENGTH_BYTES, until))
        if length > MOST_BYTES:
            raise OSError("the answer is too long")
        return _receive(child.stdout, length, until)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                _close(pipe)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "genmusic.midi.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _receive(pipe: IO[bytes], count: int, until: float) -> bytes:
    """So many bytes, or a `TimeoutError`; an `OSError` if the process has ended."""
    received, waiting = b"", select.poll()  # `select` knows no more than 1024 open files
    waiting.register(pipe, select.POLLIN)
    while len(received) < count:
        if not waiting.poll(max(0.0, until - time.monotonic()) * 1000.0):
            raise TimeoutError
        chunk = pipe.read1(min(CHUNK_BYTES, count - len(received)))  # type: ignore[attr-defined]
        if not chunk:
            raise OSError("the process has ended")
        received += chunk
    return received


def _close(pipe: IO[bytes]) -> None:
    with suppress(OSError):  # what it had no time to take is of no use any more
        pipe.close()


@lru_cache(maxsize=1)
def _shared_reader() -> ForeignReader:
    reader = ForeignReader()
    atexit.register(reader.close)
    return reader


def read_foreign_midi(data: bytes) -> MidiScore:
    """Read a file with the reader that all of this process share; as `ForeignReader.read`."""
    return _shared_reader().read(data)
