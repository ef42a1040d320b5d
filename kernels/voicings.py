"""Voicings: chords laid out in a range and led by the least movement, struck as patterns say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Longs
from kernels.chords import BEGIN, END, OCTAVE, QUALITY, ROOT, nearest, sounding
from kernels.trails import HEIGHT, LENGTH, ONSET, STRESS, Ground

FIFTH = 7
MOST_VOICES = 6
LACKS_FIFTH = MOST_VOICES
"""Columns of a shape: semitones above the root from below; then 1 if it has no fifth."""
SHAPE_COLUMNS = MOST_VOICES + 1

PARALLEL_COST = 12.0  # semitones of movement that a parallel fifth or octave is worth avoiding
CENTRE_COST = 0.5  # for each semitone that the chord as a whole lies off the middle of the range
DOUBLING_COST = 3.0  # for a chord without its fifth when there is room for it

WHOLE, BASS, TOP, DOWN, UP = 0, 7, 8, 9, 10
"""Signs of strokes; 1..6 are single notes from below."""
TOP_NOTES, UP_NOTES = 2, 3  # of the chord that `TOP` and `UP` strike
STEP, NEXT, CHORD = range(3)
"""How long a stroke is held: for a step, to the next one, to the next chord."""
LONGEST_STEP_TICKS = 480


class Shapes(NamedTuple):
    """The ways to lay out chords of every quality in so many voices, above a root of 0."""

    rows: Longs  # (shapes, SHAPE_COLUMNS)
    firsts: Longs  # (qualities + 1,) the first shape of each
    voices: int


@fragment
def _movement(shape: Longs, up: int, last: Longs, bass: int, bass_now: int) -> float:
    """Semitones that the voices of a chord move, and what parallels with the bass cost."""
    cost = 0.0
    for voice in range(len(last)):
        pitch, before = shape[voice] + up, last[voice]
        if before == 0:
            break
        cost += abs(pitch - before)
        interval = (before - bass) % OCTAVE
        perfect = interval in (0, FIFTH) and (pitch - bass_now) % OCTAVE == interval
        if perfect and pitch != before and bass != bass_now:
            cost += PARALLEL_COST
    return cost


@fragment
def _pile(chord: Longs, root: int, voices: int, low: int, out: Longs) -> None:
    """The tones of a chord one above the other from the bottom of a range."""
    count = 0
    for place in range(voices):
        if place >= len(chord) - ROOT or chord[ROOT + place] < 0:
            break
        pitch = low + (root + chord[ROOT + place] - chord[ROOT] - low) % OCTAVE
        at = count
        while at > 0 and out[at - 1] > pitch:
            out[at] = out[at - 1]
            at -= 1
        out[at] = pitch
        count += 1
    for voice in range(count, MOST_VOICES):
        out[voice] = 0


@fragment
def voice_chord(
    chord: Longs,
    tonic: int,
    shapes: Shapes,
    low: int,
    high: int,
    last: Longs,
    bass: int,
    bass_now: int,
    out: Longs,
) -> None:
    """Lay out a chord in the way that follows most smoothly; it may not fit: then it is piled up.

    ``last`` and ``out`` have the pitches from below, 0 where voices end; they may be the same.
    """
    voices = shapes.voices
    root, middle = (tonic + chord[ROOT]) % OCTAVE, (low + high) / 2.0
    follows = last[voices - 1] > 0 and (voices == MOST_VOICES or last[voices] == 0)
    best, best_up, least = -1, 0, np.inf
    for up in range(root - OCTAVE, 128 + root, OCTAVE):
        for row in range(shapes.firsts[chord[QUALITY]], shapes.firsts[chord[QUALITY] + 1]):
            shape = shapes.rows[row]
            if shape[0] + up < low or shape[voices - 1] + up > high:
                continue
            total = 0
            for voice in range(voices):
                total += shape[voice] + up
            cost = abs(total / voices - middle) * CENTRE_COST + shape[LACKS_FIFTH] * DOUBLING_COST
            if follows:
                cost += _movement(shape, up, last, bass, bass_now)
            if cost < least:
                best, best_up, least = row, up, cost
    if best < 0:
        _pile(chord, root, voices, low, out)
        return
    for voice in range(MOST_VOICES):
        out[voice] = shapes.rows[best, voice] + best_up if voice < voices else 0


@fragment
def voice_chords(
    ground: Ground, shapes: Shapes, low: int, basses: Longs, last: Longs, out: Longs
) -> None:
    """The chords of a bar, each led on from the one before; ``last`` becomes the last of them."""
    for n in range(len(ground.chords)):
        voice_chord(
            ground.chords[n], ground.tonic, shapes, low, ground.high, last, basses[n, 0],
            basses[n, 1], out[n],
        )  # fmt: skip
        for voice in range(MOST_VOICES):
            last[voice] = out[n, voice]


@fragment
def _write(tick: int, ticks: int, pitch: int, accent: int, count: int, out: Longs) -> int:
    """Add a note while there is room; how many there are."""
    if count >= len(out):
        return count
    out[count, ONSET], out[count, LENGTH] = tick, ticks
    out[count, HEIGHT], out[count, STRESS] = pitch, accent
    return count + 1


@fragment
def write_pad(chords: Longs, pitches: Longs, out: Longs) -> int:
    """Write chords held as long as they last; how many notes."""
    count = 0
    for n in range(len(chords)):
        begin, end = chords[n, BEGIN], chords[n, END]
        for voice in range(_voices(pitches[n])):
            count = _write(begin, end - begin, pitches[n, voice], 0, count, out)
    return count


@fragment
def _voices(pitches: Longs) -> int:
    count = 0
    while count < MOST_VOICES and pitches[count] > 0:
        count += 1
    return count


class CompTask(NamedTuple):
    """How chords are struck in a bar."""

    hold: int  # STEP, NEXT or CHORD
    step_ticks: int


@fragment
def _strike(
    tick: int, ticks: int, sign: int, pitches: Longs, bass: int, count: int, out: Longs
) -> int:
    """Write the notes of one stroke: those of the chord that its sign means, as a strum does."""
    voices = _voices(pitches)
    if sign == BASS:
        return _write(tick, ticks, bass, 0, count, out)
    if sign == UP:
        for voice in range(voices - 1, max(voices - UP_NOTES, 0) - 1, -1):
            count = _write(tick, ticks, pitches[voice], -1, count, out)
        return count
    first, end = 0, voices
    if sign == TOP:
        first = max(voices - TOP_NOTES, 0)
    elif sign not in (WHOLE, DOWN):
        first = (sign - 1) % voices  # counting begins again above the highest
        end = first + 1
    for voice in range(first, end):
        count = _write(tick, ticks, pitches[voice], 0, count, out)
    return count


@fragment
def write_comp(
    ground: Ground,
    strokes: Longs,
    task: CompTask,
    pitches: Longs,
    basses: Longs,
    out: Longs,
) -> int:
    """Write the strokes of a pattern, and one where a chord begins without any; how many notes."""
    count, stroke, missed = 0, 0, 1
    total, chords = len(strokes), ground.chords
    while stroke < total or (total > 0 and missed < len(chords)):
        own = strokes[stroke, 0] if stroke < total else ground.bar_ticks
        change = chords[missed, BEGIN] if missed < len(chords) else ground.bar_ticks
        tick, sign = min(own, change), strokes[0, 1]
        if own <= change and stroke < total:
            sign = strokes[stroke, 1]
            stroke += 1
        if change <= own and missed < len(chords):
            missed += 1
        own = strokes[stroke, 0] if stroke < total else ground.bar_ticks
        change = chords[missed, BEGIN] if missed < len(chords) else ground.bar_ticks
        number = sounding(chords, tick)
        longest = ground.bar_ticks
        if task.hold == STEP:
            longest = task.step_ticks
        elif task.hold == NEXT:
            longest = min(own, change) - tick
        ticks = min(longest, chords[number, END] - tick)
        bass = _low_bass(ground, pitches[number, 0], basses[number, 1])
        count = _strike(tick, ticks, sign, pitches[number], bass, count, out)
    return count


@fragment
def _low_bass(ground: Ground, lowest: int, bass: int) -> int:
    """The bass note of a chord, below it in the range of the part."""
    near = min(lowest - OCTAVE // 2, ground.low + OCTAVE // 2)
    high = max(lowest, ground.low + OCTAVE)
    return nearest(bass % OCTAVE, float(near), ground.low, high)
