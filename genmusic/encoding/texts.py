"""Notes on the clock as JSON, as they are sent to who draws them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genmusic.names import PARTS
from genmusic.score.events import Notes
from genmusic.units import TICKS_PER_BEAT
from kernels.writing import PART_BYTES, ROW_BYTES, write_parts

_NAMES = np.array(PARTS, "S").view(np.uint8).reshape(len(PARTS), -1)


def parts_as_json(notes: Notes, beats: Sequence[tuple[int, int]]) -> bytes:
    """For each part that plays rows of start and end in frames, pitch and velocity.

    Parameters
    ----------
    notes : (notes,) structured
        Of a bar.
    beats : frames
        Where each of its quarter notes begins, and how long it is.
    """
    out = np.empty(2 + len(notes) * ROW_BYTES + len(PARTS) * PART_BYTES, np.uint8)
    clock = np.array(beats, np.int64)
    return out[: write_parts(notes, TICKS_PER_BEAT, clock, _NAMES, out)].tobytes()
