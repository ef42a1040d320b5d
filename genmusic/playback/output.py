"""A sound device that is kept playing: lost, it is waited for; back, it plays on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from genmusic.playback.devices import DeviceChoice, reason
from genmusic.playback.ring import AudioRing, create_ring
from genmusic.processes import Patience, Report, WatchedProcess

# A cold interpreter, the first compilation and PortAudio on a busy machine; then no callback for
# several times the longest period (85 ms) means that the device is gone.
PATIENCE = Patience(start_seconds=20.0, silent_seconds=0.6)


class DeviceOutput:
    """A ring, and the process that plays it.

    Parameters
    ----------
    choice
        Which device.
    period
        Frames of a callback, 32..4096; 0 leaves it to the device.
    clock
        Seconds that only grow.
    keys
        Shared memory of a live instrument and of its messages, by name; then the period must be a
        whole number of quanta.
    """

    def __init__(
        self,
        choice: DeviceChoice,
        period: int,
        clock: Callable[[], float],
        keys: Sequence[str] = (),
    ) -> None:
        self.ring: AudioRing = create_ring()
        arguments = [self.ring.name, str(period), choice.device, choice.api, *keys]
        self._process = WatchedProcess(
            ["genmusic.playback.process", *arguments], lambda: self.ring.callbacks, PATIENCE, clock
        )

    def look(self) -> Report:
        """How the device is; call it a few times a second, it also brings it back."""
        report = self._process.look()
        return replace(report, text=reason(report.text)) if report.state == "lost" else report

    def close(self) -> None:
        """End the sound and give everything back."""
        self._process.close()
        self.ring.remove()
