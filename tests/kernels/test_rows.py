"""What voices add to their buses stays within them, whenever in a block they sound."""

import ctypes
import mmap
import os

import numpy as np
import pytest
from voice_cases import render, start

from genmusic.synthesis.pools import KINDS, MAX_BLOCK_QUANTA, Pool
from genmusic.synthesis.readings import find_cook
from kernels.buses import STRIDE
from kernels.lanes import QUANTUM

PAGES_OF_A_BUS = -(-2 * STRIDE * 4 // mmap.PAGESIZE)
NO_ACCESS = 0
FIRST, LAST = (0, 4), (MAX_BLOCK_QUANTA - 1, 1)  # quanta of the block: where from, how many


def bus_with_nothing_behind():
    """A bus in the last pages before one that nobody may touch."""
    pages = mmap.mmap(-1, (PAGES_OF_A_BUS + 1) * mmap.PAGESIZE)
    bytes_ = np.frombuffer(pages, np.uint8)
    end = bytes_.ctypes.data + PAGES_OF_A_BUS * mmap.PAGESIZE
    assert not ctypes.CDLL(None).mprotect(ctypes.c_void_p(end), mmap.PAGESIZE, NO_ACCESS)
    return bytes_[: PAGES_OF_A_BUS * mmap.PAGESIZE].view(np.int32)[-2 * STRIDE :]


def dies(work):
    """Whether a process dies of some work."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


@pytest.mark.parametrize("patch", ["soft-lead", "upright-bass", "felt-piano"])
def test_a_note_at_the_end_of_a_block_beside_a_longer_one_touches_no_memory_but_its_bus(patch):
    cook = find_cook(patch)
    pool, still = Pool(KINDS[cook.kind]), np.zeros((1, MAX_BLOCK_QUANTA + 1), np.float32)
    notes = [(first * QUANTUM + 9, held * QUANTUM, 0, 1) for first, held in (FIRST, LAST)]
    start(pool, [(cook, 60, 90)] * len(notes), notes)
    buses = bus_with_nothing_behind()

    assert not dies(lambda: render(pool, 0, MAX_BLOCK_QUANTA, (still, still), buses))
