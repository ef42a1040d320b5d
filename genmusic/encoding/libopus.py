"""The system's libopus, called directly: a quarter less CPU time than the same codec in FFmpeg.

FFmpeg copies every packet three times and passes it through a filter graph. Whoever has no libopus
(Debian: ``libopus0``) hears the same through PyAV.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from genmusic.threads import OfThread
from genmusic.units import SAMPLE_RATE

CHANNELS = 2
LARGEST_PACKET_BYTES = 4_000  # as the documentation of opus_encode advises
OK = 0

# From opus_defines.h.
APPLICATION_AUDIO = 2049
SET_BITRATE, SET_VBR, SET_COMPLEXITY, SET_VBR_CONSTRAINT, GET_LOOKAHEAD = (
    4002,
    4006,
    4010,
    4020,
    4027,
)

Floats = NDArray[np.float32]
# Where a packet is written before it is copied.
_packets: OfThread[int, ctypes.Array[ctypes.c_char]] = OfThread(ctypes.create_string_buffer)


@cache
def load() -> ctypes.CDLL | None:
    """The library, or None where there is none that can be called without a compiler's help."""
    if sys.platform != "linux":  # elsewhere `opus_encoder_ctl(…, ...)` may want its own convention
        return None
    try:
        library = ctypes.CDLL("libopus.so.0")
    except OSError:
        return None
    library.opus_encoder_create.restype = ctypes.c_void_p
    library.opus_encoder_create.argtypes = [*[ctypes.c_int] * 3, ctypes.POINTER(ctypes.c_int)]
    library.opus_encoder_destroy.restype = None
    library.opus_encoder_destroy.argtypes = [ctypes.c_void_p]
    library.opus_encode_float.argtypes = [
        ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int32
    ]  # fmt: skip
    library.opus_strerror.restype = ctypes.c_char_p
    return library


def _packet_of_thread() -> int:
    """Where a packet is written before it is copied: an address that only this thread uses."""
    return ctypes.addressof(_packets.of(LARGEST_PACKET_BYTES))


class Encoder:
    """One stream of stereo Opus at 48 kHz, with a constrained variable bit rate.

    Raises
    ------
    ValueError
        The library refuses a setting, or to encode.
    """

    def __init__(self, library: ctypes.CDLL, bitrate: int, complexity: int) -> None:
        self._library = library
        fault = ctypes.c_int()
        handle = library.opus_encoder_create(
            SAMPLE_RATE, CHANNELS, APPLICATION_AUDIO, ctypes.byref(fault)
        )
        self._check(fault.value)
        self._handle = ctypes.c_void_p(handle)
        weakref.finalize(self, library.opus_encoder_destroy, self._handle)
        self._set({SET_BITRATE: bitrate, SET_COMPLEXITY: complexity})
        self._set({SET_VBR: 1, SET_VBR_CONSTRAINT: 1})

    @property
    def lookahead(self) -> int:
        """Frames by which a decoder's output lags."""
        frames = ctypes.c_int32()
        self._check(
            self._library.opus_encoder_ctl(self._handle, GET_LOOKAHEAD, ctypes.byref(frames))
        )
        return frames.value

    def encode(self, samples: Floats, packet_frames: int) -> list[bytes]:
        """The packets of interleaved samples, (frames, 2) float32, C-contiguous."""
        packet, step = _packet_of_thread(), packet_frames * samples.strides[0]
        first = samples.ctypes.data
        packets = []
        for at in range(first, first + samples.nbytes, step):
            size = self._library.opus_encode_float(
                self._handle, at, packet_frames, packet, LARGEST_PACKET_BYTES
            )
            self._check(min(size, OK))
            packets.append(ctypes.string_at(packet, size))
        return packets

    def _set(self, wishes: Mapping[int, int]) -> None:
        for request, value in wishes.items():
            self._check(
                self._library.opus_encoder_ctl(self._handle, request, ctypes.c_int32(value))
            )

    def _check(self, code: int) -> None:
        if code != OK:
            raise ValueError(self._library.opus_strerror(code).decode())
