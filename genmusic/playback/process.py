"""The process that plays a ring, and the keys of a live instrument if there is one.

``python -m genmusic.playback.process RING PERIOD DEVICE API [LIVE MIDI]`` opens the device with a
compiled callback and waits until its parent ends it or is gone; the capitals are names of shared
memory, and what the user asked for. When the stream runs it says where, in one line; why it cannot,
it says on standard error.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from genmusic.errors import DeviceError
from genmusic.playback.compiling import compiled_callback
from genmusic.playback.devices import Device, DeviceChoice, ask_portaudio, choose
from genmusic.playback.ring import AudioRing, open_ring
from genmusic.shared import open_shared
from genmusic.units import SAMPLE_RATE
from kernels.playout import LIVE, MIDI

PARENT_LOOK_SECONDS = 0.25


def main(ring_name: str, period: int, choice: DeviceChoice, keys: Sequence[str]) -> None:
    """Play a ring until the parent process is gone.

    ``keys`` are the names of the live instrument's memory and of its messages, or nothing.
    """
    parent = os.getppid()
    ring = open_ring(ring_name)
    memories = [open_shared(name) for name in keys]
    for word, memory in zip((LIVE, MIDI), memories, strict=False):
        ring.words[word] = np.ndarray(1, np.uint8, memory.buf).ctypes.data
    device = choose(ask_portaudio(), choice)
    stream = _start(ring, device, period, compiled_callback(with_keys=bool(keys)))
    sys.stdout.write(f"{device.name} ({device.api})\n")
    sys.stdout.flush()
    while os.getppid() == parent and stream is not None:
        time.sleep(PARENT_LOOK_SECONDS)
    os._exit(0)  # closing a stream hangs for ever when its sound server has died


def _start(ring: AudioRing, device: Device, period: int, callback: Any) -> object:  # noqa: ANN401
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
        callback=ffi.cast("PaStreamCallback*", callback.address),
        userdata=ffi.cast("void*", ring.words.ctypes.data),
    )
    stream.start()
    return stream


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), DeviceChoice(*sys.argv[3:5]), sys.argv[5:7])
    except DeviceError as error:
        sys.exit(str(error))
