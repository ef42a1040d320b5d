"""Audio files: ``.wav`` and ``.flac`` with 24 bits, ``.opus`` and ``.mp3``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from genmusic.encoding.partfile import PartFile, explained
from genmusic.encoding.samples import Block, to_pcm24
from genmusic.encoding.streams import OPUS_BITRATE, OPUS_CODEC, OPUS_COMPLEXITY, OPUS_OPTIONS
from genmusic.errors import EncodingError
from genmusic.units import SAMPLE_RATE

MP3_BITRATE = 192_000  # bits per second; joint stereo without audible loss for most material


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Container, codec and settings behind a suffix, in FFmpeg's names."""

    container: str
    codec: str
    samples: str  # what the codec takes: integers of 32 bits, float32, float32 in planes
    bitrate: int | None = None
    container_options: Mapping[str, str] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=dict)


FORMATS: Mapping[str, AudioFormat] = {
    # RIFF ends at 4 GiB, four hours; RF64 takes over there.
    ".wav": AudioFormat("wav", "pcm_s24le", "s32", container_options={"rf64": "auto"}),
    ".flac": AudioFormat("flac", "flac", "s32"),
    ".opus": AudioFormat(
        "ogg",
        OPUS_CODEC,
        "flt",
        OPUS_BITRATE,
        {"page_duration": "200000"},  # microseconds; players start without waiting for a second
        {**OPUS_OPTIONS, "compression_level": str(OPUS_COMPLEXITY)},
    ),
    ".mp3": AudioFormat("mp3", "libmp3lame", "fltp", MP3_BITRATE),
}
AUDIO_SUFFIXES = tuple(FORMATS)
FLOAT_WAV = AudioFormat("wav", "pcm_f32le", "flt", container_options={"rf64": "auto"})
"""Every sample to the last bit, and room above full scale."""


class FileWriter(Protocol):
    """Writes one audio file; as a context manager it leaves nothing behind after an error."""

    def write(self, block: Block) -> None:
        """Append a block of any length."""

    def close(self) -> None:
        """Finish the file and give it its name."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_file_writer(path: Path, *, title: str = "", bitrate: int | None = None) -> FileWriter:
    """Start a file in the format that its suffix names.

    Parameters
    ----------
    path : Path
        Target; it appears when the file is whole, and an older one stays until then.
    title : str
        Goes into the file's tags.
    bitrate : int, bits per second
        For ``.opus`` and ``.mp3``; their own default when not given.

    Raises
    ------
    EncodingError
        Unknown suffix, missing codec, or a place that cannot be written to.
    """
    if path.suffix.lower() not in FORMATS:
        raise EncodingError(
            f"cannot write {path}: there is no audio format {path.suffix or 'without suffix'}; "
            f"use {', '.join(AUDIO_SUFFIXES)}"
        )
    return _ContainerWriter(path, FORMATS[path.suffix.lower()], title, bitrate)


def open_float_writer(path: Path, *, title: str = "") -> FileWriter:
    """Start a ``.wav`` file of 32-bit floats; the same errors as `open_file_writer`."""
    return _ContainerWriter(path, FLOAT_WAV, title, None)


class _ContainerWriter:
    """PyAV's muxer on a `PartFile`; cuts blocks to the codec's own frame size inside."""

    def __init__(self, path: Path, form: AudioFormat, title: str, bitrate: int | None) -> None:
        self._part = PartFile(path)
        self._frame_of = _FRAMES[form.samples]
        self._written_end = 0
        try:
            with _explained(path):
                self._open_container(form, title, bitrate)
        except EncodingError:
            self._part.discard()
            raise

    def _open_container(self, form: AudioFormat, title: str, bitrate: int | None) -> None:
        options = {**form.container_options, "fflags": "+bitexact"}  # no version, no random serial
        self._container = av.open(
            self._part.stream, "w", format=form.container, container_options=options
        )
        self._container.metadata["title"] = title
        codec_options = dict(form.codec_options)
        stream = self._container.add_stream(form.codec, rate=SAMPLE_RATE, options=codec_options)
        if not isinstance(stream, AudioStream):
            raise EncodingError(f"{form.codec} is not an audio codec")
        stream.layout = "stereo"
        stream.format = form.samples
        if form.bitrate is not None:
            stream.bit_rate = bitrate or form.bitrate
        self._container.start_encoding()
        self._stream = stream

    def write(self, block: Block) -> None:
        frame = self._frame_of(block)
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._written_end
        self._written_end += block.shape[1]
        with _explained(self._part.path):
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        try:
            with _explained(self._part.path):
                self._container.mux(self._stream.encode(None))
                self._container.close()
            self._part.keep()
        finally:
            self._part.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        with suppress(OSError, av.error.FFmpegError):
            self._container.close()
        self._part.discard()


def _integer_frame(block: Block) -> AudioFrame:
    samples: NDArray[Any] = to_pcm24(block).reshape(1, -1)
    return AudioFrame.from_ndarray(samples, format="s32", layout="stereo")


def _float_frame(block: Block) -> AudioFrame:
    planes: NDArray[Any] = np.ascontiguousarray(block, np.float32)
    return AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")


_FRAMES: Mapping[str, Callable[[Block], AudioFrame]] = {
    "s32": _integer_frame,
    "flt": _float_frame,
    "fltp": _float_frame,
}


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        with explained(path):
            yield
    except (av.error.FFmpegError, ValueError) as error:
        raise EncodingError(
            f"cannot write {path}: the {path.suffix} encoder fails ({error}); choose another "
            "format, or install a complete PyAV: pip install --upgrade av"
        ) from error
