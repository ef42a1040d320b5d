"""Trails: the last notes of a part, which say what may come next and what would be a copy."""

from __future__ import annotations

from base64 import b85decode, b85encode
from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule
from genmusic.composition.plan import Row, row_table
from kernels import trails as kernel
from kernels.trails import Ground

Integers = NDArray[np.int64]
Trail = Integers
"""(notes, 3): ticks before the coming bar line, pitch, 1 where a phrase begins; never changed."""

LONGEST = 12  # notes: what the widest limit against copies looks back on
NO_TRAIL = np.empty((0, 3), np.int64)
_PACKED = Struct("<HB")
_BEGINS = 0x80


class Settled(NamedTuple):
    """A bar of a part without copies."""

    rows: Sequence[Row]  # those that were given, where nothing was changed
    table: Integers  # (notes, 4) the same
    trail: Trail  # at the next bar line


def follow(
    trail: Trail, rows: Sequence[Row], ground: Ground, begins: Sequence[int], rule: CopyRule
) -> Settled:
    """Hold a bar to the limit against copies.

    A note that would complete a copy gets another tone of its chord, or is left out. ``begins``
    are ticks at which phrases begin. However long a part rests, its last notes stay: a run may go
    on where it stopped.
    """
    table, known = row_table(rows), len(trail)
    room, out = make_room(known, len(table))
    changed, count = kernel.follow(rule.tune, rule.rhythm, trail, table, ground, room, out)
    for tick in begins:
        first = out[known:count, kernel.AGO] == ground.bar_ticks - tick
        out[known:count, kernel.BEGAN] |= first
    return settled(rows, table, changed, out[:count])


def make_room(known: int, coming: int) -> tuple[kernel.Room, Trail]:
    """Room to follow so many notes of a trail and of a bar, and for the trail that they become."""
    notes = known + coming
    room = kernel.Room(np.empty(coming, np.int64), np.empty((3, notes), np.int64))
    return room, np.empty((notes, 3), np.int64)


def settled(rows: Sequence[Row], table: Integers, changed: bool, trail: Trail) -> Settled:
    """What has become of a bar."""
    if changed:
        table = table[table[:, kernel.LENGTH] > 0]
        rows = [(tick, ticks, pitch, accent) for tick, ticks, pitch, accent in table.tolist()]
    return Settled(rows, table, trail[-LONGEST:])


def rest(trail: Trail, bar_ticks: int) -> Trail:
    """The trail at the next bar line of a part that plays nothing."""
    later: Trail = trail + np.array((bar_ticks, 0, 0))
    later[:, 0] = np.minimum(later[:, 0], kernel.MOST_AGO)
    return later


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
