"""Weighing: how welcome each pitch is for each note of a bar, by tables and distances."""

from __future__ import annotations

from typing import NamedTuple

from kernels._jit import fragment, kernel
from kernels._types import Doubles, Longs
from kernels.chords import sounding

NO_TARGET = -(1 << 20)
OCTAVE = 12


class Arch(NamedTuple):
    """The line that the notes of a phrase keep near to, in MIDI pitches."""

    middle: float  # before it is lifted
    low: float  # its bounds
    high: float
    height: float
    peak: float  # where in the phrase it is highest, 0..1
    narrowness: float  # one over the distance at which a weight falls to a quarter
    phrase_bar: float  # bars of the phrase before this one
    phrase_bars: float
    bar_ticks: float
    home: float  # the pitch that counts as 0


@fragment
def _centre(arch: Arch, tick: int) -> float:
    """A line that rises by half its height to its peak, and starts and ends half below."""
    position = (arch.phrase_bar + tick / arch.bar_ticks) / arch.phrase_bars
    fall = (position - arch.peak) / (arch.peak if position < arch.peak else 1.0 - arch.peak)
    rise = 0.5 - fall * fall
    return min(arch.high, max(arch.low, arch.middle + arch.height * rise)) - arch.home


@fragment
def _strength(levels: Longs, tick: int) -> int:
    """Number of the first level whose multiples the tick is one of."""
    for level in range(len(levels)):
        if tick % levels[level] == 0:
            return level
    return len(levels)


@fragment
def _step_pitch(scale: Longs, step: int) -> int:
    degrees = len(scale)
    return int(scale[step % degrees] + OCTAVE * (step // degrees))


@kernel
def weigh(
    onsets: Longs,
    targets: Longs,
    scale: Longs,
    pull: float,
    chords: Longs,
    welcome: Doubles,
    levels: Longs,
    bans: Doubles,
    arch: Arch,
    goal: Doubles,
    goal_tick: int,
    lowest: int,
    low: int,
    high: int,
    out: Doubles,
) -> None:
    """Weigh every pitch for every note.

    Parameters
    ----------
    onsets : (notes,) int64, >= 0, rising
        Ticks from the bar line.
    targets : (notes,) int64
        Steps of the scale to aim at, or `NO_TARGET`.
    scale : (degrees,) int64
        Semitones of the steps of an octave.
    pull : float, >= 0
        How firmly targets attract, for each semitone of distance.
    chords : (chords, chords.CHORD_COLUMNS) int64
        The chords of the bar.
    welcome : (chords, 2, pitches) float64
        For each chord, what each pitch weighs, and how foreign it is.
    levels : (levels,) int64, ticks
        Multiples of the first are the strongest places of the bar, and so on.
    bans : (levels + 1,) float64
        What a pitch loses for being foreign, on a place of each level and on others.
    arch : Arch
        The line that notes keep near to.
    goal : (pitches,) float64
        Weights of the last note of a phrase, in place of those of its chord.
    goal_tick : int
        Its onset, -1 for none.
    lowest : int
        The pitch of the first column.
    low, high : int
        Bounds of the pitches that are allowed.
    out : (notes, pitches) float64, >= 0, written in full
    """
    pitches = out.shape[1]
    for note in range(len(onsets)):
        tick, row = onsets[note], out[note]
        own = welcome[sounding(chords, tick)]
        ban, centre = bans[_strength(levels, tick)], _centre(arch, tick)
        aim = 0.0 if targets[note] == NO_TARGET else float(_step_pitch(scale, targets[note]))
        own_pull = 0.0 if targets[note] == NO_TARGET else pull
        for n in range(pitches):
            pitch = lowest + n
            weight = goal[n] if tick == goal_tick else max(own[0, n] - ban * own[1, n], 0.0)
            distance = (pitch - centre) * arch.narrowness
            near = 1.0 / (1.0 + distance * distance)
            price = 1.0 + abs(pitch - aim) * own_pull
            weight = weight * (near * near) / (price * price)
            row[n] = weight if low <= pitch <= high else 0.0
