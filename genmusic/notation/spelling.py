"""Spelling: which letter and accidental a pitch has in a key."""

from __future__ import annotations

from genmusic.score.harmony import Key

STEPS = "FCGDAEB"  # the line of fifths; F is 0, and every seven to the right add a sharp
C_ON_THE_LINE = 1
LETTER_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# How far to the left of the first note of the key's signature spelling reaches: minor keys need
# their leading notes, major keys the sevenths of borrowed chords.
FLATS_IN_MAJOR, FLATS_IN_MINOR = 3, 1


def spell(pitch_class: int, key: Key) -> tuple[str, int]:
    """Letter and semitones of the accidental (-2..2) of a pitch class."""
    reach = FLATS_IN_MINOR if key.is_minor else FLATS_IN_MAJOR
    first = key.fifths - reach  # on the line, counted from F
    place = first + (7 * pitch_class + C_ON_THE_LINE - first) % 12
    return STEPS[place % 7], place // 7


def spell_pitch(pitch: int, key: Key) -> tuple[str, int, int]:
    """Letter, accidental and octave of a MIDI note; C4 is 60."""
    step, alter = spell(pitch % 12, key)
    return step, alter, (pitch - alter - LETTER_SEMITONES[step]) // 12 - 1
