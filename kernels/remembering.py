"""Remembering: the phrases of a piece as tunes, note by note, in the mode that is asked for."""

from __future__ import annotations

from kernels._jit import kernel
from kernels._types import Longs
from kernels.looking import BEAT, BEGINS, DURATION, ENDS, MODE, PITCH, POSITION, REACH, START
from kernels.weighing import step_pitch


@kernel
def remember(
    phrases: Longs, bar_ticks: int, beat: int, mode: int, scale: Longs, out: Longs
) -> None:
    """Lay out phrases whose notes are as long as they wait for the next.

    Parameters
    ----------
    phrases : (numbers,) int64
        For each phrase the number of its bars, for each of these the number of its notes, and for
        each note its tick from the bar line and its step.
    bar_ticks, beat : int
        Length of a bar, and of a beat.
    mode : int
        Index of the mode's family.
    scale : (degrees,) int64
        Semitones of the steps of an octave.
    out : (notes, looking.COLUMNS) int64, written in full
        The phrases, one after the other.
    """
    place, row = 0, 0
    while place < len(phrases):
        first, bars = row, phrases[place]
        place += 1
        for bar in range(bars):
            notes = phrases[place]
            place += 1
            for _ in range(notes):
                tick = phrases[place]
                start = bar * bar_ticks + tick
                if row > first:
                    out[row - 1, DURATION] = start - out[row - 1, START]
                out[row, MODE], out[row, PITCH] = mode, step_pitch(scale, phrases[place + 1])
                out[row, START], out[row, POSITION], out[row, BEAT] = start, tick, beat
                out[row, BEGINS] = 1 if row == first else 0
                out[row, ENDS], out[row, REACH] = 0, row - first
                place += 2
                row += 1
        if row > first:
            out[row - 1, DURATION] = bars * bar_ticks - out[row - 1, START]
            out[row - 1, ENDS] = 1
