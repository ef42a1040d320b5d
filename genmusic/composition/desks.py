"""Desks: working memory for melodies, of each thread, as `kernels.melodies` asks for it."""

from __future__ import annotations

import numpy as np

from genmusic.composition.chance import DRAWS_PER_NOTE, MOST_NOTES
from genmusic.composition.lessons import MOST_PITCH
from genmusic.composition.viewpoints import FEATURE_SIZES, past
from genmusic.threads import OfThread
from kernels import songs, viewpoints
from kernels.handles import Handle
from kernels.looking import COLUMNS
from kernels.simd import LANES
from kernels.trails import LONGEST
from kernels.weighing import KNOWN

PITCHES = range(-MOST_PITCH, MOST_PITCH + 1)  # semitones from the tonic
LEAST_NOTES = 256


def desk_for(views: int, models: int, notes: int) -> Handle[songs.Desk]:
    """Room for so many views, models and notes, of this thread: the same until it asks again."""
    room = LEAST_NOTES
    while room < notes:
        room *= 2
    return _desks.of((views, models, room))


def _new_desk(sizes: tuple[int, int, int]) -> Handle[songs.Desk]:
    (views, models, notes), size = sizes, len(PITCHES)
    desk = songs.Desk(
        tune=np.zeros((notes, COLUMNS), np.int64),
        line=np.zeros((3, notes), np.int64),
        codes=np.zeros((3, views, notes), np.int64),
        played=np.zeros((3, LONGEST + MOST_NOTES), np.int64),
        asked=np.zeros((2, MOST_NOTES), np.int64),
        drawn=np.zeros((3, MOST_NOTES), np.int64),
        draws=np.zeros(MOST_NOTES * DRAWS_PER_NOTE),
        widest=np.zeros(MOST_NOTES, np.int64),
        moves=np.zeros(MOST_NOTES, np.bool_),
        weights=np.zeros((MOST_NOTES, size)),
        messages=np.zeros((MOST_NOTES, size)),
        tried=np.zeros((MOST_NOTES, size), np.bool_),
        welcome=np.zeros((KNOWN, size)),
        features=np.zeros(len(FEATURE_SIZES), np.int64),
        steps=np.zeros((views, 1 + viewpoints.DEPTHS), np.int64),
        paths=np.zeros((views * models, 1 + viewpoints.DEPTHS), np.int64),
        mass=np.zeros(size),
        likely=np.zeros((2, size + LANES), np.float32),
        sums=np.zeros(size + viewpoints.SYMBOLS + LANES, np.float32),
        past=past(views, notes, size),
    )
    return Handle(desk)


_desks: OfThread[tuple[int, int, int], Handle[songs.Desk]] = OfThread(_new_desk)
