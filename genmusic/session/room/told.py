"""What a performer has said and the engine of the room has not heard yet."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from genmusic.controls.spec import Value
from genmusic.session.library import Library
from genmusic.session.log import EDITION, POSITION, SKIP, Change, checked_position
from genmusic.session.room.styles import RoomStyles
from genmusic.session.strokes import STROKE, read_stroke
from genmusic.synthesis.patches import find_patch
from genmusic.units import quantum_at_or_after


@dataclass(frozen=True, slots=True)
class Opening:
    """A performance at the moment in which a room joins it."""

    seed: int
    controls: Mapping[str, Value]  # as they were at the checkpoint, or at the beginning
    frame: int = 0  # at the performer's ear
    checkpoint: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """The performer heard frame ``to`` after frame ``at``."""

    at: int
    to: int


@dataclass(slots=True)
class Told:
    """Everything since the engine last listened."""

    opening: Opening | None = None
    changes: list[Change] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)


class Inbox:
    """Takes the performer's word in the event loop, and hands it to a thread that renders."""

    def __init__(self, library: Library) -> None:
        self._server = library
        self.styles = RoomStyles(library)
        self._lock = threading.Lock()
        self._told = Told()
        self.known = 0  # the engine's frame before which every line is known

    def forget_styles(self) -> None:
        """A performance begins: what another one had is not its own."""
        self.styles = RoomStyles(self._server)

    def open(self, opening: Opening) -> None:
        """Another performance: what was said of the one before is void."""
        with self._lock:
            self._told = Told(opening)
            self.known = opening.frame

    def tell(self, changes: Iterable[Change], jumps: Iterable[Jump], known: int) -> None:
        """Take lines of the log; no line before ``known`` is still to come.

        Raises
        ------
        ProtocolError, ControlError, UnknownNameError
            A line is none that an engine could follow.
        """
        checked = [self._check(change) for change in changes]
        aligned = [Jump(quantum_at_or_after(jump.at), jump.to) for jump in jumps]
        with self._lock:
            self._told.changes += checked
            self._told.jumps += aligned
            self.known = max(self.known, known)

    def take(self) -> Told:
        """What was said meanwhile; it counts as heard."""
        with self._lock:
            told, self._told = self._told, Told()
        return told

    @property
    def opening(self) -> Opening | None:
        """The performance that begins when the engine listens."""
        return self._told.opening

    @property
    def jumps(self) -> list[Jump]:
        """Those that the engine does not know of."""
        return self._told.jumps

    def _check(self, change: Change) -> Change:
        if change.name == SKIP:
            return Change(change.frame, SKIP, None)
        if change.name == POSITION:
            return Change(change.frame, POSITION, checked_position(change.value))
        if change.name == EDITION:
            return Change(change.frame, EDITION, self.styles.check(str(change.value)))
        if change.name == STROKE:
            stroke = read_stroke(change.value)
            if stroke.patch:
                find_patch(stroke.patch)
            return change
        checked = self.styles.library.check({change.name: change.value})
        return Change(change.frame, change.name, checked[change.name])
