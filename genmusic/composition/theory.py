"""Scales and chords, relative to a tonic: degrees, steps and what may sound over a chord.

A degree is 0..6 in a mode. A step is a place in the scale with its octave: step 0 is the tonic,
7 the tonic an octave above, -1 the note below. Roots and pitch classes are semitones above the
tonic.
"""

from __future__ import annotations

from functools import cache

from genmusic.names import MODES, QUALITIES

OCTAVE = 12
DEGREES = 7
TONIC, DOMINANT = 0, 4
FIFTH, LEADING = 7, 11  # semitones above a tonic

_QUALITY_OF = {intervals: quality for quality, intervals in QUALITIES.items()}
_RAISED_BY_DOMINANTS = 4  # the major third of a dominant is the raised one of its notes


def is_minor(mode: str) -> bool:
    """Whether the third of the scale is small."""
    return 3 in MODES[mode]


def family(mode: str) -> str:
    """The mode of the trained model, ``major`` or ``minor``, that is nearest to a mode."""
    return "minor" if is_minor(mode) else "major"


@cache
def scale_chord(mode: str, degree: int, seventh: bool) -> tuple[int, str]:
    """Root and quality of the chord that the scale builds on a degree."""
    scale = MODES[mode]
    root = scale[degree]
    size = 4 if seventh else 3
    tones = tuple((scale[(degree + 2 * k) % DEGREES] - root) % OCTAVE for k in range(size))
    return root, _QUALITY_OF[tones]


@cache
def degree_of(mode: str, root: int, quality: str) -> int:
    """The degree on which the scale builds this chord, -1 if it does not.

    The major dominant of a minor scale, with its raised leading note, counts as the fifth.
    """
    if mode == "minor" and (root, quality) in ((FIFTH, ""), (FIFTH, "7")):
        return DOMINANT
    scale = MODES[mode]
    tones = {(root + interval) % OCTAVE for interval in QUALITIES[quality]}
    return scale.index(root) if root in scale and tones <= set(scale) else -1


@cache
def chord_tones(root: int, quality: str) -> tuple[int, ...]:
    """Pitch classes of a chord, from the root up."""
    return tuple((root + interval) % OCTAVE for interval in QUALITIES[quality])


@cache
def chord_scale(mode: str, root: int, quality: str) -> frozenset[int]:
    """Pitch classes that may sound over a chord.

    These are the scale and the chord, less each note of the scale that the chord alters: the
    raised third of a dominant and the root of a diminished chord replace the note below them, any
    other foreign note the one above.
    """
    tones, scale = chord_tones(root, quality), set(MODES[mode])
    allowed = scale | set(tones)
    for tone in tones:
        if tone in scale:
            continue
        interval = (tone - root) % OCTAVE
        raised = interval == _RAISED_BY_DOMINANTS or (interval == 0 and quality.startswith("dim"))
        replaced = (tone - 1 if raised else tone + 1) % OCTAVE
        if replaced not in tones:
            allowed.discard(replaced)
    return frozenset(allowed)


@cache
def step_pitch(mode: str, step: int) -> int:
    """Semitones of a step above the tonic."""
    octave, degree = divmod(step, DEGREES)
    return MODES[mode][degree] + OCTAVE * octave


@cache
def pitch_step(mode: str, pitch: int) -> int:
    """The step nearest to a pitch above the tonic; between two, the lower."""
    octave, remainder = divmod(pitch, OCTAVE)
    scale = (*MODES[mode], OCTAVE)
    degree = min(range(DEGREES + 1), key=lambda d: abs(scale[d] - remainder))
    return octave * DEGREES + degree


def nearest_pitch(pitch_class: int, near: float, low: int, high: int) -> int:
    """The pitch of a class that is nearest to another pitch, in a range of an octave or more."""
    lowest = low + (pitch_class - low) % OCTAVE
    octaves = int((near - lowest) / OCTAVE + 0.5) if near > lowest else 0
    return lowest + OCTAVE * min(octaves, (high - lowest) // OCTAVE)
