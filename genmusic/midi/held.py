"""The keys that are down, with the sustain pedal, on any number of ports and channels."""

from __future__ import annotations

from genmusic.midi.messages import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    SUSTAIN,
    Message,
)

PEDAL_DOWN = 64
Channel = tuple[int, int]
"""Port and MIDI channel."""


class HeldKeys:
    """Which keys sound, and which of them a hand holds."""

    def __init__(self) -> None:
        self._down: dict[Channel, set[int]] = {}
        self._sustained: dict[Channel, set[int]] = {}
        self._pedals: set[Channel] = set()

    @property
    def pitches(self) -> frozenset[int]:
        """The keys that sound: held by a hand or by a pedal."""
        groups = (*self._down.values(), *self._sustained.values())
        return frozenset(pitch for group in groups for pitch in group)

    def hear(self, message: Message) -> None:
        """Take a message; others than of keys and pedals are passed over."""
        where, kind = (message.port, message.channel), message.kind
        if kind == NOTE_ON and message.second > 0:
            self._down.setdefault(where, set()).add(message.first)
        elif kind in (NOTE_ON, NOTE_OFF):
            self._let_go(where, message.first)
        elif kind == CONTROL_CHANGE and message.first == SUSTAIN:
            self._move_pedal(where, down=message.second >= PEDAL_DOWN)
        elif kind == CONTROL_CHANGE and message.first in (ALL_NOTES_OFF, ALL_SOUND_OFF):
            self._down.pop(where, None)
            self._sustained.pop(where, None)

    def _let_go(self, where: Channel, pitch: int) -> None:
        down = self._down.get(where, set())
        if pitch in down and where in self._pedals:
            self._sustained.setdefault(where, set()).add(pitch)
        down.discard(pitch)

    def _move_pedal(self, where: Channel, *, down: bool) -> None:
        if down:
            self._pedals.add(where)
        else:
            self._pedals.discard(where)
            self._sustained.pop(where, None)

    def clear(self) -> None:
        """Nothing is held any more."""
        self._down.clear()
        self._sustained.clear()
        self._pedals.clear()
