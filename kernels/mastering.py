"""From the mix to the finished sound: reverb, levelling and limiter, a quantum at a time.

One call for the whole block, and everything but the delay lines stays in the nearest cache.
"""

from __future__ import annotations

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints
from kernels.dynamics import limit
from kernels.lanes import LANES, QUANTUM
from kernels.loudness import level
from kernels.mixing import from_lanes, to_lanes
from kernels.reverbs import ROWS, reverb
from kernels.simd import load, store

SCRATCH_ROWS = 4 * QUANTUM  # of sixteen lanes: dry left and right, reverb send left and right


@fragment
def _add(source: Floats, out: Floats) -> None:
    """Add a tile to another."""
    for place in range(0, out.shape[0], LANES):
        store(out, place, load(out, place) + load(source, place))


@kernel
def master(
    quanta: int,
    mix: Floats,
    borders: tuple[Floats, Floats, Floats, Floats],
    lines: tuple[Floats, Floats, Ints],
    ceiling: float,
    states: tuple[Floats, Floats, Floats],
    scratch: Floats,
    keeps_returns: bool,
    out: Floats,
) -> None:
    """Finish a block of sixteen listeners.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    mix : (16 * 6 * frames,) float32
        Of each listener the dry, reverb and echo buses, left then right; in/out if
        ``keeps_returns``.
    borders : three of (quanta + 1) * 16 and one of quanta * 9 * 16 float32
        Reverb level, master gain and loudness wanted at each quantum border, and the room of
        each quantum.
    lines : as in `kernels.reverbs.reverb` without the room, in/out
    ceiling : float, 0..1
        The largest true peak that may leave.
    states : as in `kernels.loudness.level`, then state and delay of `kernels.dynamics.limit`,
        in/out
    scratch : (4 * 64 * 16,) float32, scratch
    keeps_returns : bool
        Whether the reverb buses are left holding what the reverb gave.
    out : (16 * 2 * frames,) float32, written in full
        Left and right of each listener, one quantum late.
    """
    frames = quanta * QUANTUM
    step = frames // quanta  # variables: for literals, Numba would compile the pieces again
    one = step // QUANTUM
    tile = QUANTUM * LANES
    left, right = scratch[:tile], scratch[tile : 2 * tile]
    wet_left, wet_right = scratch[2 * tile : 3 * tile], scratch[3 * tile :]
    wet, gain, wanted, rooms = borders
    for q in range(quanta):
        at = q * QUANTUM
        to_lanes(step, mix, at, 6 * frames, left)
        to_lanes(step, mix, at + frames, 6 * frames, right)
        to_lanes(step, mix, at + 2 * frames, 6 * frames, wet_left)
        to_lanes(step, mix, at + 3 * frames, 6 * frames, wet_right)
        room = rooms[q * ROWS * LANES : (q + 1) * ROWS * LANES]
        here = slice(q * LANES, (q + 2) * LANES)
        network = (lines[0], lines[1], lines[2], room)
        if keeps_returns:  # the reverb plays into silence, the dry sound is added after it
            left[:] = 0.0
            right[:] = 0.0
        reverb(step, (left, right, wet_left, wet_right), wet[here], network)
        if keeps_returns:
            from_lanes(step, left, mix, at + 2 * frames, 6 * frames)
            from_lanes(step, right, mix, at + 3 * frames, 6 * frames)
            to_lanes(step, mix, at, 6 * frames, wet_left)
            to_lanes(step, mix, at + frames, 6 * frames, wet_right)
            _add(wet_left, left)
            _add(wet_right, right)
        level(one, left, right, gain[here], wanted[here], states[0])
        limit(one, left, right, ceiling, states[1], states[2])
        from_lanes(step, left, out, at, 2 * frames)
        from_lanes(step, right, out, at + frames, 2 * frames)
