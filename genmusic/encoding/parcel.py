"""Packets in one piece, laid out as they travel: most are sent as they were encoded, untouched."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from kernels.packets import HEAD_BYTES as LENGTH_BYTES

PACKET_FRAMES = 960  # 20 ms, the longest Opus frame that is one CELT frame
LENGTH = struct.Struct("<H")
HEAD_BYTES: Mapping[str, int] = {"opus": LENGTH_BYTES, "pcm16": 0}
"""Before each packet of a codec: its length, where they differ, as `LENGTH` has it."""

Body = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Parcel:
    """Consecutive packets of a stream.

    Parameters
    ----------
    codec
        Name in the stream protocol.
    pts : frame
        Where the first packet begins.
    body
        The packets, one after the other, each with its head.
    ends : bytes
        Where each packet ends in the body.
    splices
        What was sent for these frames, and all after them, is void.
    """

    codec: str
    pts: int
    body: Body
    ends: Sequence[int]
    splices: bool = False

    @classmethod
    def of(cls, codec: str, pts: int, packets: Sequence[bytes]) -> Parcel:
        """Packets that were made one by one."""
        if HEAD_BYTES[codec]:
            packets = [LENGTH.pack(len(packet)) + packet for packet in packets]
        return cls(codec, pts, b"".join(packets), [*accumulate(map(len, packets))])

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[bytes]:
        """Each packet by itself."""
        head = HEAD_BYTES[self.codec]
        return (bytes(self.body[begin + head : end]) for begin, end in pairwise([0, *self.ends]))

    @property
    def end(self) -> int:
        """The frame after the last packet."""
        return self.pts + PACKET_FRAMES * len(self)

    def part(self, first: int, after: int) -> Parcel:
        """From one packet up to another."""
        pts, ends = self.pts + PACKET_FRAMES * first, self.ends[first:after]
        if not ends:
            return Parcel(self.codec, pts, b"", ())
        begin = self.ends[first - 1] if first else 0
        shifted = [end - begin for end in ends]
        splices = self.splices and not first
        return Parcel(self.codec, pts, self.body[begin : ends[-1]], shifted, splices)

    def before(self, frame: int) -> Parcel:
        """The packets that end before a frame, or at it."""
        return self.part(0, max(frame - self.pts, 0) // PACKET_FRAMES)

    def since(self, frame: int) -> Parcel:
        """The packets that begin at a frame or after it."""
        return self.part(max(-((self.pts - frame) // PACKET_FRAMES), 0), len(self))

    def divided(self, most: int) -> Iterator[Parcel]:
        """Parcels of at most so many packets."""
        if len(self) <= most:
            yield self
            return
        for first in range(0, len(self), most):
            yield self.part(first, first + most)


def joined(parcels: Iterable[Parcel]) -> Parcel | None:
    """Parcels that follow each other as one; None where there is no packet."""
    some = [parcel for parcel in parcels if parcel]
    if len(some) <= 1:
        return some[0] if some else None
    begins = accumulate([0, *(len(parcel.body) for parcel in some)])
    ends = [begin + end for begin, parcel in zip(begins, some, strict=False) for end in parcel.ends]
    return replace(some[0], body=b"".join([parcel.body for parcel in some]), ends=ends)
