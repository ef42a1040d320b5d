"""The vocabulary everyone shares: parts of the score, pitch classes, modes, chord qualities."""

from __future__ import annotations

from collections.abc import Mapping

PARTS = ("melody", "counter", "comp", "pad", "bass", "drums")
"""The lines of the score; a note's ``part`` is an index into this table."""

METRES: Mapping[str, int] = {"4/4": 4, "3/4": 3, "6/8": 3, "2/4": 2}
"""Quarter notes in a bar of each metre."""

PITCH_CLASSES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def pitch_name(pitch: int) -> str:
    """Such as ``"Bb3"``; C4 is MIDI note 60."""
    return f"{PITCH_CLASSES[pitch % 12]}{pitch // 12 - 1}"


MODES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
"""Semitones of each scale above its tonic."""

QUALITIES: Mapping[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "sus4": (0, 5, 7),
}
"""Semitones of each chord quality above its root; the key is the suffix of the chord symbol."""

MODELS = ("vocal", "chamber", "piano")
"""The trained models that are shipped."""

WORKS = ("songs", "quartets")
"""The bodies of works that pieces are measured beside."""

FIGURES = (
    "chord_tones", "wide_leaps", "recovered", "rhythm_repeat", "bar_repeat", "structure",
    "parallels", "steps", "entropy_bits", "onset_beats", "density",
)  # fmt: skip
"""What is measured of a piece; `composition.quality.figures.Figures` says what each is."""

CUES = ("next_section", "build", "break", "hold", "ending")
"""What a conductor may ask of the form while it plays."""

COPYING = ("normal", "strict")
"""Limits on how long a run of notes may be equal to that of a work."""
