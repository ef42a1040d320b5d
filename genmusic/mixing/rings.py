"""Delay lines at rest: the frames that a ring holds, in the order in which they came.

A line in use begins anywhere; at rest it begins with its oldest frame, so that a listener can go
on in another place, whose heads stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernels import delays, reverbs
from kernels.lanes import LANES

Floats = NDArray[np.float32]


def read_echo(line: Floats, place: int) -> Floats:
    """What an echo line holds, from the first frame that is not silent on.

    Parameters
    ----------
    line : (2, 32800) float32
        As in `kernels.delays.echo`, of one listener.
    place : int, frames
        Where it is written next.

    Returns
    -------
    (2, a multiple of 16 frames) float32
    """
    ring = line[:, delays.PAD : delays.PAD + delays.RING]
    sounding = np.logical_or(ring[0], ring[1])
    if not sounding.any():
        return np.zeros((2, 0), np.float32)
    silent = int(np.argmax(np.concatenate((sounding[place:], sounding[:place]))))
    silent -= silent % LANES
    ordered = np.concatenate((ring[:, place:], ring[:, :place]), axis=1)
    return ordered[:, silent:].copy()


def write_echo(frames: Floats, line: Floats) -> int:
    """Fill an echo line with what `read_echo` gave; the place where it is written next."""
    count = frames.shape[1]
    line[:] = 0.0
    line[:, delays.PAD : delays.PAD + count] = frames
    line[:, delays.PAD + delays.RING :] = line[:, delays.PAD : 2 * delays.PAD]
    line[:, : delays.PAD] = line[:, delays.RING : delays.RING + delays.PAD]
    return int(count % delays.RING)


def read_reverb(lanes: Floats, places: Sequence[int], listener: int) -> Floats:
    """One listener's frames of all lines of the reverb, (11424,) float32."""
    column = lanes.reshape(-1, LANES)[:, listener].copy()
    for line, place in zip(_lines(column), places, strict=True):
        line[:] = np.roll(line, -place)
    return column


def write_reverb(frames: Floats, places: Sequence[int], listener: int, lanes: Floats) -> None:
    """Put one listener's frames into the lanes of a reverb whose heads stand at ``places``."""
    column = frames.copy()
    for line, place in zip(_lines(column), places, strict=True):
        line[:] = np.roll(line, place)
    lanes.reshape(-1, LANES)[:, listener] = column


def _lines(column: Floats) -> list[Floats]:
    return np.split(column, reverbs.STARTS[1:])
