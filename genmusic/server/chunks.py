"""Binary messages of the stream protocol: a head of 16 bytes and packets."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntFlag

from genmusic.session.parcels import Packet

HEAD = struct.Struct("<BBHIQ")
"""Type, flags, count, number of the message, frame at which it begins; little endian."""

_LENGTH = struct.Struct("<H")
_PCM_FRAME_BYTES = 4  # two channels of 16 bits
_SEQ_LIMIT = 2**32


class Flag(IntFlag):
    """What is unusual about a chunk."""

    NONE = 0
    SPLICE = 1  # replaces sound that was sent before
    DISCONTINUITY = 2  # does not follow from what the listener has


def _opus(packets: Sequence[Packet]) -> tuple[int, bytes]:
    pieces = [piece for p in packets for piece in (_LENGTH.pack(len(p.data)), p.data)]
    return len(packets), b"".join(pieces)


def _pcm16(packets: Sequence[Packet]) -> tuple[int, bytes]:
    body = b"".join([packet.data for packet in packets])
    return len(body) // _PCM_FRAME_BYTES, body


_BODIES: Mapping[str, tuple[int, Callable[[Sequence[Packet]], tuple[int, bytes]]]] = {
    "opus": (1, _opus),
    "pcm16": (2, _pcm16),
}
"""Type number of each codec, and how its packets are counted and joined."""


def pack(codec: str, packets: Sequence[Packet], seq: int, flags: Flag = Flag.NONE) -> bytes:
    """One binary message of consecutive packets."""
    kind, join = _BODIES[codec]
    count, body = join(packets)
    return HEAD.pack(kind, flags, count, seq % _SEQ_LIMIT, packets[0].pts) + body


def divide(packets: Sequence[Packet], most: int) -> Iterator[list[Packet]]:
    """Consecutive packets in groups of at most ``most``; one that splices begins a group."""
    group: list[Packet] = []
    for packet in packets:
        if group and (packet.splices or len(group) == most):
            yield group
            group = []
        group.append(packet)
    if group:
        yield group
