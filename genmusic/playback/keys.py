"""A live instrument that the audio callback plays from MIDI, while the music goes on around it."""

from __future__ import annotations

from collections.abc import Sequence

from genmusic.midi.events import EventRing
from genmusic.shared import create_shared
from genmusic.synthesis.live import LiveInstrument
from kernels.live import BLOCK_BYTES

Buttons = frozenset[tuple[int, int]]
"""MIDI channel, 1..16, and note of each button that sends notes."""


class LiveKeys:
    """The instrument's memory, shared with the process that plays.

    Parameters
    ----------
    patch
        The sound to begin with.
    midi
        Where its messages come from.
    played
        The keys that sound.
    """

    def __init__(self, patch: str, midi: EventRing, played: range) -> None:
        self._memory = create_shared(BLOCK_BYTES)
        self._midi_name = midi.name
        self._instrument = LiveInstrument(self._memory.buf)
        self._played: tuple[range, Buttons] = (played, frozenset())
        self._instrument.set_up(patch, played.start, played.stop - 1)

    @property
    def names(self) -> Sequence[str]:
        """What `DeviceOutput` wants to know."""
        return (self._memory.name, self._midi_name)

    @property
    def patch(self) -> str:
        """What sounds when a key is struck."""
        return self._instrument.patch

    def choose(self, patch: str) -> None:
        """Play another sound from the next note on, or as soon as there is room for it."""
        self._instrument.choose(patch)

    def play_on(self, played: range, buttons: Buttons) -> None:
        """Sound on other keys than before, less those that are buttons; no note is left behind."""
        if (played, buttons) != self._played:
            self._played = (played, buttons)
            self._instrument.limit(played.start, played.stop - 1, buttons)
            self._instrument.silence()

    def silence(self) -> None:
        """Let every note go."""
        self._instrument.silence()

    def close(self) -> None:
        """Give the memory back, once nobody plays."""
        del self._instrument
        self._memory.close()
        self._memory.unlink()
