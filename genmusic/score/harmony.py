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
    def fifths(self) -> int:
        """Sharps of the signature that has the notes of the scale, flats negative; -6..6.

        D dorian has none, like C major. A scale without a signature of its own has that of the
        plain major or minor scale on its tonic.
        """
        scale = set(self.scale)
        fewest = -6 if self.is_minor else -5
        for sharps in range(fewest, fewest + 12):
            if {(7 * sharps + step) % 12 for step in MODES["major"]} == scale:
                return sharps
        tonic = self.tonic + 3 if self.is_minor else self.tonic
        return (7 * tonic - fewest) % 12 + fewest

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


def read_chord(symbol: str) -> Chord:
    """The chord that a symbol of ours names."""
    root = max((p for p in PITCH_CLASSES if symbol.startswith(p)), key=len)
    return Chord(PITCH_CLASSES.index(root), symbol.removeprefix(root))
