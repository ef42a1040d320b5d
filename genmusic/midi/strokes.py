"""What keys do to notes: struck, re-struck, held by the pedal, let go."""

from __future__ import annotations

from genmusic.controls.spec import MOST_BEND
from genmusic.midi.held import HeldKeys
from genmusic.midi.messages import NOTE_OFF, NOTE_ON, PITCH_BEND, Message

LET_GO = 0
WHEEL_MIDDLE = 8192
SMALLEST_BEND = 0.05  # semitones: what is less is told of with what follows


class Keyboard:
    """Keys as pitches that begin and end."""

    def __init__(self) -> None:
        self._played, self._held = range(0), HeldKeys()
        self._bend = 0.0  # semitones that were told of

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

    def bend(self, message: Message) -> float | None:
        """Semitones by which the wheel bends the keys that sound, where that can be heard."""
        if message.kind != PITCH_BEND:
            return None
        turned = (message.second << 7 | message.first) - WHEEL_MIDDLE
        bend = MOST_BEND * turned / WHEEL_MIDDLE if self._played else 0.0
        if bend == self._bend or (bend and abs(bend - self._bend) < SMALLEST_BEND):
            return None
        self._bend = bend
        return bend

    def clear(self) -> list[tuple[int, int]]:
        """Let every key go."""
        ended = [(pitch, LET_GO) for pitch in sorted(self._held.pitches)]
        self._held.clear()
        return ended
