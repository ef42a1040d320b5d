"""What every voice kernel does around its sound: bring voices together, and add them to buses.

For each block the voices that sound are listed by what they cost and by how long they sound, and
dealt out in sixteens: lanes that idle, and voices that are silent, cost next to nothing. A voice
renders on its own quantum grid; its sound is added to its bus the few frames later by which the
note starts inside its quantum, so every start is exact to the frame.

Buses hold whole numbers (`kernels.buses`). Their sums do not depend on the order of voices, so
neither company nor the length of blocks changes a bit of a listener's sound.

Shapes, for N slots of a kind with P settings, V of them varied, I whole settings, S states and
C counters: ``held`` is settings (N * (P + V),) and state (N * S,) float32, whole settings (N * I,)
and counters (N * C,) int32. The first S settings are the state at the start of a note, the first C
whole settings its counters; the last V settings say how far notes differ (`kernels.voices.vary`).
``ramps`` are brightness (listeners, quanta + 1) 0..1 and bends (buses, quanta + 1) octaves.
``desk`` is scratch: the order (N,), the counts (`COUNTS`,), the slots that ended (N + 1,) int32,
the lanes (settings, whole settings, state, counters, facts, tile, and the tables that the kind
reads, or else a sheet to write on), and rows (16 * `kernels.rows.ROW`,) float32.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32
from numba import int64 as i64

from kernels._jit import fragment
from kernels._types import Desk, Floats, Fragment, Held, Ints, Longs, Ramps, Roll, Vector
from kernels.buses import MOST_QUANTA as MOST_QUANTA
from kernels.buses import SOUNDING, STRIDE
from kernels.masks import lanes_below
from kernels.polynomials import exp2
from kernels.rows import (
    DELAYS,
    FADES,
    HOLDS,
    LASTS,
    LEFT,
    PLACES,
    RIGHT,
    ROW,
    SAYS,
    add_rows,
    begin_at,
    clear_rows,
    finish_rows,
)
from kernels.shuffles import transpose
from kernels.simd import LANES as LANES
from kernels.simd import (
    fma,
    greater_of,
    load,
    load_int,
    load_splat,
    magnitude,
    splat,
    store,
    to_float,
    where_less,
)
from kernels.voices import (
    BUS,
    DELAY,
    END,
    FADE,
    FADE_QUANTA,
    LISTENER,
    RELEASE,
    START,
    retire,
    vary,
)
from kernels.voices import QUANTUM as QUANTUM

CONTROL_FRAMES = 16  # envelopes and coefficients move on this grid

ALIVE, HELD, BRIGHT, BEND, BENT, BENDING = (LANES * fact for fact in range(6))
"""Places in the facts; the last is one number, whether any lane is bent."""

HEAVIEST = 7  # voices weigh 0..7: how much there is to compute
_BRIGHTS = 6 * LANES  # where in the facts brightness and bend lie for all borders of a block
_BENDS = _BRIGHTS + (MOST_QUANTA + 1) * LANES
SIDES = _BENDS + (MOST_QUANTA + 1) * LANES
LANE_FACTS = SIDES + 2 * LANES
COUNTS = (HEAVIEST + 1) * (MOST_QUANTA + 1) + 1


def rows_of(names: tuple[str, ...]) -> tuple[int, ...]:
    """Where each row of a table begins in the lanes."""
    return tuple(range(0, LANES * len(names), LANES))


def sizes_of(
    settings: tuple[str, ...],
    whole_settings: tuple[str, ...],
    moving: tuple[int, int],
    varied: tuple[tuple[str, ...], ...],
) -> tuple[int, int, int, int, int, int]:
    """P, I, S, C, V and the length of a row of settings, P + V."""
    features = sum(len(names) for names in varied)
    return (
        len(settings),
        len(whole_settings),
        *moving,
        features,
        len(settings) + features,
    )


@fragment
def plain(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes as mere integers; constants would have each kind compile all that handles voices."""
    return (
        i64(sizes[0]), i64(sizes[1]), i64(sizes[2]), i64(sizes[3]), i64(sizes[4]), i64(sizes[5])
    )  # fmt: skip


