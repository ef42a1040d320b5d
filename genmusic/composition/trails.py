"""Trails: the last notes of a part, which say what may come next and what would be a copy."""

from __future__ import annotations

from base64 import b85decode, b85encode
from collections.abc import Sequence
from struct import Struct

from genmusic.composition.plan import Row

TrailNote = tuple[int, int, bool]
"""Ticks before the coming bar line, pitch, whether it begins a phrase."""

Trail = tuple[TrailNote, ...]

LONGEST = 12  # notes: what the widest limit against copies looks back on
_PACKED = Struct("<HB")
MOST_AGO, _BEGINS = 0xFFFF, 0x80


def follow(trail: Trail, rows: Sequence[Row], bar_ticks: int, begins: Sequence[int] = ()) -> Trail:
    """The trail at the next bar line; ``begins`` are ticks at which phrases begin.

    However long a part rests, its last notes stay: a run may go on where it stopped.
    """
    older = [(min(ago + bar_ticks, MOST_AGO), pitch, first) for ago, pitch, first in trail]
    newer = [(bar_ticks - tick, pitch, tick in begins) for tick, _, pitch, _ in rows]
    return tuple((*older, *newer)[-LONGEST:])


def pack(trail: Trail) -> str:
    """As text, three bytes for each note in base 85."""
    return b85encode(
        b"".join(_PACKED.pack(ago, pitch | _BEGINS * begins) for ago, pitch, begins in trail)
    ).decode()


def unpack(text: str) -> Trail:
    """What `pack` wrote."""
    return tuple(
        (ago, pitch & ~_BEGINS, bool(pitch & _BEGINS))
        for ago, pitch in _PACKED.iter_unpack(b85decode(text))
    )
