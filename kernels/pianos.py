"""The struck string: the bank of `kernels.modes` with room for the partials of two strings."""

from __future__ import annotations

from kernels import modes
from kernels.lanes import sizes_of

MODES = modes.MOST_MODES
SETTINGS = modes.settings_for(MODES)
WHOLE_SETTINGS, VARIED = modes.WHOLE_SETTINGS, modes.VARIED
STATES, COUNTERS = modes.OWN + modes.PLACES * MODES, modes.COUNTERS
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)
