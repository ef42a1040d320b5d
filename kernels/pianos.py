"""The struck string: the bank of `kernels.modes` with room for the partials of two strings."""

from __future__ import annotations

from kernels import modes
from kernels._jit import kernel
from kernels._types import Floats, Pool, Scratch
from kernels.modes import render_bank

MODES = 64
SETTINGS = modes.settings_for(MODES)
WHOLE_SETTINGS = modes.WHOLE_SETTINGS
STATES, COUNTERS = modes.OWN + 2 * MODES, modes.COUNTERS
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)


@kernel
def render_pianos(
    first: int, quanta: int, pool: Pool, scratch: Scratch, rows: Floats, stride: int
) -> None:
    """Render all struck strings of a pool for a block.

    Parameters
    ----------
    first, quanta, pool, scratch, rows, stride
        As in `kernels.modes.render_modes`.
    """
    render_bank((first, quanta), pool, SIZES, scratch, rows, stride)
