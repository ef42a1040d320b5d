"""Three bands for each strip: low shelf, bell, high shelf; eight strips at a time.

Strips that sound and are not flat are brought together, whoever they belong to, and written back
to their buses as floats. A band that is flat is not there: it changes no bit and remembers
nothing. A strip whose bus is silent and whose filters have died away is silent, too.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, Vector
from kernels.buses import FLOATS, SILENT, SOUNDING, STRIDE, is_sounding, read_bus
from kernels.lanes import LANES, QUANTUM
from kernels.rings import QUIETEST
from kernels.simd import (
    float_to_bits,
    fma,
    fnma,
    greater_of,
    largest_magnitude,
    load,
    magnitude,
    splat,
    store,
    store_int,
    transpose,
    where_less,
)

LOW_PACE, LOW_RISE, MID_PACE, MID_WIDTH, MID_RISE, HIGH_PACE, HIGH_RISE = range(7)
BANDS = 7  # rows
RISES = (LOW_RISE, MID_RISE, HIGH_RISE)
MEMORIES = 4  # low, two of the bell, high
TOGETHER = LANES // 2  # strips
# Places in the scratch: the bands at the beginning and at the end of a quantum, the memories, the
# tile in which frames lie one after the other, and the one in which rows do.
HERE, THERE = 0, BANDS * LANES
MEMORY = 2 * BANDS * LANES
TILE = MEMORY + MEMORIES * LANES
TURNED = TILE + QUANTUM * LANES
SCRATCH = TURNED + LANES * LANES


@fragment
def _rises(bands: Floats, strip: int, border: int) -> bool:
    """Whether a strip is not flat at a quantum border."""
    here = bands[strip, LOW_RISE, border] != f32(0.0)
    return bool(
        here
        | (bands[strip, MID_RISE, border] != f32(0.0))
        | (bands[strip, HIGH_RISE, border] != f32(0.0))
    )


@fragment
def _loudest(strip: int, memories: Floats) -> Float:
    """The largest that the filters of a strip remember."""
    largest = f32(0.0)
    for k in range(2 * MEMORIES):
        largest = max(largest, abs(memories[strip, k]))
    return largest


@fragment
def _is_in_use(quanta: int, strip: int, bands: Floats, memories: Floats, buses: Ints) -> bool:
    """Whether a strip is to be filtered in a block; if not, it remembers nothing."""
    rises, sounds = _rises(bands, strip, quanta), False
    for q in range(quanta):
        rises |= _rises(bands, strip, q)
        sounds |= is_sounding(buses, strip, q) != SILENT
    if rises and (sounds or _loudest(strip, memories) >= f32(QUIETEST)):
        return True
    for k in range(2 * MEMORIES):
        memories[strip, k] = f32(0.0)
    return False


@fragment
def _moves(count: int, q: int, strips: Ints, bands: Floats) -> bool:
    """Whether any band of the strips moves in a quantum."""
    moves = False
    for number in range(count):
        strip = strips[number]
        for band in range(BANDS):
            moves |= bands[strip, band, q] != bands[strip, band, q + 1]
    return moves


@fragment
def _gather_bands(
    count: int, border: int, strips: Ints, bands: Floats, place: int, desk: Floats
) -> None:
    """Bring the bands of the strips into lanes, both sides of each."""
    for number in range(count):
        for band in range(BANDS):
            value = bands[strips[number], band, border]
            desk[place + band * LANES + 2 * number] = value
            desk[place + band * LANES + 2 * number + 1] = value


@fragment
def _gather_memory(count: int, strips: Ints, memories: Floats, desk: Floats) -> None:
    """Bring what the filters of the strips remember into lanes; those left over are flat."""
    for k in range(MEMORIES):
        for lane in range(LANES):
            strip = strips[min(lane // 2, count - 1)]
            held = memories[strip, lane % 2 * MEMORIES + k] if lane < 2 * count else f32(0.0)
            desk[MEMORY + k * LANES + lane] = held
    for band in range(2 * BANDS):
        for lane in range(2 * count, LANES):
            desk[HERE + band * LANES + lane] = f32(0.0)


@fragment
def _scatter_memory(count: int, strips: Ints, desk: Floats, memories: Floats) -> None:
    for lane in range(2 * count):
        for k in range(MEMORIES):
            value = desk[MEMORY + k * LANES + lane]
            memories[strips[lane // 2], lane % 2 * MEMORIES + k] = value


@fragment
def _end_tails(count: int, q: int, strips: Ints, buses: Ints, desk: Floats) -> int:
    """A bit for each strip that sounds in a quantum; filters that have died away are emptied."""
    sounding = 0
    for number in range(count):
        largest = f32(0.0)
        for lane in range(2 * number, 2 * number + 2):
            for k in range(MEMORIES):
                largest = max(largest, abs(desk[MEMORY + k * LANES + lane]))
        if is_sounding(buses, strips[number], q) != SILENT or largest >= f32(QUIETEST):
            sounding |= 1 << number
            continue
        for lane in range(2 * number, 2 * number + 2):
            for k in range(MEMORIES):
                desk[MEMORY + k * LANES + lane] = f32(0.0)
    return sounding


@fragment
def _read_tile(count: int, q: int, strips: Ints, buses: Ints, desk: Floats) -> None:
    """Turn a quantum of the strips' buses so that a vector holds one frame of each."""
    for t in range(0, QUANTUM, LANES):
        for lane in range(2 * count):
            strip = strips[lane // 2]
            source = (2 * strip + lane % 2) * STRIDE + q * QUANTUM + t
            x = read_bus(buses, source, is_sounding(buses, strip, q))
            store(desk, TURNED + lane * LANES, x)
        transpose(desk, TURNED, LANES, desk, TILE + t * LANES, LANES)


@fragment
def _write_tile(count: int, q: int, sounding: int, strips: Ints, desk: Floats, buses: Ints) -> None:
    """Turn a quantum back, into the buses that sound."""
    for t in range(0, QUANTUM, LANES):
        transpose(desk, TILE + t * LANES, LANES, desk, TURNED, LANES)
        for lane in range(2 * count):
            if sounding >> lane // 2 & 1:
                target = (2 * strips[lane // 2] + lane % 2) * STRIDE + q * QUANTUM + t
                store_int(buses, target, float_to_bits(load(desk, TURNED + lane * LANES)))
    for number in range(count):
        if sounding >> number & 1:
            buses[2 * strips[number] * STRIDE + SOUNDING + q] = i32(FLOATS)


@fragment
def _rise(desk: Floats, band: int) -> tuple[Vector, Vector, Vector]:
    """A gain when a quantum begins, its rise a frame, and 1 where it is not flat, else 0."""
    low, high = load(desk, HERE + band * LANES), load(desk, THERE + band * LANES)
    slope = (high - low) * splat(f32(1.0 / QUANTUM))
    largest = greater_of(magnitude(low), magnitude(high))
    return low, slope, where_less(splat(f32(0.0)), largest, splat(f32(1.0)), splat(f32(0.0)))


@fragment
def _is_flat(used: Vector) -> bool:
    return bool(largest_magnitude(float_to_bits(used)) == f32(0.0))


@fragment
def _forget(desk: Floats, memory: int) -> None:
    store(desk, MEMORY + memory * LANES, splat(f32(0.0)))


@fragment
def _low_shelf(desk: Floats) -> None:
    """Run the low shelves over the tile."""
    gain, slope, used = _rise(desk, LOW_RISE)
    if _is_flat(used):
        _forget(desk, 0)
        return
    pace, s = load(desk, HERE + LOW_PACE * LANES), load(desk, MEMORY)
    keep = splat(f32(1.0)) - pace
    for t in range(TILE, TILE + QUANTUM * LANES, LANES):
        x = load(desk, t)
        after = fma(keep, s, pace * x)
        store(desk, t, fma(gain, s + after, x))
        s, gain = after, gain + slope
    store(desk, MEMORY, s * used)


@fragment
def _bell(desk: Floats) -> None:
    """Run the bells over the tile.

    The trapezoidal state-variable filter (Simper 2013), its two states solved for the next ones.
    """
    gain, slope, used = _rise(desk, MID_RISE)
    if _is_flat(used):
        _forget(desk, 1)
        _forget(desk, 2)
        return
    one, two = splat(f32(1.0)), splat(f32(2.0))
    g, k = load(desk, HERE + MID_PACE * LANES), load(desk, HERE + MID_WIDTH * LANES)
    a1 = one / fma(g, g + k, one)
    a2 = g * a1
    own, other = two * a1 - one, two * a2
    second_own, second_in = one - two * g * a2, two * g * a2
    c, d = load(desk, MEMORY + LANES), load(desk, MEMORY + 2 * LANES)
    for t in range(TILE, TILE + QUANTUM * LANES, LANES):
        x = load(desk, t)
        band = fma(own, c, fnma(other, d, other * x))
        d = fma(other, c, fma(second_own, d, second_in * x))
        store(desk, t, fma(gain, c + band, x))
        c, gain = band, gain + slope
    store(desk, MEMORY + LANES, c * used)
    store(desk, MEMORY + 2 * LANES, d * used)


@fragment
def _high_shelf(desk: Floats) -> None:
    """Run the high shelves over the tile."""
    gain, slope, used = _rise(desk, HIGH_RISE)
    if _is_flat(used):
        _forget(desk, 3)
        return
    pace, h = load(desk, HERE + HIGH_PACE * LANES), load(desk, MEMORY + 3 * LANES)
    keep = splat(f32(1.0)) - pace
    for t in range(TILE, TILE + QUANTUM * LANES, LANES):
        x = load(desk, t)
        after = fma(keep, h, pace * x)
        store(desk, t, fma(gain, (x + x) - (h + after), x))
        h, gain = after, gain + slope
    store(desk, MEMORY + 3 * LANES, h * used)


@fragment
def _run_together(
    quanta: int,
    count: int,
    strips: Ints,
    bands: Floats,
    memories: Floats,
    desk: Floats,
    buses: Ints,
) -> None:
    """Filter a block of up to eight strips."""
    _gather_memory(count, strips, memories, desk)
    moved = True
    for q in range(quanta):
        moves = _moves(count, q, strips, bands)
        if moves or moved:
            _gather_bands(count, q, strips, bands, HERE, desk)
            _gather_bands(count, q + 1, strips, bands, THERE, desk)
        moved = moves
        sounding = _end_tails(count, q, strips, buses, desk)
        if sounding == 0:
            continue
        _read_tile(count, q, strips, buses, desk)
        _low_shelf(desk)
        _bell(desk)
        _high_shelf(desk)
        _write_tile(count, q, sounding, strips, desk, buses)
    _scatter_memory(count, strips, desk, memories)


@kernel
def equalise(
    quanta: int, bands: Floats, scratch: tuple[Ints, Floats], memories: Floats, buses: Ints
) -> None:
    """Equalise part buses in place.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    bands : (strips, 7, quanta + 1) float32
        For each strip, at each quantum border: pace of the low shelf, 0..2, and half of its gain
        less 1; pace and width (1 / Q) of the bell, and half of its gain less 1 times the width;
        pace of the high shelf, 0..2, and half of its gain less 1. A strip whose three gains are
        zero is left as it is.
    scratch : (8,) int32 and (`SCRATCH`,) float32
    memories : (strips, 8) float32, in/out
        Four of the left and four of the right side.
    buses : (strips * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`; what is filtered is left as floats.
    """
    strips, desk = scratch
    count = 0
    for strip in range(bands.shape[0]):
        if _is_in_use(quanta, strip, bands, memories, buses):
            strips[count] = i32(strip)
            count += 1
        if count == TOGETHER or (count > 0 and strip == bands.shape[0] - 1):
            _run_together(quanta, count, strips, bands, memories, desk, buses)
            count = 0
