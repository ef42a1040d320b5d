"""The struck string: the bank of `kernels.modes` with room for the partials of two strings."""

from __future__ import annotations

from kernels import modes
from kernels._jit import kernel
from kernels._types import Desk, Held, Ints, Ramps, Roll
from kernels.lanes import sizes_of
from kernels.modes import bank_player

MODES = 64
SETTINGS = modes.settings_for(MODES)
WHOLE_SETTINGS, VARIED = modes.WHOLE_SETTINGS, modes.VARIED
STATES, COUNTERS = modes.OWN + 2 * MODES, modes.COUNTERS
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)
_play = bank_player(MODES, SIZES)


@kernel
def render_pianos(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all struck strings of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.modes.render_modes`.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
