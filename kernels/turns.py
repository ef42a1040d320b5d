"""In which turn voices are played: those of a bus after each other.

Memory is what a bus costs, and so it is begun once and stays in the cache. A rack has a hundred
buses and up to two hundred voices of a kind: putting each in its place among all others took as
long as a fifth of playing them, so they are counted first.
"""

from __future__ import annotations

from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Desk, Ints, Roll
from kernels.lanes import quanta_here, sort_by_bus
from kernels.voices import BUS

COUNTED_BUSES = 128  # those beyond it are put in their places one by one


@fragment
def _list_sounding(block: tuple[int, int], roll: Roll, listed: Ints) -> int:
    """Write the slots that sound in a block as they lie; how many there are."""
    timing, count = roll[0], 0
    for slot in range(timing.shape[0]):
        if quanta_here(slot, block, timing) > 0:
            listed[count] = i32(slot)
            count += 1
    return count


@fragment
def list_by_bus(block: tuple[int, int], roll: Roll, desk: Desk) -> int:
    """Write the slots that sound in a block, bus after bus, as they lie; how many there are.

    Where they end is written later: until then it holds them as they lie.
    """
    order, begins, listed, places = desk[0], desk[1], desk[2], roll[1]
    count, last = _list_sounding(block, roll, listed), COUNTED_BUSES - 1
    for bus in range(COUNTED_BUSES + 1):
        begins[bus] = i32(0)
    for place in range(count):
        begins[min(places[listed[place], BUS], last) + 1] += i32(1)
    for bus in range(COUNTED_BUSES):
        begins[bus + 1] += begins[bus]
    for place in range(count):
        bus = min(places[listed[place], BUS], last)
        order[begins[bus]] = listed[place]
        begins[bus] += i32(1)
    sort_by_bus(order[:count], places)
    return count


@fragment
def sort_by_note(slots: Ints, roll: Roll) -> None:
    """Bring voices that lie bus after bus in the order of their notes there."""
    places, numbers = roll[1], roll[3]
    for lane in range(1, slots.shape[0]):
        slot, here = slots[lane], lane
        bus, number = places[slot, BUS], numbers[slot]
        while here > 0 and (
            places[slots[here - 1], BUS] == bus and numbers[slots[here - 1]] > number
        ):
            slots[here] = slots[here - 1]
            here -= 1
        slots[here] = slot
