"""Timbres as levels of partials, and the tables that hold one period of each.

Every pitch has its own table: without the partials that would alias there, and with the formants,
which stay where they are when the pitch moves. What a table holds is told in `kernels.wavetables`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic import units
from genmusic.tables import Arrays, kept, sources, tables_path
from genmusic.units import SAMPLE_RATE, TWO_PI, db_to_gain, exp2, log2, pitch_to_hz, sine
from kernels import wavetables
from kernels.wavetables import ABOVE_BITS, NODES, PAD, REACH_FRAMES, UNITS

Doubles = NDArray[np.float64]
LOWEST_PITCH, HIGHEST_PITCH = 24, 127
SHORTEST_FRAMES = 160  # of a table: it is so many periods that it is off by less than 6 cents
BEFORE_FRAMES = 8  # of the middle of what a reader reads at once
WAVE_STEPS, LEVEL_STEPS = 2.0**21, 2.0**22  # whole numbers, so that sums are exact in any order
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

    def numbers(self, count: int) -> list[int]:
        """Of its partials, up to a number."""
        if self.partials is None:
            return list(range(1, count + 1))
        return [number for number in self.partials if number <= count]

    def levels(self, numbers: list[int], base_hz: float) -> Doubles:
        """Amplitudes of some partials of a note."""
        slope = self.slope + self.slope_follows * log2(base_hz / pitch_to_hz(60))
        own: Doubles = np.array([_falling(number, slope) for number in numbers])
        if self.partials is not None:
            own *= [self.partials[number] for number in numbers]
        hz, around = np.array(numbers) * base_hz, np.full(len(numbers), self.floor)
        for centre, level_db, width in self.formants:
            # A singer follows with the mouth.
            away = 2.0 * (hz - max(centre, base_hz)) / width
            around += _gain(level_db) / (1.0 + away * away)
        own *= around
        return own


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


_gain = cache(db_to_gain)  # asked for again with every table


@cache
def _falling(number: int, slope: float) -> float:
    return exp2(-slope * log2(number))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What tables of a pitch have in common."""

    hz: float
    periods: int
    frames: int

    @property
    def words(self) -> int:
        return NODES * (self.frames + 2 * PAD)

    @property
    def nodes(self) -> int:
        return NODES * self.frames

    @property
    def partials(self) -> int:
        return int(HIGHEST_PARTIAL_HZ / self.hz)


@cache
def _shape(pitch: int) -> _Shape:
    hz = pitch_to_hz(pitch)
    periods = max(1, math.ceil(SHORTEST_FRAMES * hz / SAMPLE_RATE))
    return _Shape(hz, periods, round(SAMPLE_RATE * periods / hz))


def _bessel(order: int, x: Doubles) -> Doubles:
    """The Bessel function of the first kind, for |x| < 2."""
    term = total = (0.5 * x) ** order / math.factorial(order)
    for k in range(1, 12):
        term = term * (-0.25 * x * x / (k * (k + order)))
        total = total + term
    return total


@cache
def _turn(number: int) -> tuple[float, float]:
    """Cosine and sine of the angle at which a partial begins."""
    turns = (number * number * GOLDEN_TURN) % 1.0
    return sine(turns + 0.25), sine(turns)


def _fits(shape: _Shape) -> tuple[Doubles, Doubles]:
    """Of each partial, the coefficients of its nodes by the cosine and the sine of a node's angle.

    Cosine and sine of what lies up to `REACH_FRAMES` away are an even and an odd polynomial of the
    third degree, from their series of Chebyshev polynomials: M. Abramowitz, I. Stegun, "Handbook of
    Mathematical Functions", 1964, 9.1.44.
    """
    numbers = range(1, shape.partials + 1)
    radians = TWO_PI * shape.periods / shape.frames * np.array(numbers)
    j = [_bessel(order, radians * REACH_FRAMES) for order in range(4)]
    even, square = j[0] + 2.0 * j[2], -4.0 / REACH_FRAMES**2 * j[2]
    odd, cube = (2.0 * j[1] + 6.0 * j[3]) / REACH_FRAMES, -8.0 / REACH_FRAMES**3 * j[3]
    c, s = np.array([_turn(number) for number in numbers]).T
    return (
        np.stack((c * even, -s * odd, c * square, -s * cube), axis=1),
        np.stack((-s * even, -c * odd, -s * square, -c * cube), axis=1),
    )


def _levels(timbre: Timbre, shape: _Shape) -> Doubles:
    """Of all partials, with unit power."""
    numbers, levels = timbre.numbers(shape.partials), np.zeros(shape.partials)
    own = timbre.levels(numbers, shape.hz)
    power = math.sqrt(math.fsum(own * own) / 2.0)
    levels[np.array(numbers) - 1] = np.where(own > INAUDIBLE * own.max(), own / power, 0.0)
    return levels


