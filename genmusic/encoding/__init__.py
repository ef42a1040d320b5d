"""Codecs: blocks of samples to packets and files; the only room that knows PyAV."""

from genmusic.encoding.audiofiles import (
    AUDIO_SUFFIXES,
    FileWriter,
    open_file_writer,
    open_float_writer,
)
from genmusic.encoding.endless import ENDLESS_FORMATS, EndlessFile, Format, endless_format
from genmusic.encoding.parcel import PACKET_FRAMES, Parcel
from genmusic.encoding.partfile import PartFile, explained
from genmusic.encoding.samples import Block
from genmusic.encoding.streams import STREAM_CODECS, StreamEncoder, open_stream_encoder

__all__ = [
    "AUDIO_SUFFIXES",
    "Block",
    "ENDLESS_FORMATS",
    "EndlessFile",
    "Format",
    "endless_format",
    "FileWriter",
    "PACKET_FRAMES",
    "Parcel",
    "PartFile",
    "STREAM_CODECS",
    "StreamEncoder",
    "explained",
    "open_file_writer",
    "open_float_writer",
    "open_stream_encoder",
]
