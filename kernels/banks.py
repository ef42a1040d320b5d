"""What is known of a struck voice: its settings, what moves, and where each of them lies."""

from __future__ import annotations

from kernels.lanes import sizes_of
from kernels.waves import PLACES

_STATE = (
    "gain",  # what the last frame was multiplied by
    "onset",  # 0 rising to 1
    "tremolo",  # gain of the first mode at the last frame
    "awake",  # modes up to the last that can be heard
    "loss",  # of the modes in a frame, in the mean of their power, without the damper
    "even",  # 1 where nobody hears that they lose more or less than that, else 0
    "most",  # power that the modes have had
)  # then of each mode its place in the plane
_SETTINGS = (
    "level",
    "onset_step",  # per control period
    "hardness",  # octaves of level per octave above the first mode, at brightness 0.5
    "brightness",  # the same, added or taken at brightness 1 or 0
    "second_share",  # of what the first string loses, lost by the second
    "damper",  # 1 less the factor per frame once released
    "tremolo_depth",  # 0..1
    "knock",  # gain of its recording
    "take",  # of that, too large by less than one
)
_OF_A_MODE = (
    "tilt",  # octaves above the first mode
    "first_along",  # where a blow brings both strings by the middle of the first span
    "first_up",
    "second_along",
    "second_up",
    "half_along",  # what half a frame turns it by, less one: along the axis, and upright
    "half_up",
    "loss",  # in a frame
    "second_turn_along",  # the same of a frame, with what is lost
    "second_turn_up",
)
WHOLE_SETTINGS = (
    "tremolo_phase",  # of 2^32
    "tremolo_step",  # per quantum
    "row",  # where the takes of the knock begin
    "quanta",  # of each of them; 0: there is no knock
    "takes",
)
COUNTERS = 1
OWN, COMMON, TABLES = len(_STATE), len(_SETTINGS), len(_OF_A_MODE)
MODES = 16


def settings_for(modes: int) -> tuple[str, ...]:
    """The table of settings of a bank with so many modes."""
    each = (f"{name}_{mode}" for name in _OF_A_MODE for mode in range(modes))
    return (*_SETTINGS, *each)


SETTINGS = settings_for(MODES)
VARIED = (("take",), ("hardness",))
STATES = OWN + PLACES * MODES
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

GAIN, ONSET, TREMOLO, AWAKE, LOSS, EVEN, MOST = range(OWN)
(LEVEL, ONSET_STEP, HARDNESS, BRIGHTNESS, SHARE, DAMPER, DEPTH, KNOCK,
 TAKE) = range(COMMON)  # fmt: skip
PHASE, PHASE_STEP, ROW, QUANTA, TAKES = range(len(WHOLE_SETTINGS))
FIRST_PLACES, TURNS, LOSSES = 1, 5, 7  # tables of a mode, by number
