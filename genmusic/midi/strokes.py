"""What keys do to notes: struck, re-struck, held by the pedal, let go."""

from __future__ import annotations

from genmusic.midi.held import HeldKeys
from genmusic.midi.messages import NOTE_OFF, NOTE_ON, Message

LET_GO = 0


class Keyboard:
    """Keys as pitches that begin and end."""

    def __init__(self) -> None:
        self._played, self._held = range(0), HeldKeys()

    def play_on(self, played: range) -> list[tuple[int, int]]:
        """Let other keys than before sound; what ends with that."""
        if played == self._played:
            return []
        self._played = played
        return self.clear()

    def hear(self, message: Message) -> list[tuple[int, int]]:
        """Pitch and velocity of each note that begins, with 0 of each that ends."""
        is_key = message.kind in (NOTE_ON, NOTE_OFF)
        if is_key and message.first not in self._played:
            return []
        before = self._held.pitches
        self._held.hear(message)
        if message.kind == NOTE_ON and message.second > 0:
            return [(message.first, message.second)]
        return [(pitch, LET_GO) for pitch in sorted(before - self._held.pitches)]

    def clear(self) -> list[tuple[int, int]]:
        """Let every key go."""
        ended = [(pitch, LET_GO) for pitch in sorted(self._held.pitches)]
        self._held.clear()
        return ended
