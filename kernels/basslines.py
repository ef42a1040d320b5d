"""Bass lines: under the chords, without parallels to the melody."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Longs
from kernels.chords import (
    BEGIN,
    END,
    INVERTED,
    NEXT_ROOT,
    OCTAVE,
    ROOT,
    SCALE,
    TONES,
    nearest,
    sounding,
)
from kernels.drawing import uniform
from kernels.trails import HEIGHT, LENGTH, ONSET, STRESS, Ground

FIFTH = 7
THIRD_PLACE, FIFTH_PLACE = 1, 2  # in a chord
UNSTEADY_COST = 5  # semitones that a chord on its fifth is worth avoiding

STRUCK, SUNG, LOW = range(3)
"""The melody at the last note of the bass, the last note of the melody, that of the bass."""

OF_CHORD, THIRD, FIFTH_ABOVE, SEVENTH, EIGHTH, STEP, SEMITONE = range(7)
"""What a pattern may ask for; the last two lead to the next root."""

PLACES = np.array([0, 1, 2, 3, 0])  # in a chord, of each of them
WALKED = np.array([THIRD, FIFTH_ABOVE, FIFTH_ABOVE, EIGHTH])  # what a walking bass goes by
CHROMATIC_SHARE = 0.4  # of the steps that lead a walking bass into the next chord
APPROACHES = np.array([2, 1, 3])  # semitones from the next root, the best first
DRAWS_PER_CHORD, DRAWS = 4, 20

# What a bass pays for moving by so many semitones to the next chord, in semitones: least for a
# step, more for a repeated note and for leaps.
MOVE_COSTS = np.array([1.0, 0.0, 0.0, 0.6, 0.6, 1.4, 2.0, 1.6, 2.4, 2.4, 3.0, 3.0, 3.0])
MIDDLE_PULL = 0.35  # how far the next root is drawn from the last one to the middle of the range
CENTRE_COST = 0.1  # for each semitone off the middle of the range


class BassTask(NamedTuple):
    """What is asked of a bar of the bass."""

    walks: bool
    pulse_ticks: int  # from note to note of a walk
    held: int  # the pitch that is held under all chords, -1 for none
    inversion_cost: float  # semitones, of a third under a chord


@fragment
def _move_cost(pitch: int, last: int, middle: float) -> float:
    move = float(MOVE_COSTS[min(abs(pitch - last), OCTAVE)])
    return move + CENTRE_COST * abs(pitch - middle)


@fragment
def choose_basses(ground: Ground, last: int, inversion_cost: float, out: Longs) -> None:
    """The bass note before each chord and its own: its root, or its third for a smoother line.

    ``last`` is the note before the bar, 0 for none.
    """
    low, high = ground.low, ground.high
    middle = (low + high) / 2.0
    begun = last > 0
    if not begun:
        last = int(np.rint(middle))
    for n in range(len(ground.chords)):
        chord = ground.chords[n]
        near = last + (middle - last) * MIDDLE_PULL
        pitch = nearest((ground.tonic + chord[ROOT]) % OCTAVE, near, low, high)
        if begun and chord[INVERTED] > 0:
            third = nearest((ground.tonic + chord[ROOT + 1]) % OCTAVE, near, low, high)
            cost = _move_cost(third, last, middle) + inversion_cost
            if cost < _move_cost(pitch, last, middle):
                pitch = third
        out[n, 0], out[n, 1] = last, pitch
        last = pitch


@fragment
def _walk(chords: Longs, pulse_ticks: int, key: int, walk: int, ticks: Longs, signs: Longs) -> int:
    """A note on every pulse: from the chord's own, by its tones, to a step before the next."""
    count = 0
    for number in range(len(chords)):
        first = walk + min(DRAWS_PER_CHORD * number, DRAWS - DRAWS_PER_CHORD)
        begin, place = count, 0
        for tick in range(chords[number, BEGIN], chords[number, END], pulse_ticks):
            if count < len(ticks):
                draw = uniform(key, first + place % DRAWS_PER_CHORD)
                inner = WALKED[int(draw * len(WALKED))]
                ticks[count], signs[count] = tick, OF_CHORD if place == 0 else inner
                count += 1
                place += 1
        if count > begin + 1:
            signs[count - 1] = SEMITONE if uniform(key, first) < CHROMATIC_SHARE else STEP
    return count


