"""Everything that moves in a block of the mixer, at the borders of quanta; lines between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.names import PARTS
from kernels import delays, ducks, equalisers, mixing, reverbs
from kernels.lanes import LANES

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
SIDES = 2
LONGEST_ECHO_FRAMES, SHORTEST_ECHO_FRAMES = delays.LONGEST_FRAMES, delays.SHORTEST_FRAMES
NO_KICK = ducks.NO_KICK
ECHO_ROWS = ("echo_share", "echo_feedback", "echo_hall")
"""What moves in an echo, in the order of the kernel's rows."""


@dataclass(frozen=True, slots=True)
class Faders:
    """The faders of L listeners for Q quanta, Q + 1 borders.

    moving : (L,) int32
        0 for a listener whose faders rest for the whole block: they are read at the first border
        alone.
    strips : (L * parts, 6, Q + 1) float32, linear gain
    bands : (L * parts, 7, Q + 1) float32
        As in `kernels.equalisers.equalise`.
    kicks : (L, Q) int32, frames
    releases : (L, Q + 1) float32, frames
        Of the ducks.
    echo_delays : (L, 2) int32, frames
    echoes : (L, 3, Q + 1) float32
    rooms, halls : (L, Q, 8) float32
    room_wet, hall_wet : (L, Q + 1) float32, linear gain
    gain, wanted : (Q + 1, 16) float32, linear gain
        Master, and loudness above -16 LUFS.
    brightness : (L, Q + 1) float32, 0..1
    bends : (L * parts, Q + 1) float32, octaves
    """

    moving: Ints
    strips: Floats
    bands: Floats
    kicks: Ints
    releases: Floats
    echo_delays: Ints
    echoes: Floats
    rooms: Floats
    halls: Floats
    room_wet: Floats
    hall_wet: Floats
    gain: Floats
    wanted: Floats
    brightness: Floats
    bends: Floats

    @property
    def of_strips(self) -> tuple[Ints, Floats, Floats, Ints, Floats]:
        """What moves in strips, as `kernels.consoles` takes it."""
        return self.moving, self.strips, self.bands, self.kicks, self.releases

    @property
    def of_sends(self) -> tuple[Ints, Floats, tuple[tuple[Floats, Floats], tuple[Floats, Floats]]]:
        """What moves in effects, as `kernels.consoles` takes it."""
        spaces = (self.rooms, self.room_wet), (self.halls, self.hall_wet)
        return self.echo_delays, self.echoes, spaces


def make_faders(listeners: int, quanta: int) -> Faders:
    """Faders for a block, all down."""
    borders = quanta + 1
    return Faders(
        moving=np.ones(listeners, np.int32),
        strips=_zeros(listeners * len(PARTS), mixing.STRIP_ROWS, borders),
        bands=_zeros(listeners * len(PARTS), equalisers.BANDS, borders),
        kicks=np.full((listeners, quanta), ducks.NO_KICK, np.int32),
        releases=np.ones((listeners, borders), np.float32),
        echo_delays=np.full((listeners, 2), delays.LONGEST_FRAMES, np.int32),
        echoes=_zeros(listeners, delays.ECHO_ROWS, borders),
        rooms=_zeros(listeners, quanta, reverbs.LINES),
        halls=_zeros(listeners, quanta, reverbs.LINES),
        room_wet=_zeros(listeners, borders),
        hall_wet=_zeros(listeners, borders),
        gain=_zeros(borders, LANES),
        wanted=np.ones((borders, LANES), np.float32),
        brightness=_zeros(listeners, borders),
        bends=_zeros(listeners * len(PARTS), borders),
    )


def _zeros(*shape: int) -> Floats:
    return np.zeros(shape, np.float32)
