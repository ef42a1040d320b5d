"""Part buses as whole numbers, so that a sum does not depend on the order of its parts.

Float addition is not associative; the addition of int32 is. A bus counts in steps of 2^-23 of full
scale (-138 dB) up to 256 times full scale (48 dB above it), which no part with its bounded number
of voices reaches. Of each quantum a bus says whether it holds anything; if not, what stands there
is of a block before, and counts as silence.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Vector
from kernels.runs import Quantum
from kernels.simd import (
    LANES,
    bits_to_float,
    load_int,
    splat,
    store,
    store_int,
    to_float,
)
from kernels.voices import QUANTUM

STEPS = 2.0**23  # of a bus in full scale
MOST_QUANTA = 128  # in a block
MOST_FRAMES = MOST_QUANTA * QUANTUM
SOUNDING = MOST_FRAMES + QUANTUM  # where on the left side it says which quanta hold anything
STRIDE = SOUNDING + MOST_QUANTA + QUANTUM
"""Of one side of a bus: a block, what reaches into the next, and which quanta hold anything."""
REACHING = 2 * QUANTUM  # where in a tail it says whether it holds anything
TAIL = REACHING + LANES  # of what is left of a bus between two blocks
SILENT, WHOLE, FRACTIONS = 0, 1, 2
"""What a quantum of a bus may hold: nothing, whole steps, or steps as floats."""


@fragment
def is_sounding(buses: Ints, bus: int, quantum: int) -> int:
    """What a quantum of a bus holds: `SILENT`, `WHOLE` or `FRACTIONS`."""
    return int(buses[bus * 2 * STRIDE + SOUNDING + quantum])


@fragment
def _read_bus(buses: Ints, place: int) -> Vector:
    """Sixteen frames of a bus."""
    return to_float(load_int(buses, place)) * splat(f32(1.0 / STEPS))


@fragment
def read_quantum(buses: Ints, begin: int, held: int) -> Quantum:
    """Both sides of a quantum of a bus, in steps."""
    if held == SILENT:
        none = splat(f32(0.0))
        return none, none, none, none, none, none, none, none
    a, b = load_int(buses, begin), load_int(buses, begin + LANES)
    c, d = load_int(buses, begin + 2 * LANES), load_int(buses, begin + 3 * LANES)
    begin = begin + STRIDE
    e, f = load_int(buses, begin), load_int(buses, begin + LANES)
    g, h = load_int(buses, begin + 2 * LANES), load_int(buses, begin + 3 * LANES)
    if held == FRACTIONS:
        return (
            bits_to_float(a), bits_to_float(b), bits_to_float(c), bits_to_float(d),
            bits_to_float(e), bits_to_float(f), bits_to_float(g), bits_to_float(h),
        )  # fmt: skip
    return (
        to_float(a), to_float(b), to_float(c), to_float(d),
        to_float(e), to_float(f), to_float(g), to_float(h),
    )  # fmt: skip


@fragment
def turn_over(quanta: int, buses: Ints, bus: int) -> None:
    """Bring what reaches beyond a block to the beginning of the next, which else is silent."""
    said, begin = bus * 2 * STRIDE + SOUNDING, bus * 2 * STRIDE
    reaching = buses[said + quanta]
    for quantum in range(quanta + 1):
        buses[said + quantum] = SILENT
    buses[said] = reaching
    if reaching != SILENT:
        for t in range(begin, begin + QUANTUM, LANES):
            for side in range(t, t + 2 * STRIDE, STRIDE):
                store_int(buses, side, load_int(buses, side + quanta * QUANTUM))


@kernel
def drain_buses(quanta: int, buses: Ints, out: Floats) -> None:
    """Take a block from the buses, and leave in them what reaches into the next.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    buses : (buses * 2 * `STRIDE`,) int32, in/out
        In steps of 2^-23.
    out : (buses * 2 * frames,) float32, written in full
        Left then right of each bus.
    """
    frames = quanta * QUANTUM
    for bus in range(buses.shape[0] // (2 * STRIDE)):
        for quantum in range(quanta):
            held, place = is_sounding(buses, bus, quantum), quantum * QUANTUM
            for t in range(place, place + QUANTUM, LANES):
                for side in range(2 * bus, 2 * bus + 2):
                    x = splat(f32(0.0))
                    if held != SILENT:
                        x = _read_bus(buses, side * STRIDE + t)
                    store(out, side * frames + t, x)
        turn_over(quanta, buses, bus)


@fragment
def take_in_bus(bus: int, tails: Ints, buses: Ints) -> None:
    """Add to the beginning of a bus what the block before left over."""
    source, target = bus * TAIL, bus * 2 * STRIDE
    if tails[source + REACHING] == SILENT:
        return
    fresh = buses[target + SOUNDING] == SILENT
    buses[target + SOUNDING] = WHOLE
    for t in range(0, QUANTUM, LANES):
        left, right = load_int(tails, source + t), load_int(tails, source + QUANTUM + t)
        if not fresh:
            left = left + load_int(buses, target + t)
            right = right + load_int(buses, target + STRIDE + t)
        store_int(buses, target + t, left)
        store_int(buses, target + STRIDE + t, right)


@fragment
def hand_over_bus(bus: int, buses: Ints, tails: Ints) -> None:
    """Take what is left at the beginning of a bus, which is silent then."""
    source, target = bus * 2 * STRIDE, bus * TAIL
    tails[target + REACHING] = buses[source + SOUNDING]
    if buses[source + SOUNDING] == SILENT:
        return
    buses[source + SOUNDING] = SILENT
    for t in range(0, QUANTUM, LANES):
        store_int(tails, target + t, load_int(buses, source + t))
        store_int(tails, target + QUANTUM + t, load_int(buses, source + STRIDE + t))


@kernel
def take_in(tails: Ints, buses: Ints) -> None:
    """Add to a block what the one before left over.

    Parameters
    ----------
    tails : (buses * `TAIL`,) int32
        As `hand_over` leaves it.
    buses : (buses * 2 * `STRIDE`,) int32, in/out
        In whole steps.
    """
    for bus in range(tails.shape[0] // TAIL):
        take_in_bus(bus, tails, buses)


@kernel
def hand_over(buses: Ints, tails: Ints) -> None:
    """Take what is left at the beginning of buses, which are silent then, and free for others.

    Parameters
    ----------
    buses : (buses * 2 * `STRIDE`,) int32, in/out
        Turned over.
    tails : (buses * `TAIL`,) int32, written where anything is left
        A quantum of the left and of the right side, then whether they hold anything.
    """
    for bus in range(tails.shape[0] // TAIL):
        hand_over_bus(bus, buses, tails)
