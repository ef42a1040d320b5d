"""An equaliser as a response, for what is made of single partials and so needs no filter."""

from __future__ import annotations

import numpy as np

from genmusic.rules import BandRules
from genmusic.synthesis.voicing import Doubles
from genmusic.units import db_to_gain


def response(bands: BandRules, hz: Doubles) -> Doubles:
    """By how much a part with these bands makes each frequency louder, linear gain.

    That of analogue bands, whose poles and zeros `genmusic.mixing.bands` places.
    """
    low, high = _shelf(bands.low_db, bands.low_hz / hz), _shelf(bands.high_db, hz / bands.high_hz)
    return low * high * _bell(bands.mid_db, bands.mid_q, hz / bands.mid_hz)


def _shelf(level_db: float, beyond: Doubles) -> Doubles:
    """Of a shelf, at so many times its frequency, or the other way about for a low one."""
    square, gain = beyond * beyond, db_to_gain(level_db)
    gains: Doubles = np.sqrt((1.0 + gain * square) / (1.0 + square / gain))
    return gains


def _bell(level_db: float, q: float, beside: Doubles) -> Doubles:
    away = beside - 1.0 / beside
    square, gain = q * q * away * away, db_to_gain(level_db)
    gains: Doubles = np.sqrt((square + gain) / (square + 1.0 / gain))
    return gains
