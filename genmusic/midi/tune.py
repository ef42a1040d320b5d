"""A zone of the keyboard that has the tune: the music accompanies what is played there.

Where it is played stays free of other parts, how densely and how hard it is played becomes the
density and the dynamics of the accompaniment. All of it goes through controls, a bar at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from genmusic.controls.spec import Value
from genmusic.midi.messages import NOTE_ON, Message
from genmusic.midi.place import Place, Where
from genmusic.midi.register import Register

WEIGHED_NS = 300_000_000  # before a bar line, so that the bar after it is composed accordingly
NEWEST = 0.6  # weight of the newest bar against what was heard before
STEP = 0.05  # of a control; smaller changes are not worth a line of the log
AT_ONE, PER_DOUBLING = 0.45, 0.2  # density at one note a beat, and what twice as many add
SOFT, LOUD = 20.0, 116.0  # velocities at the ends of dynamics
FOLLOWING = ("density", "dynamics")


class Tune:
    """Keys of a zone, as the register, density and dynamics of what accompanies them.

    Parameters
    ----------
    where
        Tells the place of a moment.
    """

    def __init__(self, where: Where) -> None:
        self._where = where
        self._register = Register()
        self._weighed = -1  # the newest bar that was
        self._velocities: list[int] = []  # of the notes since then
        self._rate, self._velocity = 0.0, 0.0  # notes a beat; what it mostly is
        self._told: dict[str, Value] = {}
        self._before: dict[str, Value] = {}  # controls as they were when the tune was taken

    def hear(self, message: Message) -> None:
        """Take a message; all but notes that are struck are passed over."""
        if message.kind == NOTE_ON and message.second:
            self._register.hear(message.first)
            self._velocities.append(message.second)

    def turn(self, now_ns: int, controls: Mapping[str, Value]) -> Mapping[str, Value]:
        """The changes that the playing asks for; empty if there are none."""
        had_tune = bool(self._before)
        if self._register.claimed and not had_tune:
            self._before = {name: controls[name] for name in FOLLOWING}
        place = self._where(now_ns)
        if place is None or place.bar == self._weighed or place.rest_ns > WEIGHED_NS:
            return self._register.changes()
        self._weighed = place.bar
        return {**self._follow(place), **self._register.changes()}

    def _follow(self, place: Place) -> Mapping[str, Value]:
        """What a bar that is nearly over changes."""
        velocities, self._velocities = self._velocities, []
        self._register.end_bar()
        if not self._register.claimed:
            before, self._before, self._told = self._before, {}, {}
            self._rate = self._velocity = 0.0
            return before
        if not velocities:
            return {}
        self._rate = _blend(self._rate, len(velocities) / place.beats)
        self._velocity = _blend(self._velocity, sum(velocities) / len(velocities))
        wanted = {"density": density_of(self._rate), "dynamics": dynamics_of(self._velocity)}
        changed = {name: value for name, value in wanted.items() if self._told.get(name) != value}
        self._told.update(changed)
        return changed

    def clear(self) -> None:
        """Messages were lost; notes that were struck need no end here."""


def density_of(notes_per_beat: float) -> float:
    """The density that goes with a tune of so many notes a beat, 0..1 in steps."""
    return _stepped(AT_ONE + PER_DOUBLING * math.log2(max(notes_per_beat, 1 / 16)))


def dynamics_of(velocity: float) -> float:
    """The dynamics that go with a velocity, 0..1 in steps."""
    return _stepped((velocity - SOFT) / (LOUD - SOFT))


def _blend(before: float, newest: float) -> float:
    return newest if before == 0.0 else before + NEWEST * (newest - before)


def _stepped(share: float) -> float:
    return round(round(min(1.0, max(0.0, share)) / STEP) * STEP, 3)
