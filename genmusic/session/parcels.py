"""What a session hands over for its listener: packets, steps, and what is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from genmusic.session.requests import Answer
from genmusic.session.timed import TimedBar


class Packet(NamedTuple):
    """One encoded unit and the frame at which it begins; fifty a second of each listener."""

    pts: int
    data: bytes
    splices: bool = False  # what was sent for this frame and all after it is void


@dataclass(frozen=True, slots=True)
class Step:
    """What one advance brought: answers first, then the bars to draw, then their sound."""

    answers: tuple[Answer, ...]
    bars: tuple[TimedBar, ...]
    packets: tuple[Packet, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a listener who comes back is sent before new sound; all of it begins at ``pts``.

    What was not kept of the packets is rendered again (`Session.render_again`).
    """

    pts: int
    resumed: bool
    discontinuity: bool
    bars: tuple[TimedBar, ...]
    packets: tuple[Packet, ...]
    splices: bool = False  # the first packet does

    @classmethod
    def nothing(cls) -> Replay:
        """For the first connection of a session."""
        return cls(0, resumed=False, discontinuity=False, bars=(), packets=())


def spliced(packets: Sequence[Packet]) -> tuple[Packet, ...]:
    """Packets of which the first replaces what was sent before."""
    return (packets[0]._replace(splices=True), *packets[1:]) if packets else ()
