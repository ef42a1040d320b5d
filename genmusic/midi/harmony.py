"""A zone of the keyboard that leads the harmony: the chord that is held there is played by all."""

from __future__ import annotations

from collections.abc import Mapping

from genmusic.controls.spec import Value
from genmusic.midi.chords import recognise
from genmusic.midi.held import HeldKeys
from genmusic.midi.messages import NOTE_OFF, NOTE_ON, Message

SETTLE_NS = 40_000_000  # the fingers of a chord come down within so long
NOTHING: Mapping[str, Value] = {}


class Harmony:
    """Held keys of a zone, as changes of the control ``chord``."""

    def __init__(self, zone: range) -> None:
        self._zone, self._keys = zone, HeldKeys()
        self._moved_at_ns, self._settled = 0, True
        self._symbol: str | None = None

    def hear(self, message: Message) -> None:
        """Take a message; notes outside the zone are passed over."""
        if message.kind in (NOTE_ON, NOTE_OFF) and message.first not in self._zone:
            return
        before = self._keys.pitches
        self._keys.hear(message)
        if self._keys.pitches != before:
            self._moved_at_ns, self._settled = message.time_ns, False

    def turn(self, now_ns: int, _controls: Mapping[str, Value] = NOTHING) -> Mapping[str, Value]:
        """The change that the keys ask for once they have settled; empty if there is none."""
        if self._settled or now_ns < self._moved_at_ns + SETTLE_NS:
            return NOTHING
        self._settled = True
        chord, held = recognise(self._keys.pitches), self._keys.pitches
        symbol = chord.symbol if chord else None
        if symbol == self._symbol or (held and not chord):
            return NOTHING  # one finger that is left does not end a chord
        self._symbol = symbol
        return {"chord": symbol}

    def clear(self) -> None:
        """Nothing is held any more."""
        self._keys.clear()
        self._settled = False
