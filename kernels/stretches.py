"""Voices whose frames are the lanes: one after the other, a stretch of quanta at a time.

What a voice gives lies in a row: the quantum before the stretch, the stretch, and what follows of
silence. Its bus takes the stretch the frames later by which the note starts inside its quantum.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Desk, Floats, Fragment, Held, Ints, Ramps, Roll
from kernels.buses import STEPS
from kernels.lanes import SIDES, measure
from kernels.rows import DELAYS, FADES, LEFT, PLACES, RIGHT, SAYS, add_sums, fade
from kernels.simd import LANES, load, splat, store, to_int
from kernels.turns import list_by_bus
from kernels.voices import BUS, LISTENER, QUANTUM, RELEASE, START, retire, vary

STRETCH = 32  # quanta at most; stretches end at whole multiples of it since the note began
FIRST = STRETCH // 2  # and there


@fragment
def begin_of(quantum: int) -> int:
    """Where in a row a quantum of the stretch is written."""
    return (quantum + 1) * QUANTUM


@fragment
def _bring(row: Floats, quantum: int) -> None:
    """Let a quantum of the stretch be the one before the next stretch."""
    for t in range(0, QUANTUM, LANES):
        store(row, t, load(row, begin_of(quantum) + t))


@fragment
def _silence(row: Floats, begin: int) -> None:
    for t in range(begin, begin + QUANTUM, LANES):
        store(row, t, splat(f32(0.0)))


@fragment
def _add(
    begin: int, quanta: int, delay: int, spans: Ints, sides: Floats, row: Floats, buses: Ints
) -> None:
    """Add quanta from one of a voice on to its bus, some frames later than they lie in the row."""
    left = splat(f32(sides[LEFT] * f32(STEPS)))
    right = splat(f32(sides[RIGHT] * f32(STEPS)))
    for quantum in range(quanta):
        t, number = (quantum + 1) * QUANTUM - delay, begin + quantum
        a, b = load(row, t), load(row, t + LANES)
        c, d = load(row, t + 2 * LANES), load(row, t + 3 * LANES)
        sums = (
            (to_int(a * left), to_int(b * left), to_int(c * left), to_int(d * left)),
            (to_int(a * right), to_int(b * right), to_int(c * right), to_int(d * right)),
        )
        place = int(spans[PLACES]) + number * QUANTUM
        add_sums(sums, place, int(spans[SAYS]) + number, buses)


@fragment
def _length(age: int, rest: int, holds: int) -> int:
    """How many quanta may be rendered in one go: all of them held, or none."""
    longest = min((FIRST - age) if age < FIRST else (STRETCH - age % STRETCH), rest)
    return int(min(longest, holds) if holds > 0 else longest)


@fragment
def fetch_nothing(slot: int, sizes: tuple[int, ...], held: Held) -> None:
    """Leave what is held of a voice where it is."""


def stretches_player(stretch: Fragment, fetch: Fragment = fetch_nothing) -> Fragment:
    """What renders a block of voices, one after the other; it is handed their sizes.

    ``stretch`` renders up to `STRETCH` quanta of a slot into a row, as `begin_of` says. It is told
    the sizes; how many quanta ago the voice started, whether what it works out for a block is to be
    worked out anew, how many quanta are asked for, and in how many it is let go, or was; and where
    in the ramps it is: listener, bus and quantum. ``fetch`` has the cache fetch what is held of the
    next voice meanwhile.
    """

    @fragment
    def play(
        sizes: tuple[int, ...],
        block: tuple[int, int],
        roll: Roll,
        held: Held,
        varied: Ints,
        ramps: Ramps,
        desk: Desk,
        buses: Ints,
    ) -> None:
        timing, places, row, spans = roll[0], roll[1], desk[4], desk[1]
        sides = desk[3][4][SIDES:]
        slots = desk[0][: list_by_bus(block, roll, desk)]
        for number in range(slots.shape[0]):
            slot = int(slots[number])
            if number + 1 < slots.shape[0]:
                fetch(int(slots[number + 1]), sizes, held)
            lasts = measure(0, slot, block, roll, desk)
            column = max(timing[slot, START] - block[0], 0)
            first_age = block[0] + column - timing[slot, START]
            gate = timing[slot, RELEASE] - timing[slot, START]
            delay, fades = int(spans[DELAYS]), int(spans[FADES])
            if first_age == 0:
                vary(slot, roll[2][slot], varied, sizes, held)
            _silence(row, 0)
            step = 0
            while step < lasts:
                age = first_age + step
                quanta = _length(age, lasts - step, gate - age)
                when = (age, step == 0 or age == gate, quanta, gate - age)
                where = (places[slot, LISTENER], places[slot, BUS], column + step)
                stretch(slot, sizes, when, where, ramps, held, desk[3], row)
                for quantum in range(max(fades - step, 0), quanta):
                    fade(0, begin_of(quantum), (step + quantum - fades) * QUANTUM, row)
                _add(step, quanta, delay, spans, sides, row, buses)
                _bring(row, quanta - 1)
                step += quanta
            if delay > 0:
                _silence(row, QUANTUM)
                _add(lasts, 1, delay, spans, sides, row, buses)
        retire(block[0] + block[1], timing, desk[2])

    return play
