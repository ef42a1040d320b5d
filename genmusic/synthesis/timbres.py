"""Timbres as levels of partials, and the tables that hold one period of each.

Every third of an octave has its own table: without the partials that would alias there, and with
the formants, which stay where they are when the pitch moves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from genmusic import units
from genmusic.tables import Arrays, kept, sources, tables_path
from genmusic.units import db_to_gain, exp2, log2, pitch_to_hz, sine
from kernels import wavetables
from kernels.wavetables import FRAMES, STEP_BITS, UNIT

LOWEST_PITCH, HIGHEST_PITCH, REGION = 24, 112, 4  # notes of a region share a table
HIGHEST_PARTIAL_HZ = 20_000.0
INAUDIBLE = 1e-5  # of the strongest partial: it is left out
GOLDEN_TURN = 0.6180339887498949  # spreads the phases of partials: no pulse, no peak


@dataclass(frozen=True, slots=True)
class Timbre:
    """How strong each partial is: a list or a slope, times what resonates."""

    partials: Mapping[int, float] | None = None  # level by number; None: all, on a slope
    slope: float = 1.0  # partial h has the level h ** -slope
    slope_follows: float = 0.0  # added to the slope per octave above middle C
    formants: tuple[tuple[float, float, float], ...] = ()  # Hz, dB, width in Hz
    floor: float = 1.0  # level between the formants
    octaves_down: int = 0  # of the first partial below the note

    def level(self, number: int, base_hz: float) -> float:
        """Amplitude of a partial of a note."""
        if self.partials is not None and number not in self.partials:
            return 0.0
        slope = self.slope + self.slope_follows * log2(base_hz / pitch_to_hz(60))
        level = exp2(-slope * log2(number)) * (self.partials or {}).get(number, 1.0)
        return level * (self.floor + sum(self._resonance(f, number * base_hz, base_hz)
                                         for f in self.formants))  # fmt: skip

    @staticmethod
    def _resonance(formant: tuple[float, float, float], hz: float, base_hz: float) -> float:
        centre, level_db, width = formant
        away = 2.0 * (hz - max(centre, base_hz)) / width  # a singer follows with the mouth
        return _gain(level_db) / (1.0 + away * away)


TIMBRES: Mapping[str, Timbre] = {
    # Drawbars 16', 8', 5 1/3', 4', 2 2/3', 2', 1 3/5', 1 1/3', 1'.
    "drawbars": Timbre(
        {1: 0.5, 2: 1.0, 3: 0.3, 4: 0.6, 6: 0.3, 8: 0.35, 10: 0.1, 12: 0.1, 16: 0.15},
        slope=0.0,
        octaves_down=1,
    ),
    "voices": Timbre(
        slope=0.9,
        formants=(
            (620.0, 0.0, 260.0),
            (1080.0, -3.0, 260.0),
            (2650.0, -12.0, 380.0),
            (3400.0, -16.0, 500.0),
            (4950.0, -26.0, 700.0),
        ),
        floor=0.02,
    ),
    "tube": Timbre(
        {1: 1.0, 2: 0.8, 3: 0.7, 4: 0.32, 5: 0.3, 6: 0.18, 7: 0.14, 8: 0.1},
        slope=1.2,
        slope_follows=0.6,
    ),
    "bow": Timbre(
        slope=1.15,
        formants=(
            (290.0, 0.0, 110.0),
            (480.0, 1.0, 160.0),
            (1150.0, -3.0, 500.0),
            (2500.0, 4.0, 1_400.0),
        ),
        floor=0.3,
    ),
    # Modes of air and body, then the bridge: E. Jansson, "Acoustics for Violin and Guitar Makers".
    "violin": Timbre(
        slope=1.05,
        formants=(
            (280.0, -1.0, 70.0),
            (460.0, 2.0, 90.0),
            (550.0, 1.0, 90.0),
            (1_150.0, -2.0, 420.0),
            (2_600.0, 4.0, 1_100.0),
            (4_200.0, -4.0, 1_500.0),
        ),
        floor=0.28,
    ),
    "cello": Timbre(
        slope=1.1,
        formants=(
            (102.0, 0.0, 40.0),
            (185.0, 2.0, 50.0),
            (390.0, 1.0, 140.0),
            (620.0, -2.0, 220.0),
            (1_700.0, 1.0, 900.0),
        ),
        floor=0.3,
    ),
    "reeds": Timbre(
        slope=0.75, formants=((1_300.0, 0.0, 900.0), (2_700.0, -3.0, 1_200.0)), floor=0.4
    ),
    "whistle": Timbre({1: 1.0, 2: 0.28, 3: 0.12, 4: 0.04, 5: 0.02}, slope=0.4, slope_follows=0.3),
}


_gain = cache(db_to_gain)  # asked for again with every partial


@cache
def _period() -> NDArray[np.float64]:
    return np.array([sine(frame / FRAMES) for frame in range(FRAMES)])


def _table(timbre: Timbre, highest_pitch: int) -> NDArray[np.int32]:
    """One period with unit power, as words of samples and steps."""
    base_hz = pitch_to_hz(highest_pitch) / 2**timbre.octaves_down
    count = int(HIGHEST_PARTIAL_HZ / base_hz)
    levels = [timbre.level(number, base_hz) for number in range(1, min(count, FRAMES // 4) + 1)]
    power = math.sqrt(math.fsum(level * level for level in levels) / 2.0)
    strongest = max(levels)
    frames, period, table = np.arange(FRAMES, dtype=np.int32), _period(), np.zeros(FRAMES)
    for number, level in enumerate(levels, start=1):
        if level > INAUDIBLE * strongest:
            turn = int(FRAMES * ((number * number * GOLDEN_TURN) % 1.0))
            table += level / power * period[(frames * number + turn) & (FRAMES - 1)]
    samples = np.rint(table / UNIT).astype(np.int32)
    return (samples << STEP_BITS) + np.roll(samples, -1) - samples


_REGIONS = range(LOWEST_PITCH + REGION, HIGHEST_PITCH + 1, REGION)  # the first pitch above each


def _work_out() -> Arrays:
    made = [_table(timbre, above) for timbre in TIMBRES.values() for above in _REGIONS]
    return {"periods": np.concatenate(made)}


TABLES: NDArray[np.float32] = kept(
    tables_path("timbres", *sources(__file__, units.__file__, wavetables.__file__)),
    lambda arrays: arrays["periods"].view(np.float32),
    _work_out,
)
"""All tables, one after the other: words of 32 bits, in an array of the kind that voices read."""


def table_place(name: str, pitch: float) -> int:
    """The first word in `TABLES` of a timbre's table for a note."""
    region = min(int(max(pitch - LOWEST_PITCH, 0.0)) // REGION, len(_REGIONS) - 1)
    return (list(TIMBRES).index(name) * len(_REGIONS) + region) * FRAMES


def base_pitch(name: str, pitch: float) -> float:
    """The pitch of the first partial of a note."""
    return pitch - 12.0 * TIMBRES[name].octaves_down
