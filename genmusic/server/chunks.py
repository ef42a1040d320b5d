"""Binary messages of the stream protocol: a head of 16 bytes and packets."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from enum import IntFlag
from typing import NamedTuple

from genmusic.encoding import Parcel
from genmusic.encoding.parcel import Body

HEAD = struct.Struct("<BBHIQ")
"""Type, flags, count, number of the message, frame at which it begins; little endian."""

_PCM_FRAME_BYTES = 4  # two channels of 16 bits
_SEQ_LIMIT = 2**32

_KINDS: Mapping[str, tuple[int, Callable[[Parcel], int]]] = {
    "opus": (1, len),
    "pcm16": (2, lambda parcel: len(parcel.body) // _PCM_FRAME_BYTES),
}
"""Type number of each codec, and what is counted."""


class Flag(IntFlag):
    """What is unusual about a chunk."""

    NONE = 0
    SPLICE = 1  # replaces sound that was sent before
    DISCONTINUITY = 2  # does not follow from what the listener has


class Chunk(NamedTuple):
    """One binary message, in two pieces: the sound is where it was encoded to."""

    head: bytes
    body: Body


def pack(parcel: Parcel, seq: int, flags: Flag = Flag.NONE) -> Chunk:
    """A parcel as one binary message."""
    kind, count = _KINDS[parcel.codec]
    if parcel.splices:
        flags |= Flag.SPLICE
    head = HEAD.pack(kind, flags, count(parcel), seq % _SEQ_LIMIT, parcel.pts)
    return Chunk(head, parcel.body)