@fragment
def bend_factor(facts: Floats, frame: int) -> Vector:
    """By how much each lane's pitch is bent at a frame of the quantum."""
    if facts[BENDING] == f32(0.0):
        return splat(f32(1.0))
    bend = load(facts, BEND)
    share = f32(frame * (1.0 / QUANTUM))
    return exp2(fma(load(facts, BENT) - bend, splat(share), bend))


@fragment
def begin_voices(
    block: tuple[int, int], roll: Roll, held: Held, varied: Ints, sizes: tuple[int, ...]
) -> None:
    """Vary the voices that start in the block, and set their state and counters."""
    timing, seeds = roll[0], roll[2]
    settings, whole_settings, state, counters = held
    for slot in range(timing.shape[0]):
        if timing[slot, END] > block[0] and block[0] <= timing[slot, START] < block[0] + block[1]:
            vary(slot, seeds[slot], varied, sizes, held)
            for row in range(sizes[2]):
                state[slot * sizes[2] + row] = settings[slot * sizes[5] + row]
            for row in range(sizes[3]):
                counters[slot * sizes[3] + row] = whole_settings[slot * sizes[1] + row]


@fragment
def quanta_here(slot: int, block: tuple[int, int], timing: Longs) -> int:
    """How many quanta of the block a voice sounds in."""
    begin = max(timing[slot, START], block[0])
    return int(max(min(timing[slot, END], block[0] + block[1]) - begin, 0))


@fragment
def sort_by_bus(slots: Ints, places: Ints) -> None:
    """Bring voices of one bus together, which are then added as one."""
    for lane in range(1, slots.shape[0]):
        slot, here = slots[lane], lane
        while here > 0 and places[slots[here - 1], BUS] > places[slot, BUS]:
            slots[here] = slots[here - 1]
            here -= 1
        slots[here] = slot


@fragment
def _list_voices(block: tuple[int, int], timing: Longs, places: Ints, desk: Desk) -> int:
    """Write the slots that sound, the heavy and the long first; how many there are.

    Those that are alike lie as their buses do: what a bus is given comes together.
    ``desk`` holds their weights at first. A counting sort: one pass counts, one places.
    """
    order, counts, keys = desk[0], desk[1], desk[2]
    lengths = block[1] + 1
    kinds = (HEAVIEST + 1) * lengths + 1
    for key in range(kinds):
        counts[key] = i32(0)
    for slot in range(timing.shape[0]):
        quanta = quanta_here(slot, block, timing)
        weight = min(max(keys[slot], 0), HEAVIEST)
        key = (HEAVIEST - weight) * lengths + block[1] - quanta
        keys[slot] = i32(key if quanta > 0 else -1)
        if quanta > 0:
            counts[key + 1] += i32(1)
    for key in range(1, kinds):
        counts[key] += counts[key - 1]
    total = int(counts[kinds - 1])
    for slot in range(timing.shape[0]):
        if keys[slot] >= 0:
            order[counts[keys[slot]]] = i32(slot)
            counts[keys[slot]] += i32(1)
    begin = 0
    for key in range(kinds - 1):
        if counts[key] > begin + 1:
            sort_by_bus(order[begin : int(counts[key])], places)
        begin = int(counts[key])
    return total


