"""The system's libopus, called directly: a quarter less CPU time than the same codec in FFmpeg.

FFmpeg copies every packet three times and passes it through a filter graph. A kernel calls the
library (`kernels.packets`): the GIL is given away once for many packets. Whoever has no libopus
(Debian: ``libopus0``) hears the same through PyAV.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.threads import OfThread
from genmusic.units import SAMPLE_RATE
from kernels.packets import HEAD_BYTES, encode_packets

CHANNELS = 2
LARGEST_PACKET_BYTES = 1_276  # of 20 ms: 1275 and a head (RFC 6716, section 3.2.1)
MOST_PACKETS = 20  # in one call: 400 ms
OK = 0

# From opus_defines.h. To forbid prediction (4042) would save a fifth of the time, as complexity 4
# does: the pitch is not searched then, and pianos and plucked strings lose 1.1 to 1.4 dB of SNR.
APPLICATION_AUDIO = 2049
SET_BITRATE, SET_VBR, SET_COMPLEXITY, SET_VBR_CONSTRAINT, GET_LOOKAHEAD = (
    4002,
    4006,
    4010,
    4020,
    4027,
)

Floats = NDArray[np.float32]


class _Desk(NamedTuple):
    """Where packets are written before they are copied."""

    pairs: Floats
    packets: NDArray[np.uint8]
    ends: NDArray[np.int32]

    @classmethod
    def of(cls, packet_frames: int) -> _Desk:
        """For packets of so many frames."""
        packets = np.empty(MOST_PACKETS * (HEAD_BYTES + LARGEST_PACKET_BYTES), np.uint8)
        ends = np.zeros(MOST_PACKETS, np.int32)
        return cls(np.empty(CHANNELS * packet_frames, np.float32), packets, ends)


_desks: OfThread[int, _Desk] = OfThread(_Desk.of)


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
    library.opus_strerror.restype = ctypes.c_char_p
    return library


def prepare(packet_frames: int) -> None:
    """Have the kernel compiled, or loaded, with or without a library."""
    nothing = np.zeros((CHANNELS, 0), np.float32)
    pairs, packets, ends = _Desk.of(packet_frames)
    encode_packets(0, 0, nothing, 0, pairs, packets, ends[:0])


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
        self._function = ctypes.cast(library.opus_encode_float, ctypes.c_void_p).value or 0
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

    def encode(self, sides: Floats, packet_frames: int) -> tuple[bytes, Sequence[int]]:
        """The packets of a block, (2, frames) float32, C-contiguous; where each of them ends.

        A length stands before each packet, as they travel.
        """
        desk, frames = _desks.of(packet_frames), sides.shape[1]
        pieces, ends, size = list[bytes](), list[int](), 0
        for first in range(0, frames, MOST_PACKETS * packet_frames):
            count = min((frames - first) // packet_frames, MOST_PACKETS)
            encoder = self._function, self._handle.value or 0
            room = desk.packets[: count * len(desk.packets) // MOST_PACKETS]
            self._check(encode_packets(*encoder, sides, first, desk.pairs, room, desk.ends[:count]))
            ends += (desk.ends[:count] + size).tolist()
            pieces.append(room[: ends[-1] - size].tobytes())
            size = ends[-1]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces), ends

    def _set(self, wishes: Mapping[int, int]) -> None:
        for request, value in wishes.items():
            self._check(
                self._library.opus_encoder_ctl(self._handle, request, ctypes.c_int32(value))
            )

    def _check(self, code: int) -> None:
        if code != OK:
            raise ValueError(self._library.opus_strerror(code).decode())
