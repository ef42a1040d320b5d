"""Bass lines: without parallels to the melody, and without copies of a work."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels.chords import sounding
from kernels.copying import Runs
from kernels.trails import (
    HEIGHT,
    LENGTH,
    OCTAVE,
    ONSET,
    TONES,
    Ground,
    Room,
    guard,
    recall,
)

Integers = NDArray[np.int64]

FIFTH = 7
THIRD_PLACE, FIFTH_PLACE = 1, 2  # in a chord
UNSTEADY_COST = 5  # semitones that a chord on its fifth is worth avoiding
MOST_LOOKS = 3  # at a bar, between two rules that it must keep

STRUCK, SUNG, LOW = range(3)
"""The melody at the last note of the bass, the last note of the melody, that of the bass."""


@fragment
def _nearest(pitch_class: int, near: int, ground: Ground) -> int:
    """The pitch of a class that is nearest to another pitch, in a range of an octave or more."""
    lowest = ground.low + (pitch_class - ground.low) % OCTAVE
    octaves = int((near - lowest) / OCTAVE + 0.5) if near > lowest else 0
    return int(lowest + OCTAVE * min(octaves, (ground.high - lowest) // OCTAVE))


@fragment
def _tone(ground: Ground, chord: int, place: int, near: int) -> int:
    return _nearest((ground.tonic + ground.tones[chord, place]) % OCTAVE, near, ground)


@fragment
def _sounding_pitch(melody: Integers, tick: int) -> int:
    """The pitch that begins or sounds at a tick, 0 for none."""
    for n in range(melody.shape[0] - 1, -1, -1):
        if melody[n, ONSET] <= tick < melody[n, ONSET] + melody[n, LENGTH]:
            return int(melody[n, HEIGHT])
    return 0


@fragment
def _last_before(melody: Integers, tick: int, otherwise: int) -> int:
    """The pitch of the last note that begins before a tick."""
    for n in range(melody.shape[0] - 1, -1, -1):
        if melody[n, ONSET] < tick:
            return int(melody[n, HEIGHT])
    return otherwise


@fragment
def _is_parallel(high: int, low: int, high_now: int, low_now: int) -> bool:
    """Whether melody and bass both move and stay a fifth or an octave apart."""
    interval = (high - low) % OCTAVE
    perfect = interval in (0, FIFTH) and (high_now - low_now) % OCTAVE == interval
    return perfect and high != 0 and high_now != 0 and high != high_now and low != low_now


@fragment
def _other_tone(
    ground: Ground, tick: int, pitch: int, struck: int, sung: int, low: int, above: int
) -> int:
    """The tone of the chord nearest to a pitch that is not parallel with the melody."""
    chord = sounding(ground.starts, tick)
    begins = ground.starts[chord] == tick
    unsteady = _tone(ground, chord, FIFTH_PLACE, pitch)
    best, least = -1, 0
    for place in range(3 if begins else TONES):
        if ground.tones[chord, place] < 0:
            continue
        choice = _tone(ground, chord, place, pitch)
        if _is_parallel(struck, low, above, choice) or _is_parallel(sung, low, above, choice):
            continue
        cost = abs(choice - pitch) + (UNSTEADY_COST if choice == unsteady else 0)
        if best < 0 or cost < least or (cost == least and choice < best):
            best, least = choice, cost
    if best >= 0:
        return best
    return pitch if begins else low  # inside a chord, a note that stays is parallel with nothing


@fragment
def _mend(
    rows: Integers,
    melody: Integers,
    before: Integers,
    ground: Ground,
    ends_piece: bool,
    leads_home: bool,
    after: Integers,
) -> bool:
    """Give notes that move in fifths or octaves another tone; whether any has changed.

    Two notes are parallel when melody and bass both move and stay a fifth or an octave apart: from
    what sounded at the last note of the bass, or from the last note of the melody.
    """
    changed, last = False, -1
    struck, low = before[STRUCK], before[LOW]
    for n in range(rows.shape[0]):
        if rows[n, LENGTH] == 0:
            continue
        tick, pitch, last = rows[n, ONSET], rows[n, HEIGHT], n
        above, sung = _sounding_pitch(melody, tick), _last_before(melody, tick, before[SUNG])
        parallel = _is_parallel(struck, low, above, pitch) or _is_parallel(sung, low, above, pitch)
        if parallel and not ends_piece:
            rows[n, HEIGHT] = _other_tone(ground, tick, pitch, struck, sung, low, above)
        changed = changed or rows[n, HEIGHT] != pitch
        struck, low = above, rows[n, HEIGHT]
    sung = _last_before(melody, ground.bar_ticks, before[SUNG])
    unison = (struck - low) % OCTAVE == 0 or (sung - low) % OCTAVE == 0
    if last >= 0 and leads_home and unison:
        # Melody and bass are about to come home to the tonic: not from one and the same note.
        low = _tone(ground, sounding(ground.starts, rows[last, ONSET]), THIRD_PLACE, low)
        changed = changed or rows[last, HEIGHT] != low
        rows[last, HEIGHT] = low
    after[STRUCK], after[SUNG], after[LOW] = struck, sung, low
    return changed


@fragment
def _hold_over(rows: Integers, pitches: Integers) -> None:
    """Hold the note before through each that would need another pitch than it had."""
    kept = -1
    for n in range(rows.shape[0]):
        if rows[n, LENGTH] == 0:
            continue
        if rows[n, HEIGHT] == pitches[n]:
            kept = n
            continue
        if kept >= 0:
            rows[kept, LENGTH] = rows[n, ONSET] + rows[n, LENGTH] - rows[kept, ONSET]
        rows[n, LENGTH] = 0


@kernel
def settle_bass(
    tune: Runs,
    rhythm: Runs,
    trail: Integers,
    rows: Integers,
    melody: Integers,
    before: Integers,
    ground: Ground,
    ends_piece: bool,
    leads_home: bool,
    pitches: Integers,
    room: Room,
    after: Integers,
    out: Integers,
) -> tuple[bool, int]:
    """Keep a bar of the bass from parallels with the melody and from copies of a work.

    What mends one may break the other, so both look again. When no tone will do, the note before
    goes on: that leaves a note less each time, so it ends.

    Parameters
    ----------
    tune, rhythm, trail, ground, room, out
        As for `trails.follow`.
    rows : (notes, 4) int64, in/out
        The bar, by rising onset; notes of length 0 are left out.
    melody : (notes of melody, 4) int64
        The melody of the bar, by rising onset.
    before, after : (3,) int64, the latter written in full
        Pitches that the bar before leaves, and this one; 0 where the melody rests.
    ends_piece, leads_home : bool
        Whether it is the last bar; whether the next one brings both parts home to the tonic.
    pitches : (notes,) int64, scratch

    Returns
    -------
    (bool, int): whether a note was changed; and how many rows of ``out`` are written.
    """
    recall(trail, ground, room, out)
    any_changed = False
    count = trail.shape[0]
    mended = _mend(rows, melody, before, ground, ends_piece, leads_home, after)
    for look in range(MOST_LOOKS + rows.shape[0]):
        copied, count = guard(tune, rhythm, trail.shape[0], rows, ground, room, out)
        any_changed = any_changed or mended or copied
        if not (mended or copied):
            break
        for n in range(rows.shape[0]):
            pitches[n] = rows[n, HEIGHT]
        mended = _mend(rows, melody, before, ground, ends_piece, leads_home, after)
        if not mended:
            break
        if look >= MOST_LOOKS - 1:  # no tone will do
            _hold_over(rows, pitches)
    return any_changed, count
