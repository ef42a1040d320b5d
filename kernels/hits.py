"""Hits: drums, read from recordings of them that were made beforehand (`kernels.drums`).

A recording has several takes of a hit, from the darkest to the brightest. How bright a voice is
when it is struck, and chance, say which of them it plays; brightness alone says how loud.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll
from kernels.lanes import LANES, plain, sizes_of
from kernels.simd import store
from kernels.stretches import begin_of, stretches_player
from kernels.takes import ROW_WORDS, read_take, take_rows

SETTINGS = (
    "level",
    "reach",  # takes from where one looks for a dark one to where one looks for a bright one
    "chance",  # the take, from there
    "middle",  # of the takes that chance may choose, from there
)
WHOLE_SETTINGS = (
    "row",  # of the recordings, where the first take begins
    "quanta",  # of a take
    "takes",
)
COUNTERS = 1  # the word at which the take begins
STATES = 1  # what makes the take as loud as others
VARIED = (("chance",),)
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)
LEVEL, REACH, CHANCE, MIDDLE = range(len(SETTINGS))
ROW, QUANTA, TAKES = range(len(WHOLE_SETTINGS))


@fragment
def _strike(slot: int, sizes: tuple[int, ...], bright: float, held: Held, words: Floats) -> None:
    """Choose a take."""
    settings, whole_settings, state, counters = held
    at, whole = slot * sizes[5], slot * sizes[1]
    quanta, last = int(whole_settings[whole + QUANTA]), int(whole_settings[whole + TAKES]) - 1
    apart, begin = take_rows(quanta) * ROW_WORDS, int(whole_settings[whole + ROW]) * ROW_WORDS
    place = min(max(bright, f32(0.0)), f32(1.0)) * settings[at + REACH]
    take = begin + min(int(place + settings[at + CHANCE]), last) * apart
    counters[slot * sizes[3]] = i32(take)
    middle = f32(place + settings[at + MIDDLE])
    darker = min(int(middle), last - 1)
    share, here = f32(middle - f32(darker)), begin + darker * apart + quanta * (ROW_WORDS + 1)
    loud = words[here] + share * (words[here + apart] - words[here])
    state[slot * sizes[2]] = f32(loud / words[take + quanta * (ROW_WORDS + 1)])


@fragment
def _stretch(
    slot: int,
    sizes: tuple[int, ...],
    when: tuple[int, bool, int, int],
    where: tuple[int, int, int],
    ramps: Ramps,
    held: Held,
    lanes: Lanes,
    row: Floats,
) -> None:
    """Some quanta of one voice into its row."""
    settings, whole_settings, state, counters = held
    age, _, quanta, _ = when
    recordings = lanes[6]
    if age == 0:
        _strike(slot, sizes, ramps[0][where[0], where[2]], held, recordings)
    level = f32(settings[slot * sizes[5] + LEVEL] * state[slot * sizes[2]])
    begin, lasts = int(counters[slot * sizes[3]]), int(whole_settings[slot * sizes[1] + QUANTA])
    for quantum in range(quanta):
        four, here = read_take(begin, lasts, age + quantum, level, recordings), begin_of(quantum)
        for number, x in enumerate(four):
            store(row, here + number * LANES, x)


_play = stretches_player(_stretch)


@kernel
def render_hits(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all hits of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; the desk's lanes hold the recordings, as in
        `kernels.takes`.
    """
    _play(plain(SIZES), (first, quanta), roll, held, varied, ramps, desk, buses)