def _quarter(shape: _Shape) -> tuple[Doubles, Doubles]:
    """Cosines and sines of all partials at the nodes of the first quarter of a period."""
    quarter = shape.nodes // 4
    rise = [sine(node / shape.nodes) for node in range(quarter)]
    half = [*rise, 1.0, *reversed(rise[1:])]
    turn = np.rint(np.array([*half, *(-x for x in half)] * 2)[: shape.nodes + quarter] * WAVE_STEPS)
    numbers = np.arange(1, shape.partials + 1, dtype=np.int32)
    angle = np.outer(np.arange(quarter + 1, dtype=np.int32), numbers) % shape.nodes
    return turn[angle + quarter], turn[angle]


def _waves(shape: _Shape, cosines: Doubles, sines: Doubles) -> Doubles:
    """The coefficients of all nodes of a period.

    Partials with odd numbers are mirrored at the half where those with even ones repeat, so that a
    quarter of the period tells of all.
    """
    c, s = _quarter(shape)
    odd_c, even_c = c[:, 0::2] @ cosines[0::2], c[:, 1::2] @ cosines[1::2]
    odd_s, even_s = s[:, 0::2] @ sines[0::2], s[:, 1::2] @ sines[1::2]
    second = even_c - odd_c - even_s + odd_s
    third = even_c - odd_c + even_s - odd_s
    fourth = even_c + odd_c - even_s - odd_s
    first = even_c + odd_c + even_s + odd_s
    return np.concatenate((first, second[-2::-1], third[1:], fourth[-2:0:-1]))


def _words(nodes: Doubles, shape: _Shape) -> NDArray[np.int32]:
    """Both words of each node, in rows of nodes that lie a frame apart."""
    whole = np.rint(nodes / (WAVE_STEPS * LEVEL_STEPS * np.array(UNITS))).astype(np.int32)
    outer = (whole[:, 0] << 32 - ABOVE_BITS[0]) + whole[:, 3]
    inner = (whole[:, 1] << 32 - ABOVE_BITS[1]) + whole[:, 2]
    rows = np.stack((outer, inner)).reshape(2, shape.frames, NODES).transpose(0, 2, 1)
    return np.pad(rows, ((0, 0), (0, 0), (PAD, PAD)), "wrap").reshape(2, -1)


def _tables_of(pitch: int) -> list[NDArray[np.int32]]:
    """The tables of a pitch, of all timbres."""
    shape = _shape(pitch)
    levels = np.stack([_levels(timbre, shape) for timbre in TIMBRES.values()], axis=1)
    weights = (
        np.rint(LEVEL_STEPS * (levels[:, :, None] * fit[:, None]).reshape(shape.partials, -1))
        for fit in _fits(shape)
    )
    waves = _waves(shape, *weights)
    turns = np.arange(shape.nodes) * shape.periods % shape.nodes
    return [_words(some[turns], shape) for some in np.hsplit(waves, len(TIMBRES))]


_PITCHES = range(LOWEST_PITCH, HIGHEST_PITCH + 1)


def _work_out() -> Arrays:
    made = [table for pitch in _PITCHES for table in _tables_of(pitch)]
    return {"nodes": np.concatenate(made, axis=1).reshape(-1)}


TABLES: NDArray[np.float32] = kept(
    tables_path("timbres", *sources(__file__, units.__file__, wavetables.__file__)),
    lambda arrays: arrays["nodes"].view(np.float32),
    _work_out,
)
"""All tables, one after the other, in an array of the kind that voices read: the outer words of
all, then the inner ones.
"""


@cache
def _first_words() -> list[int]:
    """Where the tables of each pitch begin."""
    words = (len(TIMBRES) * _shape(pitch).words for pitch in _PITCHES)
    return list(accumulate(words, initial=0))


class Place(NamedTuple):
    """Where a note finds its table."""

    first: int  # word
    frames: int  # of a row
    hz: float  # of a reader that reads the whole table once a turn


def table_place(name: str, pitch: float) -> Place:
    """The table of a timbre that is nearest to a note."""
    base_pitch = pitch - 12.0 * TIMBRES[name].octaves_down
    row = min(max(round(base_pitch), LOWEST_PITCH), HIGHEST_PITCH)
    shape = _shape(row)
    first = _first_words()[row - LOWEST_PITCH] + list(TIMBRES).index(name) * shape.words
    return Place(first + PAD - BEFORE_FRAMES, shape.frames, pitch_to_hz(base_pitch) / shape.periods)
