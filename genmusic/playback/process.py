"""The process that plays: ``python -m genmusic.playback.process RING PERIOD DEVICE API``.

It opens the device with the compiled callback and waits until its parent ends it or is gone. When
the stream runs it says where, in one line; why it cannot, it says on standard error.
"""

from __future__ import annotations

import os
import sys
import time

from genmusic.errors import DeviceError
from genmusic.playback.callback import play_ring
from genmusic.playback.devices import Device, DeviceChoice, ask_portaudio, choose
from genmusic.playback.ring import AudioRing, open_ring
from genmusic.units import SAMPLE_RATE

PARENT_LOOK_SECONDS = 0.25


def main(ring_name: str, period: int, choice: DeviceChoice) -> None:
    """Play a ring until the parent process is gone."""
    parent = os.getppid()
    ring = open_ring(ring_name)
    device = choose(ask_portaudio(), choice)
    stream = _start(ring, device, period)
    sys.stdout.write(f"{device.name} ({device.api})\n")
    sys.stdout.flush()
    while os.getppid() == parent and stream is not None:
        time.sleep(PARENT_LOOK_SECONDS)
    os._exit(0)  # closing a stream hangs for ever when its sound server has died


def _start(ring: AudioRing, device: Device, period: int) -> object:
    """The running stream; it lives as long as somebody holds it."""
    import sounddevice

    ffi = sounddevice._ffi
    stream = sounddevice._StreamBase(
        kind="output",
        device=device.number,
        samplerate=SAMPLE_RATE,
        blocksize=period,
        channels=2,
        dtype="float32",
        latency="low",
        callback=ffi.cast("PaStreamCallback*", play_ring.address),
        userdata=ffi.cast("void*", ring.words.ctypes.data),
    )
    stream.start()
    return stream


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), DeviceChoice(sys.argv[3], sys.argv[4]))
    except DeviceError as error:
        sys.exit(str(error))
