"""The three bands of a strip's equaliser, from decibels and hertz to what its kernel multiplies."""

from __future__ import annotations

from functools import lru_cache

from genmusic.units import SAMPLE_RATE, db_to_gain, sine

BAND_NAMES = (
    "low_pace", "low_rise", "mid_pace", "mid_width", "mid_rise", "high_pace", "high_rise",
)  # fmt: skip
"""In the order of the kernel's rows."""


@lru_cache(maxsize=1024)
def bands(
    low_db: float, low_hz: float, mid_db: float, mid_hz: float, mid_q: float,
    high_db: float, high_hz: float,
) -> tuple[float, ...]:  # fmt: skip
    """The seven coefficients of `BAND_NAMES`.

    A band at 0 dB is out of the way to the last bit. Boost and cut by the same level undo each
    other: the poles of a shelf lie half of its gain (in dB) from the middle, as its zeros do.
    """
    low, root_low = db_to_gain(low_db), db_to_gain(0.5 * low_db)
    high, root_high = db_to_gain(high_db), db_to_gain(0.5 * high_db)
    width = db_to_gain(-0.5 * mid_db) / mid_q
    return (
        _pace(_warped(low_hz) / root_low),
        0.5 * (low - 1.0),
        _warped(mid_hz),
        width,
        0.5 * width * (db_to_gain(mid_db) - 1.0),
        _pace(_warped(high_hz) * root_high),
        0.5 * (high - 1.0),
    )


def _warped(frequency_hz: float) -> float:
    """Tangent of half the angle of a frequency: where the trapezoidal rule puts it."""
    turns = 0.5 * frequency_hz / SAMPLE_RATE
    return sine(turns) / sine(turns + 0.25)


def _pace(warped: float) -> float:
    """Twice the share of its way that a one-pole low-pass goes in half a frame."""
    return 2.0 * warped / (1.0 + warped)
