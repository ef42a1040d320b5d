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
from kernels.memory import prefetch
from kernels.pairs import PAIR_FRAMES, unpaired
from kernels.simd import load, splat, store
from kernels.stretches import STRETCH, begin_of, stretches_player
from kernels.voices import QUANTUM

ROW_WORDS = QUANTUM // 2  # a quantum of a take
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


def rows_of_take(quanta: int) -> int:
    """How many rows a take has: its quanta, then how loud each of them is, and all together."""
    return quanta + 1 + quanta // ROW_WORDS


take_rows = fragment(rows_of_take)


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
        now = min(age + quantum, lasts - 1)
        gain = f32(recordings[begin + lasts * ROW_WORDS + now] * level)
        for half in range(2):
            here, t = begin + now * ROW_WORDS + half * LANES, begin_of(quantum) + half * PAIR_FRAMES
            prefetch(recordings, here + STRETCH * ROW_WORDS)
            earlier, later = unpaired(load(recordings, here))
            store(row, t, earlier * splat(gain))
            store(row, t + LANES, later * splat(gain))


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
        As in `kernels.saws.render_saws`; the desk's lanes hold the recordings, in rows of
        `ROW_WORDS`: of each take its quanta as `kernels.pairs` has them, then the gain of each, and
        how loud the take is as a whole.
    """
    _play(plain(SIZES), (first, quanta), roll, held, varied, ramps, desk, buses)