@fragment
def _follow_pattern(chords: Longs, steps: Longs, ticks: Longs, signs: Longs) -> int:
    """The notes of a pattern, and where it has none the beginnings of chords, by rising tick."""
    count, chord = 0, 1
    for n in range(len(steps) + 1):
        until = steps[n, 0] if n < len(steps) else chords[-1, END]
        while chord < len(chords) and chords[chord, BEGIN] < until and count < len(ticks):
            ticks[count], signs[count] = chords[chord, BEGIN], OF_CHORD
            count += 1
            chord += 1
        if n < len(steps) and count < len(ticks):
            begins = chord < len(chords) and chords[chord, BEGIN] == until
            ticks[count], signs[count] = until, OF_CHORD if begins else steps[n, 1]
            count += 1
            chord += 1 if begins else 0
    return count


@fragment
def _approach(ground: Ground, chord: Longs, bass: int, chromatic: bool) -> int:
    """The note beside the next root, on the side from which the bass comes."""
    low, high = ground.low, ground.high
    target = nearest((ground.tonic + chord[NEXT_ROOT]) % OCTAVE, float(bass), low, high)
    side = -1 if bass <= target else 1
    if chromatic and low <= target + side <= high:
        return target + side
    for distance in APPROACHES:
        pitch = target + side * distance
        allowed = chord[SCALE] >> ((pitch - ground.tonic) % OCTAVE) & 1
        if low <= pitch <= high and allowed > 0:
            return int(pitch)
    return bass


@fragment
def _asked_pitch(ground: Ground, chord: Longs, sign: int, bass: int) -> int:
    if sign >= STEP:
        return _approach(ground, chord, bass, sign == SEMITONE)
    if sign == OF_CHORD:
        return bass
    place = PLACES[sign] if chord[ROOT + PLACES[sign]] >= 0 else 0
    root = bass - (bass - ground.tonic - chord[ROOT]) % OCTAVE  # the root at or below
    if sign == EIGHTH and root + OCTAVE <= ground.high:
        return int(root + OCTAVE)
    if sign == EIGHTH:
        place = FIFTH_PLACE  # the eighth is out of reach, and a note that stays is none
    pitch = root + (chord[ROOT + place] - chord[ROOT]) % OCTAVE
    while pitch > ground.high:
        pitch -= OCTAVE
    return int(pitch) if pitch >= ground.low else int(pitch + OCTAVE)


@fragment
def _moved_on(ground: Ground, chord: Longs, bass: int, pitch: int) -> int:
    """Another tone of the chord for a walking bass, which does not stand still."""
    for sign in WALKED:
        other = _asked_pitch(ground, chord, sign, bass)
        if other != pitch:
            return other
    return pitch


@fragment
def write_bass(
    ground: Ground,
    basses: Longs,
    task: BassTask,
    steps: Longs,
    key: int,
    walk: int,
    ticks: Longs,
    signs: Longs,
    out: Longs,
) -> int:
    """Write each chord's note where it begins, a pattern or a walk in between; how many notes.

    The draws of a walk are `DRAWS` from a place on, in the row of numbers that a key names.
    """
    if task.walks:
        count = _walk(ground.chords, task.pulse_ticks, key, walk, ticks, signs)
    else:
        count = _follow_pattern(ground.chords, steps, ticks, signs)
    for n in range(count):
        number = sounding(ground.chords, ticks[n])
        chord, bass = ground.chords[number], basses[number, 1]
        pitch = _asked_pitch(ground, chord, signs[n], bass) if task.held < 0 else task.held
        inside = n > 0 and ticks[n] != chord[BEGIN]
        if task.walks and inside and pitch == out[n - 1, HEIGHT]:
            pitch = _moved_on(ground, chord, bass, pitch)
        end = ticks[n + 1] if n + 1 < count else ground.bar_ticks
        out[n, ONSET], out[n, LENGTH] = ticks[n], end - ticks[n]
        out[n, HEIGHT], out[n, STRESS] = pitch, 1 if ticks[n] == 0 else 0
    return count


