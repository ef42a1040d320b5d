"""The struck string: the bank of `kernels.modes` with room for the partials of two strings."""

from __future__ import annotations

from kernels import banks
from kernels.lanes import sizes_of
from kernels.waves import MOST_MODES, PLACES

MODES = MOST_MODES
SETTINGS = banks.settings_for(MODES)
WHOLE_SETTINGS, VARIED = banks.WHOLE_SETTINGS, banks.VARIED
STATES, COUNTERS = banks.OWN + PLACES * MODES, banks.COUNTERS
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)
