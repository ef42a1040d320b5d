"""The chord that held keys mean."""

from __future__ import annotations

from collections.abc import Iterable

from genmusic.names import QUALITIES
from genmusic.score.harmony import Chord

OCTAVE = 12
FEWEST = 2  # different notes that mean a chord
MISSING, FOREIGN, NOT_IN_BASS = 1.0, 1.6, 0.6
FIFTH_MISSING = 0.3  # pianists leave it out
LIKELY = {"": 0.0, "m": 0.05, "7": 0.1, "maj7": 0.15, "m7": 0.15}
OTHERWISE_LIKELY = 0.25


def recognise(pitches: Iterable[int]) -> Chord | None:
    """The chord that fits held keys best, or None for fewer than two different notes.

    Notes that are missing or foreign, and a root that is not the lowest note, count against a
    chord; of equals the plainer one is meant.
    """
    held = sorted(pitches)
    classes = {pitch % OCTAVE for pitch in held}
    if len(classes) < FEWEST:
        return None
    chords = (Chord(root, quality) for root in sorted(classes) for quality in QUALITIES)
    return min(chords, key=lambda chord: _against(chord, classes, held[0] % OCTAVE))


def _against(chord: Chord, classes: set[int], bass: int) -> float:
    tones = set(chord.pitch_classes)
    fifth = (chord.root + 7) % OCTAVE
    missing = sum(FIFTH_MISSING if tone == fifth else MISSING for tone in tones - classes)
    foreign = FOREIGN * len(classes - tones)
    turned = 0.0 if chord.root == bass else NOT_IN_BASS
    return missing + foreign + turned + LIKELY.get(chord.quality, OTHERWISE_LIKELY)
