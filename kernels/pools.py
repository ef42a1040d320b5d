"""Pools: the voices of all kinds of instruments, in one call from Python for a block.

By itself Numba takes every array of a call from Python apart, two dozen for each kind: that takes
longer than a kind with few voices sounds. Here the arrays are words (`kernels.handles`), and the
kernels of the kinds are called by the addresses of their machine code, so none of them is compiled
before a note asks for it.
"""

from __future__ import annotations

import numpy as np

from kernels._jit import fragment, kernel
from kernels._types import Ints, Longs, Ramps
from kernels.addresses import Callee
from kernels.handles import Handle, reader

ADDRESS = 0  # the word of a pool that holds where its kernel is

_LONGS, _INTS, _FLOATS = (np.zeros((1, 1), kind) for kind in (np.int64, np.int32, np.float32))
_ROLL = _LONGS, _INTS, _LONGS[0], _LONGS[0], _FLOATS
_HELD = _FLOATS[0], _INTS[0], _FLOATS[0], _INTS[0]
_LANES = *_HELD, _FLOATS[0], _FLOATS[0], _FLOATS[0]
_DESK = _INTS[0], _INTS[0], _INTS[0], _LANES, _FLOATS[0]
_POOL = 0, _ROLL, _HELD, _INTS, _DESK
_read_pool = reader(_POOL)
POOL_WORDS = len(Handle(_POOL).words)
RENDERERS = Callee((0, 0, _ROLL, _HELD, _INTS, (_FLOATS, _FLOATS), _DESK, _INTS[0]))
"""What renders the voices of a kind for a block."""
_render = RENDERERS.call


@fragment
def play_pools(
    first: int, quanta: int, pools: Longs, taken: Longs, ramps: Ramps, buses: Ints
) -> None:
    """As `render_pools`."""
    for kind in range(pools.shape[0]):
        if taken[kind] > 0:
            address, roll, held, varied, desk = _read_pool(pools[kind])
            _render(address, (first, quanta, roll, held, varied, ramps, desk, buses))
            taken[kind] -= desk[2][0]


@kernel
def render_pools(
    first: int, quanta: int, pools: Longs, taken: Longs, ramps: Ramps, buses: Ints
) -> None:
    """Render a block of every kind that sounds, and add each voice to its bus.

    Parameters
    ----------
    first, quanta : int
        The block.
    pools : (kinds, `POOL_WORDS`) int64
        Words of the address of each kind's kernel, and of (roll, held, varied, desk) as it takes
        them.
    taken : (kinds,) int64, in/out
        Voices that sound or are still to; a kind without one is passed over.
    ramps : tuple of (listeners, quanta + 1) and (buses, quanta + 1) float32
        Brightness, 0..1, and bend, octaves.
    buses : (buses * 2 * `kernels.buses.STRIDE`,) int32, in/out
    """
    play_pools(first, quanta, pools, taken, ramps, buses)
