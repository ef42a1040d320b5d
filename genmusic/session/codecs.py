"""Encoders of a session: the first codec of a listener's that this server has."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from genmusic.config import Settings
from genmusic.encoding import STREAM_CODECS, StreamEncoder, open_stream_encoder
from genmusic.errors import EncodingError, ProtocolError, UnknownNameError


def open_encoder(codecs: Sequence[str], seed: int, settings: Settings) -> StreamEncoder:
    """The first codec that works; one that this server does not know or have is passed over."""
    for codec in codecs:
        with suppress(UnknownNameError, EncodingError):
            return open_stream_encoder(
                codec, seed, bitrate=settings.opus_bitrate, complexity=settings.opus_complexity
            )
    asked, known = ", ".join(codecs), ", ".join(STREAM_CODECS)
    raise ProtocolError(f"this server has none of {asked}; it has {known}")
