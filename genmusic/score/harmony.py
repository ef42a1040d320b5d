"""Keys and chords."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.names import MODES, PITCH_CLASSES, QUALITIES


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class 0..11) and a mode."""

    tonic: int
    mode: str

    @property
    def name(self) -> str:
        """Such as ``"Eb minor"``."""
        return f"{PITCH_CLASSES[self.tonic]} {self.mode}"

    @property
    def scale(self) -> tuple[int, ...]:
        """The pitch classes of the scale, from the tonic up."""
        return tuple((self.tonic + step) % 12 for step in MODES[self.mode])

    @property
    def is_minor(self) -> bool:
        """Whether the third of the scale is small."""
        return 3 in MODES[self.mode]


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class 0..11) and a quality of `QUALITIES`."""

    root: int
    quality: str

    @property
    def symbol(self) -> str:
        """Such as ``"Bbmaj7"``."""
        return PITCH_CLASSES[self.root] + self.quality

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The chord's pitch classes from the root up."""
        return tuple((self.root + step) % 12 for step in QUALITIES[self.quality])
