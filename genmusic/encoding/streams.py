"""Encoders of a running stream: blocks in, packets out, one call for 100-200 ms of audio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import av
import av.error
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from genmusic.encoding import libopus
from genmusic.encoding.parcel import PACKET_FRAMES, Parcel
from genmusic.encoding.samples import Block, to_pcm16
from genmusic.errors import EncodingError, UnknownNameError
from genmusic.units import SAMPLE_RATE

OPUS_CODEC: Final = "libopus"  # FFmpeg's own "opus" encoder is experimental
OPUS_BITRATE = 128_000  # bits per second
OPUS_COMPLEXITY = 5  # 10 costs 1.6 times as much CPU for a difference few can hear
_PCM_PACKET_BYTES = 4 * PACKET_FRAMES
OPUS_OPTIONS = {
    "application": "audio",
    "frame_duration": "20",
    "vbr": "constrained",  # "on" is unconstrained in FFmpeg: 190 kbit/s where 128 were asked for
}


class StreamEncoder(Protocol):
    """Turns the blocks of one stream into packets.

    ``preskip`` is the number of frames that a receiver finds in front of the first sample and
    must leave out.
    """

    @property
    def codec(self) -> str:
        """Name in the stream protocol."""

    @property
    def packet_frames(self) -> int:
        """Frames in one packet."""

    @property
    def preskip(self) -> int:
        """Frames of codec delay before the first sample."""

    @property
    def repeats(self) -> bool:
        """Whether the same frames make the same packets, whatever was encoded before."""

    def encode(self, block: Block, first_frame: int) -> Parcel:
        """The packets of a block, a whole number of them, that begins at a frame of the session."""


class Pcm16Encoder:
    """Interleaved little-endian 16-bit samples; a receiver divides by 32 767."""

    codec = "pcm16"
    packet_frames = PACKET_FRAMES
    preskip = 0
    repeats = True

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def encode(self, block: Block, first_frame: int) -> Parcel:
        """One packet of samples for every 960 frames; they are not copied once they are made."""
        _check_block(block)
        samples = to_pcm16(block, self._seed, first_frame).astype("<i2", copy=False)
        ends = range(_PCM_PACKET_BYTES, samples.nbytes + 1, _PCM_PACKET_BYTES)
        return Parcel(self.codec, first_frame, samples.data.cast("B"), ends)


class OpusEncoder:
    """Opus by the system's libopus, in raw packets of 20 ms.

    The decoder's output lags by ``preskip`` frames, the look-ahead of the codec, so the last
    ``preskip`` frames of a block are heard in full with the packets of the next one.
    """

    codec = "opus"
    packet_frames = PACKET_FRAMES
    repeats = False

    def __init__(self, encoder: libopus.Encoder) -> None:
        self._encoder = encoder
        self.preskip = encoder.lookahead

    def encode(self, block: Block, first_frame: int) -> Parcel:
        """One packet for every 960 frames, wherever they lie; the codec runs without the GIL."""
        _check_block(block)
        sides = np.ascontiguousarray(block, np.float32)
        body, ends = self._encoder.encode(sides, PACKET_FRAMES)
        return Parcel(self.codec, first_frame, body, ends)


class BundledOpusEncoder:
    """Opus by the library in PyAV; packet ``k`` of the stream covers frames ``960 * k`` on.

    The delay is the same.
    """

    codec = "opus"
    packet_frames = PACKET_FRAMES
    repeats = False

    def __init__(self, bitrate: int = OPUS_BITRATE, complexity: int = OPUS_COMPLEXITY) -> None:
        self._context = _open_opus(bitrate, complexity)
        # RFC 7845, section 5.1: bytes 10 and 11 of the identification header.
        self.preskip = int.from_bytes((self._context.extradata or b"")[10:12], "little")
        self._encoded_end = 0

    def encode(self, block: Block, first_frame: int) -> Parcel:
        """One packet for every 960 frames, wherever they lie; the codec runs without the GIL."""
        _check_block(block)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block, np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._encoded_end
        self._encoded_end += block.shape[1]
        packets = [bytes(packet) for packet in self._context.encode(frame)]
        return Parcel.of(self.codec, first_frame, packets)


def _open_opus_encoder(bitrate: int, complexity: int) -> StreamEncoder:
    library = libopus.load()
    if library is None:
        return BundledOpusEncoder(bitrate, complexity)
    return OpusEncoder(libopus.Encoder(library, bitrate, complexity))


def _open_opus(bitrate: int, complexity: int) -> AudioCodecContext:
    context = av.CodecContext.create(OPUS_CODEC, "w")
    context.sample_rate = SAMPLE_RATE
    context.layout = "stereo"
    context.format = "flt"
    context.bit_rate = bitrate
    context.options = {**OPUS_OPTIONS, "compression_level": str(complexity)}
    context.open()
    return context


def _check_block(block: Block) -> None:
    if block.ndim != 2 or block.shape[0] != 2 or block.shape[1] % PACKET_FRAMES:
        raise EncodingError(
            f"a block must be (2, a multiple of {PACKET_FRAMES}) samples, got {block.shape}"
        )


_ENCODERS: Mapping[str, Callable[[int, int, int], StreamEncoder]] = {
    "opus": lambda _seed, bitrate, complexity: _open_opus_encoder(bitrate, complexity),
    "pcm16": lambda seed, _bitrate, _complexity: Pcm16Encoder(seed),
}
STREAM_CODECS = tuple(_ENCODERS)
"""Codecs of the stream protocol, the preferred one first."""


def open_stream_encoder(
    codec: str, seed: int, *, bitrate: int = OPUS_BITRATE, complexity: int = OPUS_COMPLEXITY
) -> StreamEncoder:
    """Start an encoder for the session of a seed.

    The seed names the dither of 16 bits; bit rate (bits per second) and complexity (0..10) are
    for Opus alone.

    Raises
    ------
    UnknownNameError
        There is no such codec in the stream protocol.
    EncodingError
        The codec is not installed, or refuses the settings.
    """
    if codec not in _ENCODERS:
        known = " and ".join(STREAM_CODECS)
        raise UnknownNameError(f"there is no stream codec {codec!r:.40}; there are {known}")
    try:
        return _ENCODERS[codec](seed, bitrate, complexity)
    except (av.error.FFmpegError, ValueError) as error:
        raise EncodingError(
            f"the {codec} encoder does not start ({error}); ask for pcm16, or install a PyAV "
            "that contains libopus: pip install --upgrade av"
        ) from error
