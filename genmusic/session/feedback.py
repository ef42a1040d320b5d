"""Likes and dislikes: what they change, through the controls like everything else.

So they stand in the control log, and a receipt repeats them. A like asks for more of the same, a
dislike for another piece that dares more; only novelty learns, since the mood is the listener's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genmusic.controls.spec import CONTROLS, Value


@dataclass(frozen=True, slots=True)
class Reaction:
    """How far novelty moves, and whether another piece begins."""

    novelty_step: float
    skips: bool


REACTIONS: Mapping[str, Reaction] = {
    "like": Reaction(-0.1, skips=False),
    "dislike": Reaction(0.15, skips=True),
    "skip": Reaction(0.05, skips=True),
}
"""By verdict. Two likes outweigh a dislike, so that taste settles instead of wandering off."""


def changes_after(verdict: str, controls: Mapping[str, Value]) -> dict[str, float]:
    """The controls that a verdict moves, with their new values; none when they are at the end."""
    novelty, control = controls["novelty"], CONTROLS["novelty"]
    if not isinstance(novelty, float):
        return {}
    wanted = novelty + REACTIONS[verdict].novelty_step
    wanted = round(min(max(wanted, control.low), control.high), 6)
    return {} if wanted == novelty else {"novelty": wanted}
