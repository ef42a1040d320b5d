"""Chords of a bar: which of them sounds at a tick, and what belongs to it.

Roots and tones are semitones above the tonic.
"""

from __future__ import annotations

from kernels._jit import fragment
from kernels._types import Longs

OCTAVE = 12
TONES = 4  # of a chord that count

# Columns of a chord: the ticks at which it begins and ends; the root of the chord that is planned
# to follow; 1 if the bass may sing another of its notes than the root; the number of its quality;
# the pitch classes that may sound over it, a bit each; its tones from the root up, -1 for none.
BEGIN, END, NEXT_ROOT, INVERTED, QUALITY, SCALE, ROOT = range(7)
CHORD_COLUMNS = ROOT + TONES


@fragment
def sounding(chords: Longs, tick: int) -> int:
    """The number of the last chord that begins by a tick; they rise."""
    number = 0
    while number + 1 < len(chords) and chords[number + 1, BEGIN] <= tick:
        number += 1
    return number


@fragment
def is_tone(chord: Longs, pitch_class: int) -> bool:
    """Whether a pitch class above the tonic is a tone of a chord."""
    found = False
    for n in range(ROOT, CHORD_COLUMNS):
        found = found or chord[n] == pitch_class
    return found


@fragment
def nearest(pitch_class: int, near: float, low: int, high: int) -> int:
    """The pitch of a class that is nearest to another pitch, in a range of an octave or more."""
    lowest = low + (pitch_class - low) % OCTAVE
    octaves = int((near - lowest) / OCTAVE + 0.5) if near > lowest else 0
    return int(lowest + OCTAVE * min(octaves, (high - lowest) // OCTAVE))
