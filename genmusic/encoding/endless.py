"""Files without an end: what a player of internet radio reads while it is being written."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from genmusic.encoding.streams import OPUS_BITRATE, OPUS_CODEC, OPUS_COMPLEXITY, OPUS_OPTIONS
from genmusic.errors import EncodingError, UnknownNameError
from genmusic.units import SAMPLE_RATE

Pcm16 = NDArray[np.int16]
"""Interleaved stereo samples, ``(frames, 2)``, full scale 32 767."""

PAGE_MICROSECONDS = "200000"  # of Ogg: a player need not wait for a whole second
_ENDLESS = 0xFFFF_FFFF  # the size of a WAV file whose size nobody knows


class EndlessFile(Protocol):
    """Turns samples into the next bytes of a file that a listener reads from its beginning."""

    def write(self, samples: Pcm16) -> bytes:
        """The bytes that the samples add, the head of the file before the first of them."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of endless file: how players call it, and who writes it."""

    media_type: str
    kilobits_per_second: int  # roughly, for players that ask
    open: Callable[[], EndlessFile]


class WavFile:
    """A WAV head that promises more than anybody hears, then bare samples."""

    _HEAD = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", _ENDLESS, b"WAVE", b"fmt ", 16, 1, 2, SAMPLE_RATE),
        *(SAMPLE_RATE * 4, 4, 16, b"data", _ENDLESS),
    )

    def __init__(self) -> None:
        self._head = self._HEAD

    def write(self, samples: Pcm16) -> bytes:
        """Little-endian samples."""
        head, self._head = self._head, b""
        return head + samples.astype("<i2", copy=False).tobytes()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Container and codec in FFmpeg's names, with their options."""

    container: str
    codec: str
    bitrate: int | None = None
    container_options: Mapping[str, str] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=dict)


class MuxedFile:
    """PyAV's muxer, writing into memory what is taken away after each block."""

    def __init__(self, recipe: Recipe) -> None:
        self._sink = _Sink()
        options = {"fflags": "+bitexact", "flush_packets": "1", **recipe.container_options}
        try:
            self._container = av.open(
                self._sink, "w", format=recipe.container, container_options=options
            )
            self._stream = self._add_stream(recipe)
            self._container.start_encoding()
        except (av.error.FFmpegError, ValueError) as error:
            raise EncodingError(
                f"the {recipe.codec} encoder does not start ({error}); choose another format, "
                "or install a complete PyAV: pip install --upgrade av"
            ) from error
        self._end = 0

    def _add_stream(self, recipe: Recipe) -> AudioStream:
        options = dict(recipe.codec_options)
        stream = self._container.add_stream(recipe.codec, rate=SAMPLE_RATE, options=options)
        if not isinstance(stream, AudioStream):
            raise EncodingError(f"{recipe.codec} is not an audio codec")
        stream.layout = "stereo"
        stream.format = "s16p" if recipe.codec == "libmp3lame" else "s16"
        if recipe.bitrate is not None:
            stream.bit_rate = recipe.bitrate
        return stream

    def write(self, samples: Pcm16) -> bytes:
        """Whole packets or pages; the codec keeps the rest for the next time."""
        packed: NDArray[Any] = np.ascontiguousarray(samples).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._end
        self._end += len(samples)
        self._container.mux(self._stream.encode(frame))
        return self._sink.take()


class _Sink:
    """A file that cannot seek and forgets what was taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


_MP3 = Recipe(
    "mp3",
    "libmp3lame",
    192_000,
    {"write_xing": "0", "id3v2_version": "0"},  # both describe a file that is complete
    {"compression_level": "7"},  # half the CPU of LAME's default
)
_OPUS = Recipe(
    "ogg",
    OPUS_CODEC,
    OPUS_BITRATE,
    {"page_duration": PAGE_MICROSECONDS},
    {**OPUS_OPTIONS, "compression_level": str(OPUS_COMPLEXITY)},
)
_FLAC = Recipe("flac", "flac")

ENDLESS_FORMATS: Mapping[str, Format] = {
    "mp3": Format("audio/mpeg", 192, lambda: MuxedFile(_MP3)),
    "opus": Format("audio/ogg; codecs=opus", 128, lambda: MuxedFile(_OPUS)),
    "flac": Format("audio/flac", 900, lambda: MuxedFile(_FLAC)),
    "wav": Format("audio/wav", 1_536, WavFile),
}
"""By suffix; the one that every player reads first."""


def endless_format(suffix: str) -> Format:
    """The format of that suffix.

    Raises
    ------
    UnknownNameError
        There is none.
    """
    if suffix not in ENDLESS_FORMATS:
        known = ", ".join(ENDLESS_FORMATS)
        raise UnknownNameError(f"there is no stream format {suffix!r:.40}; there are {known}")
    return ENDLESS_FORMATS[suffix]
