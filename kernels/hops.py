"""Hops: the blocks of a rack until anybody has anything to do, from voices to the finished sound.

All of them are one call from Python: what Python needs between two kernels, they have driven out of
the cache each time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Longs, Ramps
from kernels.addresses import Callee
from kernels.consoles import Banks, Scratch, Sends, Strips
from kernels.ducks import NO_KICK
from kernels.handles import reader
from kernels.pools import play_pools
from kernels.voices import QUANTUM

KICK_QUANTUM, KICK_LISTENER, KICK_FRAME = range(3)

_LONG_ROW: Longs = np.zeros(1, np.int64)
_LONG_TABLE: Longs = np.zeros((1, 1), np.int64)
_INT_ROW: Ints = np.zeros(1, np.int32)
_INT_TABLE: Ints = np.zeros((1, 1), np.int32)
_ROW: Floats = np.zeros(1, np.float32)
_TABLE: Floats = np.zeros((1, 1), np.float32)
_SHEETS: Floats = np.zeros((1, 1, 1), np.float32)
_BANK = _INT_TABLE, _ROW
_FADERS = (
    (_INT_ROW, _SHEETS, _SHEETS, _INT_TABLE, _TABLE),
    (_INT_TABLE, _SHEETS, ((_SHEETS, _TABLE), (_SHEETS, _TABLE))),
)
_EFFECTS = (_INT_TABLE, _INT_TABLE), (_TABLE, _TABLE), (_BANK, _BANK, _BANK, _BANK)
_SCRATCH = _ROW, (_INT_ROW, _ROW), _ROW, (_INT_ROW, _ROW), _ROW, _ROW
_MASTER = (_TABLE, _TABLE), (_ROW, _ROW, _TABLE, _TABLE), 0.0, (_ROW, _TABLE, _ROW)
MIXERS = Callee((
    0, _INT_ROW, _LONG_ROW, *_FADERS, *_EFFECTS, _SCRATCH, _INT_ROW, _INT_ROW, _INT_TABLE, _ROW,
    _ROW,
))  # fmt: skip
"""What mixes part buses: `kernels.consoles.mix_parts`."""
FINISHERS = Callee((0, _INT_ROW, *_MASTER, _ROW, 0, _SHEETS))
"""What masters a mix: `kernels.consoles.finish`."""
_mix, _finish = MIXERS.call, FINISHERS.call


class Voices(NamedTuple):
    """What an orchestra gives to be mixed."""

    pools: Longs  # as `kernels.pools.render_pools` takes them
    taken: Longs
    ramps: Ramps
    tails: Ints  # as `kernels.consoles.mix_parts` takes them
    buses: Ints


class Desk(NamedTuple):
    """All that blocks have in common."""

    mixer: int  # addresses
    finisher: int
    voices: Voices
    faders: tuple[Strips, Sends]
    effects: tuple[tuple[Ints, Ints], tuple[Floats, Floats], Banks]
    scratch: Scratch
    dry: Floats
    master: tuple[
        tuple[Floats, Floats], tuple[Floats, Floats, Floats, Floats], float,
        tuple[Floats, Floats, Floats],
    ]  # fmt: skip


_VOICES = Voices(_LONG_TABLE, _LONG_ROW, (_TABLE, _TABLE), _INT_ROW, _INT_ROW)
_read_desk = reader(Desk(0, 0, _VOICES, _FADERS, _EFFECTS, _SCRATCH, _ROW, _MASTER))


@fragment
def _strike(first: int, quanta: int, coming: Longs, kicks: Ints) -> None:
    """Write the kicks of a block."""
    for kick in range(coming.shape[0]):
        quantum = coming[kick, KICK_QUANTUM] - first
        if 0 <= quantum < quanta:
            listener, frame = coming[kick, KICK_LISTENER], i32(coming[kick, KICK_FRAME])
            kicks[listener, quantum] = max(kicks[listener, quantum], frame)  # of two, the later


@fragment
def _forget(first: int, quanta: int, coming: Longs, kicks: Ints) -> None:
    """Take the kicks of a block away."""
    for kick in range(coming.shape[0]):
        quantum = coming[kick, KICK_QUANTUM] - first
        if 0 <= quantum < quanta:
            kicks[coming[kick, KICK_LISTENER], quantum] = i32(NO_KICK)


@kernel
def play_hop(
    blocks: int,
    quanta: int,
    now: int,
    coming: Longs,
    words: Longs,
    rows: Ints,
    clocks: Longs,
    fed: Ints,
    stems: Floats,
    begin: int,
    out: Floats,
) -> None:
    """Render and mix some blocks of the same faders.

    Parameters
    ----------
    blocks, quanta : int
        How many, and the quanta of each.
    now : int, quanta
        Of the rack, before the first.
    coming : (kicks, 3) int64
        The rack's quantum, the listener, and the frame in the quantum.
    words : int64
        Of a `Desk`, its faders without a kick.
    rows : (listeners,) int32
    clocks : (listeners,) int64, quanta, in/out
    fed, stems
        As `consoles.mix_parts` takes them, of the last block.
    begin : int, frames
        Where the first block begins in ``out``.
    out : (rows, 2, frames) float32, written for those who have a row
    """
    desk = _read_desk(words)
    voices, (strips, sends), master = desk.voices, desk.faders, desk.master
    spaces, memory, banks = desk.effects
    for _ in range(blocks):
        _strike(now, quanta, coming, strips[3])
        play_pools(now, quanta, voices.pools, voices.taken, voices.ramps, voices.buses)
        _mix(desk.mixer, (
            quanta, rows, clocks, strips, sends, spaces, memory, banks, desk.scratch, voices.tails,
            voices.buses, fed, desk.dry, stems,
        ))  # fmt: skip
        _finish(desk.finisher, (quanta, rows, *master, desk.dry, begin, out))
        _forget(now, quanta, coming, strips[3])
        now, begin = now + quanta, begin + quanta * QUANTUM
        for listener in range(clocks.shape[0]):
            clocks[listener] += quanta
