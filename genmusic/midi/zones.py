"""Zones of a keyboard, and the role that each of them plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from genmusic.controls.spec import Value
from genmusic.midi.calling import Calls
from genmusic.midi.harmony import Harmony
from genmusic.midi.messages import KEY_PRESSURE, NOTE_OFF, NOTE_ON, Message
from genmusic.midi.place import Where
from genmusic.midi.tune import Tune
from genmusic.rules import Choice, rule
from genmusic.rules.kinds import Pitch

KEYS = range(128)
ROLES = ("play", "harmony", "melody", "answer", "conductor")
SILENT = frozenset({"harmony", "conductor"})  # roles whose keys are not played
_OF_KEYS = (NOTE_ON, NOTE_OFF, KEY_PRESSURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Keys, and what playing them means."""

    role: str = rule(
        Choice(ROLES),
        "keys that are played alone, lead the harmony, have the tune, call to be answered, or are "
        "left to buttons",
    )
    low: int = rule(Pitch(), "its lowest key", KEYS.start)
    high: int = rule(Pitch(), "its highest key", KEYS.stop - 1)

    @property
    def keys(self) -> range:
        """All its keys."""
        return range(self.low, self.high + 1)


class Role(Protocol):
    """What hears the keys of a zone, and turns them into changes of controls."""

    def hear(self, message: Message) -> None:
        """Take a message."""

    def turn(self, now_ns: int, controls: Mapping[str, Value]) -> Mapping[str, Value]:
        """The changes that the playing asks for; empty if there are none."""

    def clear(self) -> None:
        """Messages were lost."""


_MAKERS: Mapping[str, Callable[[Zone, Where], Role]] = {
    "harmony": lambda zone, _where: Harmony(zone.keys),
    "melody": lambda _zone, where: Tune(where),
    "answer": lambda _zone, where: Calls(where),
}


class Players:
    """The roles of one keyboard. A key belongs to the smallest zone that has it."""

    def __init__(self, zones: Sequence[Zone], where: Where) -> None:
        active = [zone for zone in zones if zone.role in _MAKERS]
        self._zones = sorted(zones, key=lambda zone: len(zone.keys))
        self._roles = {zone: _MAKERS[zone.role](zone, where) for zone in active}

    def hear(self, message: Message) -> None:
        """Take a message: of a key for its zone, any other for all."""
        if message.kind not in _OF_KEYS:
            for role in self._roles.values():
                role.hear(message)
            return
        zone = next((zone for zone in self._zones if message.first in zone.keys), None)
        if zone in self._roles:
            self._roles[zone].hear(message)

    def turn(self, now_ns: int, controls: Mapping[str, Value]) -> dict[str, Value]:
        """The changes that the playing asks for."""
        changes: dict[str, Value] = {}
        for role in self._roles.values():
            changes |= role.turn(now_ns, controls)
        return changes

    def clear(self) -> None:
        """Messages were lost."""
        for role in self._roles.values():
            role.clear()


@lru_cache(maxsize=16)
def played_keys(zones: tuple[Zone, ...]) -> range:
    """The longest stretch of keys that sound."""
    by_size = sorted(zones, key=lambda zone: -len(zone.keys))
    roles = dict.fromkeys(KEYS, "play")
    for zone in by_size:
        roles.update(dict.fromkeys(zone.keys, zone.role))
    longest = begin = range(0)
    for key in KEYS:
        begin = range(begin.start if begin else key, key + 1)
        if roles[key] in SILENT:
            begin = range(0)
        longest = max(longest, begin, key=len)
    return longest