@fragment
def sing_basses(rows: Longs, chords: Longs, basses: Longs) -> None:
    """Set the bass notes of the chords to what the bar of the bass really has."""
    for n in range(rows.shape[0]):
        if rows[n, LENGTH] > 0:
            chord = sounding(chords, rows[n, ONSET])
            if chords[chord, BEGIN] == rows[n, ONSET]:
                basses[chord, 1] = rows[n, HEIGHT]


@fragment
def _tone(ground: Ground, chord: int, place: int, near: int) -> int:
    pitch_class = (ground.tonic + ground.chords[chord, ROOT + place]) % OCTAVE
    return nearest(pitch_class, float(near), ground.low, ground.high)


@fragment
def _sounding_pitch(melody: Longs, tick: int) -> int:
    """The pitch that begins or sounds at a tick, 0 for none."""
    for n in range(melody.shape[0] - 1, -1, -1):
        if melody[n, ONSET] <= tick < melody[n, ONSET] + melody[n, LENGTH]:
            return int(melody[n, HEIGHT])
    return 0


@fragment
def _last_before(melody: Longs, tick: int, otherwise: int) -> int:
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
    chord = sounding(ground.chords, tick)
    begins = ground.chords[chord, BEGIN] == tick
    unsteady = _tone(ground, chord, FIFTH_PLACE, pitch)
    best, least = -1, 0
    for place in range(3 if begins else TONES):
        if ground.chords[chord, ROOT + place] < 0:
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
def _apart(
    ground: Ground, tick: int, was: tuple[int, int, int], struck: int, sung: int, low: int
) -> int:
    """A tone of the chord that melody and bass do not share, and do not come to in parallel."""
    chord = sounding(ground.chords, tick)
    for place in (THIRD_PLACE, FIFTH_PLACE, 0):
        choice = _tone(ground, chord, place, low)
        shared = (struck - choice) % OCTAVE == 0 or (sung - choice) % OCTAVE == 0
        parallel = _is_parallel(was[STRUCK], was[LOW], struck, choice)
        if not shared and not parallel and not _is_parallel(was[SUNG], was[LOW], struck, choice):
            return choice
    return low


@fragment
def mend(
    rows: Longs,
    melody: Longs,
    before: Longs,
    ground: Ground,
    ends_piece: bool,
    leads_home: bool,
    after: Longs,
) -> bool:
    """Give notes that move in fifths or octaves another tone; whether any has changed.

    Two notes are parallel when melody and bass both move and stay a fifth or an octave apart: from
    what sounded at the last note of the bass, or from the last note of the melody.
    """
    changed, last = False, -1
    struck, sung, low = before[STRUCK], before[SUNG], before[LOW]
    was = (struck, sung, low)  # at the note before the last
    for n in range(rows.shape[0]):
        if rows[n, LENGTH] == 0:
            continue
        tick, pitch, last = rows[n, ONSET], rows[n, HEIGHT], n
        above, sung = _sounding_pitch(melody, tick), _last_before(melody, tick, before[SUNG])
        parallel = _is_parallel(struck, low, above, pitch) or _is_parallel(sung, low, above, pitch)
        if parallel and not ends_piece:
            rows[n, HEIGHT] = _other_tone(ground, tick, pitch, struck, sung, low, above)
        changed = changed or rows[n, HEIGHT] != pitch
        was = (struck, sung, low)
        struck, low = above, rows[n, HEIGHT]
    sung = _last_before(melody, ground.bar_ticks, before[SUNG])
    unison = (struck - low) % OCTAVE == 0 or (sung - low) % OCTAVE == 0
    if last >= 0 and leads_home and unison:
        # Melody and bass are about to come home to the tonic: not from one and the same note.
        low = _apart(ground, rows[last, ONSET], was, struck, sung, low)
        changed = changed or rows[last, HEIGHT] != low
        rows[last, HEIGHT] = low
    after[STRUCK], after[SUNG], after[LOW] = struck, sung, low
    return changed


@fragment
def hold_over(rows: Longs, pitches: Longs) -> None:
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
