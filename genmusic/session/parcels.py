"""What a session hands over for its listener: steps, and what is sent again."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.encoding import Parcel
from genmusic.session.requests import Answer
from genmusic.session.timed import TimedBar


@dataclass(frozen=True, slots=True)
class Step:
    """What one advance brought: answers first, then the bars to draw, then their sound."""

    answers: tuple[Answer, ...]
    bars: tuple[TimedBar, ...]
    sound: Parcel | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What a listener who comes back is sent before new sound; all of it begins at ``pts``.

    Sound that was not kept is rendered again (`Session.render_again`).
    """

    pts: int
    resumed: bool
    discontinuity: bool
    bars: tuple[TimedBar, ...]
    sound: Parcel | None
    splices: bool = False  # the sound does

    @classmethod
    def nothing(cls) -> Replay:
        """For the first connection of a session."""
        return cls(0, resumed=False, discontinuity=False, bars=(), sound=None)
