"""A sound device that is kept playing: lost, it is waited for; back, it plays on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Literal

from genmusic.playback.devices import DeviceChoice, reason
from genmusic.playback.ring import AudioRing, create_ring

START_SECONDS = 20.0  # a cold interpreter, the first compilation, PortAudio, a busy machine
SILENT_SECONDS = 0.6  # no callback for so long: the device is gone (the longest period is 85 ms)
RETRY_SECONDS = 0.5

State = Literal["starting", "playing", "lost"]


@dataclass(frozen=True, slots=True)
class Report:
    """How the device is."""

    state: State
    text: str  # where it plays, or what is wrong


class DeviceOutput:
    """Starts the process that plays, watches it, and starts another when the device is gone.

    Parameters
    ----------
    choice
        Which device.
    period
        Frames of a callback, 32..4096; 0 leaves it to the device.
    clock
        Seconds that only grow.
    """

    def __init__(self, choice: DeviceChoice, period: int, clock: Callable[[], float]) -> None:
        self.ring: AudioRing = create_ring()
        self._choice, self._period, self._clock = choice, period, clock
        self._report = Report("starting", "")
        self._callbacks, self._moved_at = 0, clock()
        self._process: subprocess.Popen[bytes] | None = None
        # What the process says, where no reader has to wait for it.
        self._words, self._complaints = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - closed in close
        self._start()

    def look(self) -> Report:
        """How the device is now; call it a few times a second, it also brings it back."""
        now = self._clock()
        if self._process is None:
            if now >= self._moved_at + RETRY_SECONDS:
                self._start()
        elif self._process.poll() is not None:
            self._lose(reason(_said(self._complaints)))
        elif self.ring.callbacks != self._callbacks:
            self._callbacks, self._moved_at = self.ring.callbacks, now
            if self._report.state != "playing":
                self._report = Report("playing", _said(self._words).strip())
        elif now > self._moved_at + self._patience:
            self._lose("the device stopped asking for sound")
        return self._report

    @property
    def _patience(self) -> float:
        return SILENT_SECONDS if self._report.state == "playing" else START_SECONDS

    def _start(self) -> None:
        for file in (self._words, self._complaints):
            file.seek(0)
            file.truncate()
        choice = (self._choice.device, self._choice.api)
        program = [sys.executable, "-m", "genmusic.playback.process"]
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [*program, self.ring.name, str(self._period), *choice],
            stdin=subprocess.DEVNULL,
            stdout=self._words,
            stderr=self._complaints,
        )
        self._moved_at = self._clock()

    def _lose(self, complaint: str) -> None:
        self._end()
        self._moved_at = self._clock()
        self._report = Report("lost", complaint)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()  # it may hang in its sound server, and has nothing to lose
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End the sound and give everything back."""
        self._end()
        self._words.close()
        self._complaints.close()
        self.ring.remove()


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(10_000).decode(errors="replace")
