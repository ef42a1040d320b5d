"""Weighing: how welcome each pitch is for each note of a bar, by chords and distances.

The scale, the range, the chord, the arch of the phrase, the motif and the cadence each have their
say.
"""

from __future__ import annotations

from typing import NamedTuple

from kernels._jit import fragment
from kernels._types import Doubles, Longs
from kernels.chords import OCTAVE, ROOT, SCALE, TONES, sounding

NO_TARGET = -(1 << 20)
BANS = (1.0, 1.0, 0.5, 0.0, 0.0)  # how far a note must be in the chord, by the weakness of its beat
RUB = 1.2  # of the ban on other foreign notes, for one a semitone above a tone of the chord
ALLOWED, FOREIGN, GOAL, FREE = range(4)
KNOWN = 4
"""Rows of what is known of the pitches over a chord."""

Shares = tuple[float, float, float, float]
Levels = tuple[int, int, int, int]


class Arch(NamedTuple):
    """The line that the notes of a phrase keep near to, in MIDI pitches."""

    middle: float  # before it is lifted
    low: float  # its bounds
    high: float
    height: float
    peak: float  # where in the phrase it is highest, 0..1
    narrowness: float  # one over the distance at which a weight falls to a quarter
    phrase_bars: float
    bar_ticks: float
    home: float  # the pitch that counts as 0


class Taste(NamedTuple):
    """What is wanted of the notes of a phrase."""

    arch: Arch
    firmness: float  # 0..1, with which strong beats keep to the chord
    levels: Levels  # ticks; multiples of the first are the strongest places, and so on
    goal_shares: Shares  # weights of root, third, fifth and seventh as the last note
    low: int  # bounds of the pitches that are allowed, counted from home
    high: int


@fragment
def _centre(arch: Arch, phrase_bar: int, tick: int) -> float:
    """A line that rises by half its height to its peak, and starts and ends half below."""
    position = (phrase_bar + tick / arch.bar_ticks) / arch.phrase_bars
    fall = (position - arch.peak) / (arch.peak if position < arch.peak else 1.0 - arch.peak)
    rise = 0.5 - fall * fall
    return min(arch.high, max(arch.low, arch.middle + arch.height * rise)) - arch.home


@fragment
def _strength(levels: Levels, tick: int) -> int:
    """Number of the first level whose multiples the tick is one of."""
    for level in range(len(levels)):
        if tick % levels[level] == 0:
            return level
    return len(levels)


@fragment
def step_pitch(scale: Longs, step: int) -> int:
    """Semitones of a step above the tonic."""
    degrees = len(scale)
    return int(scale[step % degrees] + OCTAVE * (step // degrees))


@fragment
def _know(chord: Longs, lowest: int, welcome: Doubles) -> None:
    """Which pitches may sound over a chord, and how foreign they are to it."""
    tones = 0  # a bit each, those an octave higher as well
    for tone in range(ROOT, ROOT + TONES):
        tones |= ((1 << OCTAVE) + 1) << chord[tone] if chord[tone] >= 0 else 0
    pitch_class = lowest % OCTAVE
    for n in range(welcome.shape[1]):
        allowed = chord[SCALE] >> pitch_class & 1 > 0
        rubs = tones >> (pitch_class + OCTAVE - 1) & 1 > 0
        foreign = allowed and not tones >> pitch_class & 1
        welcome[ALLOWED, n] = 1.0 if allowed else 0.0
        welcome[FOREIGN, n] = (RUB if rubs else 1.0) if foreign else 0.0
        pitch_class = pitch_class + 1 if pitch_class < OCTAVE - 1 else 0


@fragment
def _know_goal(chord: Longs, shares: Shares, lowest: int, welcome: Doubles) -> None:
    """What each pitch weighs where a phrase rests on a chord."""
    for n in range(welcome.shape[1]):
        welcome[GOAL, n] = 0.0
        for tone in range(TONES):
            if chord[ROOT + tone] == (lowest + n) % OCTAVE:
                welcome[GOAL, n] = shares[tone]


@fragment
def weigh(
    onsets: Longs,
    targets: Longs,
    scale: Longs,
    chords: Longs,
    taste: Taste,
    phrase_bar: int,
    goal_tick: int,
    pull: float,
    lowest: int,
    welcome: Doubles,
    out: Doubles,
) -> None:
    """Weigh every pitch for every note: (notes, pitches) in ``out``, a weight of 0 forbids.

    Onsets rise; targets are steps of the scale to aim at, or `NO_TARGET`, and attract with so much
    ``pull`` for each semitone of distance. The phrase, which has so many bars before this one, ends
    with the note at ``goal_tick``, -1 for none. The first column of ``out`` stands for the pitch
    ``lowest``; ``welcome`` is room to work in, (`KNOWN`, pitches).
    """
    pitches, known = out.shape[1], -1
    for note in range(len(onsets)):
        tick, row = onsets[note], out[note]
        chord = sounding(chords, tick)
        if chord != known:
            _know(chords[chord], lowest, welcome)
            known = chord
        if tick == goal_tick:
            _know_goal(chords[chord], taste.goal_shares, lowest, welcome)
        ban = BANS[_strength(taste.levels, tick)] * taste.firmness
        centre, at_goal = _centre(taste.arch, phrase_bar, tick), tick == goal_tick
        aim = 0.0 if targets[note] == NO_TARGET else float(step_pitch(scale, targets[note]))
        drawn = 0.0 if targets[note] == NO_TARGET else pull
        wanted = welcome[GOAL] if at_goal else welcome[FREE]
        if not at_goal:
            allowed, foreign = welcome[ALLOWED], welcome[FOREIGN]
            for n in range(pitches):
                wanted[n] = max(allowed[n] - ban * foreign[n], 0.0)
        for n in range(pitches):
            pitch = lowest + n
            distance = (pitch - centre) * taste.arch.narrowness
            near = 1.0 / (1.0 + distance * distance)
            price = 1.0 + abs(pitch - aim) * drawn
            weight = wanted[n] * (near * near) / (price * price)
            row[n] = weight if taste.low <= pitch <= taste.high else 0.0