@fragment
def _gather(slots: Ints, held: Held, sizes: tuple[int, ...], desk: Desk) -> None:
    """Bring voices into lanes; lanes that are left over follow the last voice, unheard."""
    settings, whole_settings, state, counters = held
    lanes = desk[3]
    for lane in range(LANES):
        slot = int(slots[min(lane, slots.shape[0] - 1)])
        for row in range(sizes[0]):
            lanes[0][row * LANES + lane] = settings[slot * sizes[5] + row]
        for row in range(sizes[1]):
            lanes[1][row * LANES + lane] = whole_settings[slot * sizes[1] + row]
        for row in range(sizes[2]):
            lanes[2][row * LANES + lane] = state[slot * sizes[2] + row]
        for row in range(sizes[3]):
            lanes[3][row * LANES + lane] = counters[slot * sizes[3] + row]


@fragment
def _scatter(lane: int, slot: int, held: Held, sizes: tuple[int, ...], desk: Desk) -> None:
    """Bring what has moved in a lane back to its slot."""
    state, counters = held[2], held[3]
    lanes = desk[3]
    for row in range(sizes[2]):
        state[slot * sizes[2] + row] = lanes[2][row * LANES + lane]
    for row in range(sizes[3]):
        counters[slot * sizes[3] + row] = lanes[3][row * LANES + lane]


@fragment
def measure(lane: int, slot: int, block: tuple[int, int], roll: Roll, desk: Desk) -> int:
    """Write the spans and sides of a voice; the quanta of the block in which it sounds.

    Spans take the room of the counts, which are read by then.
    """
    timing, places, _, _, pans = roll
    spans, facts = desk[1], desk[3][4]
    begin = max(timing[slot, START], block[0])
    lasts = int(min(timing[slot, END], block[0] + block[1]) - begin)
    bus = int(places[slot, BUS])
    spans[LASTS + lane] = i32(lasts)
    spans[HOLDS + lane] = i32(min(max(timing[slot, RELEASE] - begin, 0), lasts))
    spans[FADES + lane] = i32(max(min(timing[slot, FADE] - begin, lasts), -FADE_QUANTA))
    spans[PLACES + lane] = i32(bus * 2 * STRIDE + (begin - block[0]) * QUANTUM)
    spans[SAYS + lane] = i32(bus * 2 * STRIDE + SOUNDING + begin - block[0])
    spans[DELAYS + lane] = places[slot, DELAY]
    facts[SIDES + LEFT + lane] = pans[slot, 0]
    facts[SIDES + RIGHT + lane] = pans[slot, 1]
    return lasts


@fragment
def _measure_all(slots: Ints, block: tuple[int, int], roll: Roll, ramps: Ramps, desk: Desk) -> int:
    """Prepare up to sixteen voices for a block; the quanta in which the longest of them sounds."""
    sort_by_bus(slots, roll[1])
    longest = 0
    for lane in range(LANES):
        desk[1][LASTS + lane] = i32(0)
    for lane in range(slots.shape[0]):
        longest = max(longest, measure(lane, int(slots[lane]), block, roll, desk))
    _follow_ramps(slots, block[0], roll, ramps, desk)
    clear_rows(slots.shape[0], desk[4])
    return int(longest)


@fragment
def _is_still(ramp: Floats, row: int) -> bool:
    """Whether a ramp is the same at all borders of a block, which are sixteen at least."""
    values, last = ramp[row], ramp.shape[1] - LANES
    if last < 0:
        return False
    first = load_splat(values, 0)
    away = magnitude(load(values, last) - first)
    for border in range(0, last, LANES):
        away = greater_of(away, magnitude(load(values, border) - first))
    return bool(lanes_below(splat(f32(0.0)), away) == 0)


@fragment
def _copy_ramp(ramp: Floats, row: int, column: int, lasts: int, facts: Floats, place: int) -> None:
    """Write a lane's part of a ramp, from one border to the next."""
    for border in range(lasts + 1):
        facts[place + border * LANES] = ramp[row, column + border]


