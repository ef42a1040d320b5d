"""What a bar of melody is drawn from, what is asked of it, and what it is written on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._types import Doubles, Floats, Longs
from kernels.copying import SOME_RUNS, Runs
from kernels.handles import reader
from kernels.predicting import Speakers
from kernels.sampling import SOME_TREE, Tree
from kernels.viewpoints import Past, Sources, Views
from kernels.weighing import Arch, Taste


class Songs(NamedTuple):
    """What melodies are drawn from."""

    tree: Tree
    sources: Sources
    views: Views
    heeded: Speakers
    names: Longs  # as described in `looking.look`
    sizes: Longs
    transitions: Floats  # (pitches, pitches) > 0: the chain that `sampling.look_ahead` needs
    copied_tune: Runs  # what must not be copied, by intervals
    copied_rhythm: Runs  # and by intervals with rhythm
    lowest: int  # the first pitch, in semitones from the tonic
    slip_share: float  # 0..1; a note less likely than that of the likeliest is a slip


_LINES, _TABLES = np.zeros((2, 1), np.int64), np.zeros((2, 1))  # of the kinds that are meant
_PLAIN = np.zeros((2, 1), np.float32)
_VIEWS = Views(_LINES[0], _LINES[0], _LINES[0], _TABLES, _TABLES, _TABLES)
read_songs = reader(
    Songs(
        SOME_TREE, Sources(_LINES[0], _TABLES[0]), _VIEWS, Speakers(0, 0, 0),
        np.zeros((1, 2, 1), np.int64), _LINES[0], _PLAIN, SOME_RUNS, SOME_RUNS, 0, 0.0,
    )
)  # fmt: skip


class Desk(NamedTuple):
    """Room for a bar of melody; the notes to come are the last of all."""

    tune: Longs  # (notes, looking.COLUMNS) what was sung, what came last, and the notes to come
    line: Longs  # (3, notes) pitches, anchors and reach of a `viewpoints.Line`
    codes: Longs  # (3, views, notes) its conditions and links, and symbols
    played: Longs  # (3, notes of the part) as a `copying.Trail` has them
    asked: Longs  # (2, notes to come) onset ticks, and steps to aim at, or `NO_TARGET`
    drawn: Longs  # (3, notes to come) pitch, how many pitches were welcome, step of the scale
    draws: Doubles  # (draws,) uniform numbers in 0..1; those beyond one for each note are spare
    widest: Longs  # (notes to come,) semitones that each may leap
    moves: NDArray[np.bool_]  # (notes to come,) whether it must differ from the note before
    weights: Doubles  # (notes to come, pitches) >= 0; 0 forbids
    messages: Doubles  # (notes to come, pitches)
    tried: NDArray[np.bool_]  # (notes to come, pitches)
    welcome: Doubles  # (weighing.KNOWN, pitches)
    features: Longs  # (looking.FEATURES,)
    steps: Longs  # (views, 1 + viewpoints.DEPTHS)
    paths: Longs  # (views * models, 1 + viewpoints.DEPTHS)
    mass: Doubles  # (pitches,)
    likely: Floats  # (2, pitches + LANES)
    sums: Floats  # (pitches + viewpoints.SYMBOLS + LANES,)
    past: Past


_MARKS = np.zeros((1, 1), np.bool_)
read_desk = reader(
    Desk(
        _LINES, _LINES, np.zeros((3, 1, 1), np.int64), _LINES, _LINES, _LINES, _TABLES[0],
        _LINES[0],
        _MARKS[0], _TABLES, _TABLES, _MARKS, _TABLES, _LINES[0], _LINES, _LINES, _TABLES[0],
        _PLAIN, _PLAIN[0],
        Past(np.zeros((3, 1, 1), np.int32), np.zeros(1, np.int32), _PLAIN, _PLAIN, _LINES[0]),
    )
)  # fmt: skip


class Setting(NamedTuple):
    """What is asked of all bars of a phrase."""

    mode: int  # index of the mode's family
    home: int  # MIDI pitch of the tonic that counts as 0
    beat: int  # ticks
    bar_ticks: int
    breath_ticks: int  # after the last note of a phrase
    max_leap: int  # semitones
    repeats: float  # share of the notes that may repeat the one before
    taste: Taste


_ARCH = Arch(0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 0.0)
SOME_SETTING = Setting(
    0, 0, 0, 0, 0, 0, 0.0, Taste(_ARCH, 0.0, (1, 1, 1, 1), (0.0, 0.0, 0.0, 0.0), 0, 0)
)
read_setting = reader(SOME_SETTING)


class Task(NamedTuple):
    """What is asked of a bar."""

    stages: int
    known: int  # notes before those to come: written by whoever prepares the desk,
    before: int  # and those of them that the part has played last
    coming: int  # notes to come
    phrase_bar: int  # bars of the phrase before this one; in the first, its first note begins it
    goal_tick: int  # onset of the last note of the phrase, -1 for none
    pull: float  # >= 0, how firmly targets attract, for each semitone of distance
    ends_piece: bool
    draws: int  # >= notes to come
    key: int  # of the row of numbers that are drawn for the bar:
    chances: int  # from this place on whether each note may repeat the one before,
    uniforms: int  # and from this one on the draws
