"""Moments: everything of a listener's music between two blocks, to come back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genmusic.controls.spec import Value
from genmusic.rules import Style
from genmusic.session.conductor import ConductorState
from genmusic.session.desk import Desk
from genmusic.session.rack import Sound
from genmusic.synthesis.orchestra import PlayedNote


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A seat between two blocks: everything its future depends on besides seed and log."""

    frame: int
    values: Mapping[str, Value]
    style: Style
    section: str
    wished_style: Style
    changes: int  # in the log so far
    conductor: ConductorState
    desk: Desk
    sound: Sound
    keys: Mapping[int, PlayedNote]  # held by a player, by pitch