@fragment
def _follow_ramps(slots: Ints, first: int, roll: Roll, ramps: Ramps, desk: Desk) -> None:
    """Write how bright and how bent each lane is in its own quanta of the block."""
    timing, places = roll[0], roll[1]
    spans, facts = desk[1], desk[3][4]
    swings, bends, longest = False, False, 0
    for lane in range(slots.shape[0]):
        slot, lasts = int(slots[lane]), int(spans[LASTS + lane])
        column, bus = int(max(timing[slot, START] - first, 0)), int(places[slot, BUS])
        listener, longest = int(places[slot, LISTENER]), max(longest, lasts)
        facts[_BRIGHTS + lane] = ramps[0][listener, column]
        swings |= not _is_still(ramps[0], listener)
        bends |= ramps[1][bus, column] != f32(0.0) or not _is_still(ramps[1], bus)
    bright = load(facts, _BRIGHTS)
    for border in range(longest):
        store(facts, _BRIGHTS + border * LANES, bright)
    if swings or bends:
        for lane in range(slots.shape[0]):
            slot, lasts = int(slots[lane]), int(spans[LASTS + lane])
            column, bus = int(max(timing[slot, START] - first, 0)), int(places[slot, BUS])
            _copy_ramp(ramps[0], int(places[slot, LISTENER]), column, lasts, facts, _BRIGHTS + lane)
            _copy_ramp(ramps[1], bus, column, lasts, facts, _BENDS + lane)
    facts[BENDING] = f32(1.0) if bends else f32(0.0)


@fragment
def _read_facts(step: int, spans: Ints, facts: Floats) -> None:
    """Which lanes sound in their own quantum ``step`` of the block, are held, bright and bent."""
    one, zero = splat(f32(1.0)), splat(f32(0.0))
    now = splat(f32(step))
    store(facts, ALIVE, where_less(now, to_float(load_int(spans, LASTS)), one, zero))
    store(facts, HELD, where_less(now, to_float(load_int(spans, HOLDS)), one, zero))
    store(facts, BRIGHT, load(facts, _BRIGHTS + step * LANES))
    store(facts, BEND, load(facts, _BENDS + step * LANES))
    store(facts, BENT, load(facts, _BENDS + (step + 1) * LANES))


@fragment
def _lay_down(step: int, desk: Desk) -> None:
    """Bring the quantum in the tile to the rows of the voices."""
    tile, rows = desk[3][5], desk[4]
    for t in range(0, QUANTUM, LANES):
        transpose(tile, t * LANES, LANES, rows, begin_at(step) + t, ROW)


def lanes_player(quantum: Fragment, weigh: Fragment, sizes: tuple[int, ...]) -> Fragment:
    """What renders a block of voices, sixteen at a time.

    ``quantum`` renders a quantum of the lanes into the tile; ``weigh`` says what a voice costs.
    """

    @fragment
    def play(
        block: tuple[int, int],
        roll: Roll,
        held: Held,
        varied: Ints,
        ramps: Ramps,
        desk: Desk,
        buses: Ints,
    ) -> None:
        timing, widths, facts = roll[0], plain(sizes), desk[3][4]
        begin_voices(block, roll, held, varied, widths)
        for slot in range(timing.shape[0]):
            desk[2][slot] = i32(weigh(slot, widths, held))
        count = _list_voices(block, timing, roll[1], desk)
        for base in range(0, count, LANES):
            slots, spans = desk[0][base : min(base + LANES, count)], desk[1]
            steps = _measure_all(slots, block, roll, ramps, desk)
            _gather(slots, held, widths, desk)
            for step in range(steps + 1):
                if step < steps:
                    _read_facts(step, spans, facts)
                    quantum(desk[3])
                    _lay_down(step, desk)
                finish_rows(slots.shape[0], step, spans, desk[4])
                add_rows(slots.shape[0], step, spans, facts[SIDES:], desk[4], buses)
                for lane in range(slots.shape[0]):
                    if spans[LASTS + lane] == step + 1:
                        _scatter(lane, int(slots[lane]), held, widths, desk)
        retire(block[0] + block[1], timing, desk[2])

    return play
