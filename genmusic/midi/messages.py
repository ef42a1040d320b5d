"""MIDI messages as they come from a port: three bytes and a time."""

from __future__ import annotations

from dataclasses import dataclass

NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL_CHANGE = 0x80, 0x90, 0xA0, 0xB0
PROGRAM_CHANGE, CHANNEL_PRESSURE, PITCH_BEND = 0xC0, 0xD0, 0xE0
SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
SYSTEM = 0xF0
SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a port."""

    time_ns: int  # of the machine's monotonic clock
    status: int
    first: int = 0
    second: int = 0
    port: int = 0

    @property
    def kind(self) -> int:
        """The status without its channel."""
        return self.status if self.status >= SYSTEM else self.status & 0xF0

    @property
    def channel(self) -> int:
        """1..16; 0 for messages that have none."""
        return 0 if self.status >= SYSTEM else (self.status & 0x0F) + 1

    @property
    def text(self) -> str:
        """For people."""
        name = _NAMES.get(self.kind, f"{self.status:#x}")
        if self.status >= SYSTEM:
            return name
        return f"{name} {self.first} {self.second} (channel {self.channel})"


_NAMES = {
    NOTE_OFF: "note off",
    NOTE_ON: "note",
    KEY_PRESSURE: "key pressure",
    CONTROL_CHANGE: "controller",
    PROGRAM_CHANGE: "program",
    CHANNEL_PRESSURE: "pressure",
    PITCH_BEND: "bend",
    SONG_POSITION: "song position",
    CLOCK: "clock",
    START: "start",
    CONTINUE: "continue",
    STOP: "stop",
}
