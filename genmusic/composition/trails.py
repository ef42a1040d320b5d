"""Trails: the last notes of each part, which say what may come next and what would be a copy."""

from __future__ import annotations

from base64 import b85decode, b85encode
from collections.abc import Mapping
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from genmusic.values import made
from kernels.trails import LONGEST, TRAIL_COLUMNS

Integers = NDArray[np.int64]
Trail = Integers
"""(notes, 3): ticks before the coming bar line, pitch, 1 where a phrase begins; never changed."""

_PACKED = Struct("<HB")
_BEGINS = 0x80


class Trails(NamedTuple):
    """The last notes of every part; never changed."""

    notes: Integers  # (parts, LONGEST, 3)
    lengths: Integers  # (parts,) how many of them there are

    def of(self, part: int) -> Trail:
        """Those of a part, by its number."""
        trail: Trail = self.notes[part, : self.lengths[part]]
        return trail

    def copy(self) -> Trails:
        """The same, to be changed."""
        notes, lengths = self
        return made(Trails, (notes.copy(), lengths.copy()))


NO_TRAILS = Trails(
    np.zeros((len(PARTS), LONGEST, TRAIL_COLUMNS), np.int64), np.zeros(len(PARTS), np.int64)
)


def trails_of(trails: Mapping[str, Trail]) -> Trails:
    """The trails of some parts, by their names."""
    made = NO_TRAILS.copy()
    for part, trail in trails.items():
        number = PARTS.index(part)
        made.notes[number, : len(trail)], made.lengths[number] = trail, len(trail)
    return made


def pack_trails(trails: Trails) -> dict[str, str]:
    """As text, for each part that has played."""
    return {part: pack(trails.of(n)) for n, part in enumerate(PARTS) if trails.lengths[n]}


def unpack_trails(texts: Mapping[str, str]) -> Trails:
    """What `pack_trails` wrote."""
    return trails_of({part: unpack(text) for part, text in texts.items()})


def pack(trail: Trail) -> str:
    """As text, three bytes for each note in base 85."""
    return b85encode(
        b"".join(
            _PACKED.pack(ago, pitch | _BEGINS * begins) for ago, pitch, begins in trail.tolist()
        )
    ).decode()


def unpack(text: str) -> Trail:
    """What `pack` wrote."""
    notes = [
        (ago, pitch & ~_BEGINS, int(pitch & _BEGINS > 0))
        for ago, pitch in _PACKED.iter_unpack(b85decode(text))
    ]
    return np.array(notes, np.int64).reshape(-1, 3)
