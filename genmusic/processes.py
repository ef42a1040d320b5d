"""A child process that is watched, and replaced when it dies or falls silent.

For what may hang in a foreign library: sound and MIDI systems whose server has died. Such a child
holds nothing of value; it can be killed at any moment.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Literal

RETRY_SECONDS = 0.5
MOST_WORDS = 10_000  # bytes that are read of what a child says

State = Literal["starting", "working", "lost"]


@dataclass(frozen=True, slots=True)
class Report:
    """How the child is."""

    state: State
    text: str  # what it said first, or what is wrong


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a child may give no sign of life."""

    start_seconds: float
    silent_seconds: float


class WatchedProcess:
    """Starts a module of ours as a process, watches it, and starts it again.

    Parameters
    ----------
    command
        Module and arguments, as after ``python -m``.
    beat
        A number that changes while the child lives.
    patience
        How long the number may stand still.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        command: Sequence[str],
        beat: Callable[[], int],
        patience: Patience,
        clock: Callable[[], float],
    ) -> None:
        self._command = [sys.executable, "-m", *command]
        self._beat, self._patience, self._clock = beat, patience, clock
        self._report = Report("starting", "")
        self._last_beat, self._moved_at = beat(), clock()
        self._child: subprocess.Popen[bytes] | None = None
        # Files, not pipes: nobody has to read what the child says.
        self._said, self._complained = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - see close
        self._start()

    def look(self) -> Report:
        """How the child is now; call it a few times a second, it also brings it back."""
        now = self._clock()
        if self._child is None:
            if now >= self._moved_at + RETRY_SECONDS:
                self._start()
        elif self._child.poll() is not None:
            self._lose(_read(self._complained))
        elif self._beat() != self._last_beat:
            self._last_beat, self._moved_at = self._beat(), now
            if self._report.state != "working":
                self._report = Report("working", _read(self._said).strip())
        elif now > self._moved_at + self._allowed_seconds:
            self._lose("it fell silent")
        return self._report

    @property
    def _allowed_seconds(self) -> float:
        works = self._report.state == "working"
        return self._patience.silent_seconds if works else self._patience.start_seconds

    def _start(self) -> None:
        for file in (self._said, self._complained):
            file.seek(0)
            file.truncate()
        self._child = subprocess.Popen(  # noqa: S603 - ourselves
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._complained,
        )
        self._moved_at = self._clock()

    def _lose(self, complaint: str) -> None:
        self._end()
        self._moved_at = self._clock()
        self._report = Report("lost", complaint.strip())

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def close(self) -> None:
        """End the child and give everything back."""
        self._end()
        self._said.close()
        self._complained.close()


def last_line(text: str) -> str:
    """What a child said last: foreign libraries may have said more before."""
    return (text.splitlines() or [""])[-1]


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(MOST_WORDS).decode(errors="replace")
