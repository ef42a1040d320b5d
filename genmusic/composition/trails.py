"""Trails: the last notes of a part, which say what may come next and what would be a copy."""

from __future__ import annotations

from base64 import b85decode, b85encode
from collections.abc import Sequence
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule
from genmusic.composition.plan import Row
from kernels import trails as kernel

Trail = NDArray[np.int64]
"""(notes, 3): ticks before the coming bar line, pitch, 1 where a phrase begins; never changed."""

LONGEST = 12  # notes: what the widest limit against copies looks back on
NO_TRAIL = np.empty((0, 3), np.int64)
_PACKED = Struct("<HB")
MOST_AGO, _BEGINS = 0xFFFF, 0x80


def follow(
    trail: Trail, rows: Sequence[Row], bar_ticks: int, begins: Sequence[int], rule: CopyRule
) -> tuple[bool, Trail]:
    """Whether some rows complete a copy, and the trail at the next bar line.

    ``begins`` are ticks at which phrases begin. However long a part rests, its last notes stay: a
    run may go on where it stopped.
    """
    notes = len(trail) + len(rows)
    out, room = np.empty((notes, 3), np.int64), np.empty((3, notes), np.int64)
    written = np.array(rows, np.int64) if rows else _NO_ROWS
    copies, count = kernel.follow(
        rule.tune, rule.rhythm, trail, written, bar_ticks, MOST_AGO, room[0], room[1:], out
    )
    for tick in begins:
        out[len(trail) : count, kernel.BEGAN] |= out[len(trail) : count, 0] == bar_ticks - tick
    return copies, out[max(0, count - LONGEST) : count]


_NO_ROWS = np.empty((0, 4), np.int64)


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
