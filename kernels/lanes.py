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
reads), and rows (16 * `kernels.buses.ROW`,) float32.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32
from numba import int64 as i64

from kernels._jit import fragment
from kernels._types import Desk, Floats, Fragment, Held, Ints, Longs, Ramps, Roll, Vector
from kernels.buses import PAD, ROW, add_row
from kernels.polynomials import exp2
from kernels.simd import LANES as LANES
from kernels.simd import fma, load, load_int, splat, store, to_float, transpose, where_less
from kernels.voices import BUS, END, LISTENER, RELEASE, START, retire, vary
from kernels.voices import QUANTUM as QUANTUM

CONTROL_FRAMES = 16  # envelopes and coefficients move on this grid

ALIVE, HELD, BRIGHT, BEND, BENT, BENDING = (LANES * fact for fact in range(6))
"""Places in the facts; the last is one number, whether any lane is bent."""
LANE_FACTS = 6 * LANES
_LASTS, _HOLDS, _BRIGHTS, _BENDS = (LANES * span for span in range(4))
"""Places in the spans of sixteen voices in a block, which take the room of the counts."""

HEAVIEST = 16  # voices weigh 0..16: how much there is to compute
MOST_QUANTA = 32  # in a block
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
def _plain(sizes: tuple[int, ...]) -> tuple[int, ...]:
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
def _begin_voices(
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
def _quanta_here(slot: int, block: tuple[int, int], timing: Longs) -> int:
    """How many quanta of the block a voice sounds in."""
    begin = max(timing[slot, START], block[0])
    return int(max(min(timing[slot, END], block[0] + block[1]) - begin, 0))


@fragment
def _list_voices(block: tuple[int, int], timing: Longs, desk: Desk) -> int:
    """Write the slots that sound, the heavy and the long first; how many there are.

    ``desk`` holds their weights at first. A counting sort: one pass counts, one places.
    """
    order, counts, keys = desk[0], desk[1], desk[2]
    counts[:] = 0
    for slot in range(timing.shape[0]):
        quanta = _quanta_here(slot, block, timing)
        weight = min(max(keys[slot], 0), HEAVIEST)
        key = (HEAVIEST - weight) * (MOST_QUANTA + 1) + MOST_QUANTA - quanta
        keys[slot] = i32(key if quanta > 0 else -1)
        if quanta > 0:
            counts[key + 1] += i32(1)
    for key in range(1, counts.shape[0]):
        counts[key] += counts[key - 1]
    total = int(counts[counts.shape[0] - 1])
    for slot in range(timing.shape[0]):
        if keys[slot] >= 0:
            order[counts[keys[slot]]] = i32(slot)
            counts[keys[slot]] += i32(1)
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
def _measure(
    slots: Ints, block: tuple[int, int], roll: Roll, ramps: Ramps, facts: Floats, spans: Ints
) -> int:
    """Write the spans of up to sixteen voices; the quanta in which the longest of them sounds.

    They are quanta that a voice sounds in the block and is held in it, and where its brightness and
    its bend begin.
    """
    timing, places = roll[0], roll[1]
    borders, longest, bending = ramps[0].shape[1], 0, False
    for lane in range(LANES):
        spans[_LASTS + lane] = i32(0)
    for lane in range(slots.shape[0]):
        slot = int(slots[lane])
        begin = max(timing[slot, START], block[0])
        lasts = min(timing[slot, END], block[0] + block[1]) - begin
        longest, column = max(longest, lasts), begin - block[0]
        spans[_LASTS + lane] = i32(lasts)
        spans[_HOLDS + lane] = i32(min(max(timing[slot, RELEASE] - begin, 0), lasts))
        spans[_BRIGHTS + lane] = i32(places[slot, LISTENER] * borders + column)
        spans[_BENDS + lane] = i32(places[slot, BUS] * borders + column)
        for border in range(column, column + lasts + 1):
            bending |= ramps[1][places[slot, BUS], border] != f32(0.0)
    facts[BENDING] = f32(1.0) if bending else f32(0.0)
    return int(longest)


@fragment
def _read_facts(count: int, step: int, ramps: Ramps, spans: Ints, facts: Floats) -> None:
    """Which lanes sound in their own quantum ``step`` of the block, are held, bright and bent."""
    one, zero = splat(f32(1.0)), splat(f32(0.0))
    now = splat(f32(step))
    store(facts, ALIVE, where_less(now, to_float(load_int(spans, _LASTS)), one, zero))
    store(facts, HELD, where_less(now, to_float(load_int(spans, _HOLDS)), one, zero))
    brightness, bends = ramps[0].reshape(ramps[0].size), ramps[1].reshape(ramps[1].size)
    for lane in range(count):
        here = min(step, spans[_LASTS + lane] - 1)
        facts[BRIGHT + lane] = brightness[spans[_BRIGHTS + lane] + here]
    if facts[BENDING] != f32(0.0):
        for lane in range(count):
            here = spans[_BENDS + lane] + min(step, spans[_LASTS + lane] - 1)
            facts[BEND + lane], facts[BENT + lane] = bends[here], bends[here + 1]


@fragment
def _add_lanes(
    slots: Ints, step: int, block: tuple[int, int], roll: Roll, desk: Desk, buses: Ints
) -> None:
    """Add the quantum in the tile, lane by lane, to the buses of those that sound."""
    tile, rows, spans = desk[3][5], desk[4], desk[1]
    for t in range(0, QUANTUM, LANES):
        transpose(tile, t * LANES, LANES, rows, PAD + t, ROW)
    for lane in range(slots.shape[0]):
        if step < spans[_LASTS + lane]:
            slot = int(slots[lane])
            now = max(roll[0][slot, START], block[0]) + step
            add_row(slot, now, block[0], roll, rows, lane * ROW, buses)


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
        timing, widths = roll[0], _plain(sizes)
        _begin_voices(block, roll, held, varied, widths)
        for slot in range(timing.shape[0]):
            desk[2][slot] = i32(weigh(slot, widths, held))
        count = _list_voices(block, timing, desk)
        for base in range(0, count, LANES):
            slots, spans = desk[0][base : min(base + LANES, count)], desk[1]
            steps = _measure(slots, block, roll, ramps, desk[3][4], spans)
            _gather(slots, held, widths, desk)
            for step in range(steps):
                _read_facts(slots.shape[0], step, ramps, spans, desk[3][4])
                quantum(desk[3])
                _add_lanes(slots, step, block, roll, desk, buses)
                for lane in range(slots.shape[0]):
                    if spans[_LASTS + lane] == step + 1:
                        _scatter(lane, int(slots[lane]), held, widths, desk)
        retire(block[0] + block[1], timing, desk[2])

    return play


def rows_player(quantum: Fragment, sizes: tuple[int, ...]) -> Fragment:
    """As `lanes_player`, one voice after the other: for those whose frames are the lanes.

    ``quantum`` renders a quantum of a slot into a row, from its `PAD` on. It is told whether the
    voice starts there, whether it is held, how bright it is, and its bend at both ends.
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
        timing, places, widths = roll[0], roll[1], _plain(sizes)
        brightness, bends = ramps
        row, scratch = desk[4], desk[3][4]
        for slot in range(timing.shape[0]):
            begin = max(timing[slot, START], block[0])
            bus, listener = places[slot, BUS], places[slot, LISTENER]
            for now in range(begin, begin + _quanta_here(slot, block, timing)):
                column, fresh = now - block[0], now == timing[slot, START]
                if fresh:
                    vary(slot, roll[2][slot], varied, widths, held)
                bend = (bends[bus, column], bends[bus, column + 1])
                facts = (fresh, now < timing[slot, RELEASE], brightness[listener, column])
                quantum(slot, facts, bend, held, scratch, row)
                add_row(slot, now, block[0], roll, row, 0, buses)
        retire(block[0] + block[1], timing, desk[2])

    return play
