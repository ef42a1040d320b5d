"""Ports of a JACK server: each message has the time of its own frame.

rtmidi hands on what came in a period when the period begins, and where in it a key was struck is
lost: with a period of 128 frames, up to 2.7 ms. JACK itself knows the frame.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from genmusic.errors import DeviceError
from genmusic.midi.events import EventRing
from genmusic.midi.rtmidi_ports import CLIENT, MOST_BYTES, OWN_PORT, is_wanted, message_of

NS = 1_000_000_000


class JackPorts:
    """The open ports; as `RtmidiPorts`.

    Raises
    ------
    DeviceError
        There is no JACK server, or JACK-Client is missing.
    """

    def __init__(self, ring: EventRing, patterns: Sequence[str]) -> None:
        try:
            import jack

            self._client: Any = jack.Client(CLIENT, no_start_server=True)
        except (ImportError, OSError) as error:  # no module, no library
            raise DeviceError("JACK is not there") from error
        except jack.JackError as error:
            raise DeviceError("no JACK server runs") from error
        self._ring, self._patterns = ring, patterns
        self._numbers: dict[str, int] = {}  # a port that comes back gets its number again
        self._inputs: dict[str, Any] = {}
        self._is_gone = False
        self._since_ns = 0
        self._client.set_shutdown_callback(self._lose)
        self._client.set_process_callback(self._hear)
        self._client.activate()
        self._add(OWN_PORT)
        self.look()

    def _lose(self, _status: object, _reason: str) -> None:
        self._is_gone = True

    def look(self) -> None:
        """Open what came, close what went.

        Raises
        ------
        DeviceError
            The server is gone.
        """
        if self._is_gone:
            raise DeviceError("the JACK server is gone")
        sources = self._client.get_ports(is_midi=True, is_output=True)
        there = [port.name for port in sources if is_wanted(port.name, self._patterns)]
        for name in [n for n in self._inputs if n not in there and n != OWN_PORT]:
            self._inputs.pop(name).unregister()
        for name in [n for n in there if n not in self._inputs]:
            self._client.connect(name, self._add(name))
        self._ring.name_ports({self._numbers[name]: name for name in self._inputs})

    def _add(self, name: str) -> Any:  # noqa: ANN401 - JACK-Client is untyped
        number = self._numbers.setdefault(name, len(self._numbers))
        own_name = OWN_PORT if name == OWN_PORT else f"{OWN_PORT}_{number}"
        port = self._client.midi_inports.register(own_name)
        self._inputs = {**self._inputs, name: port}  # the audio thread may be walking the old one
        return port

    def _hear(self, frames: int) -> None:
        """Take the messages of a period, each with the time of its frame."""
        rate = self._client.samplerate
        self._since_ns = smoothed(self._since_ns, time.monotonic_ns(), frames * NS // rate)
        for name, port in self._inputs.items():
            for offset, data in port.incoming_midi_events():
                if 0 < len(data) <= MOST_BYTES:
                    time_ns = self._since_ns + offset * NS // rate
                    heard = message_of(list(bytes(data)), time_ns, self._numbers[name])
                    self._ring.write(heard)


def smoothed(before_ns: int, now_ns: int, period_ns: int) -> int:
    """When a period began, from when the one before did and when we were called.

    As `kernels.live` reckons, so that both agree: early calls tell more than late ones. JACK's own
    estimate (`frame_time`) strays by more than a period when the machine is busy.
    """
    expected = before_ns + period_ns
    late = now_ns - expected
    if abs(late) > 2 * period_ns:
        return now_ns
    return expected + (late // 2 if late < 0 else late // 64)
