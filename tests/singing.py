"""Melodies drawn with weights of one's own, without a plan of a bar."""

import numpy as np

from kernels import looking
from kernels.handles import Layout
from kernels.songs import SOME_SETTING, Setting, Task
from kernels.weighing import Arch, Taste

NOWHERE = Arch(0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 0.0)
ANY = Taste(NOWHERE, 0.0, (1, 1, 1, 1), (0.0, 0.0, 0.0, 0.0), 0, 0)
ANYWHERE = Layout(SOME_SETTING).words(Setting(0, 0, 960, 3840, 0, 12, 1.0, ANY))
NO_LONGS = np.zeros((0, looking.COLUMNS), np.int64)
NO_CHORDS, NO_SCALE = np.zeros((0, 11), np.int64), np.zeros(7, np.int64)


def task_of(tune, notes, draws):
    """To draw the last notes of a tune, and nothing else: setting and task."""
    known = len(tune) - notes
    return ANYWHERE, Task(0, known, known, notes, 1, -1, 0.0, False, draws, 0, 0, 0)


def prepare(desk, tune, weights, widest, uniforms):
    """Put on a desk what `sing` would, from bars and chords."""
    notes, known = len(weights), len(tune)
    desk.tune[:known] = tune
    desk.played[0, :known], desk.played[1, :known] = tune[:, looking.PITCH], tune[:, looking.START]
    desk.weights[:notes], desk.widest[:notes], desk.moves[:notes] = weights, widest, False
    desk.draws[: len(uniforms)] = uniforms


def bare(setting, task, desk):
    """What `sing` takes beside the songs, for a desk that is prepared."""
    rows = np.zeros((task.coming, 4), np.int64)
    return setting, task, NO_LONGS, NO_LONGS, NO_CHORDS, NO_SCALE, desk, rows
