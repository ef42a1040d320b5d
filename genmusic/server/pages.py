"""Pages of memory: those of a library that has done its work, and those that are to be large.

Kernels are loaded through LLVM, 50 MB of whose code are in memory then; nothing that plays uses it:
they are given back, and come again if it is called.

The processor knows by heart where some thousand pages lie, and looks each other one up. The music
of a hundred listeners is on more pages than that, of 4 KB each: in pages of 2 MB it takes 2 to 4 %
less time.
"""

from __future__ import annotations

import asyncio
import ctypes
import mmap
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COMPILER = "libllvmlite"
CODE, DATA = "r-xp", "rw-p"  # code is never written to, so what the file holds is all there is
HEAP = "[heap]"  # what the C library allocates; other memory has no name
DONT_NEED, LARGE, COLLAPSE = 4, 14, 25  # MADV_… of <sys/mman.h>
LARGE_BYTES = 2 << 20
FULLEST_SHARE = 0.5  # of a large page that is in memory already, for the rest to be worth it
JOIN_SECONDS = 30.0
MAPS = Path("/proc/self/maps")


def give_back_compiler() -> None:
    """Let the system have the pages of the compiler; elsewhere than on Linux do nothing."""
    if sys.platform != "linux":
        return
    for begin, end in _places(CODE, COMPILER):
        _advise(begin, end, DONT_NEED)


async def join_pages_for_ever() -> None:
    """Join them now and then: who comes brings new ones."""
    while True:
        await asyncio.sleep(JOIN_SECONDS)
        await asyncio.to_thread(join_pages)


def join_pages() -> None:
    """Have large pages where memory is in use; where the system has none do nothing."""
    if sys.platform != "linux":
        return
    for begin, end in _places(DATA, HEAP, ""):
        first, last = -(-begin // LARGE_BYTES), end // LARGE_BYTES
        if first < last:
            for one, other in _runs(_shares(first, last) >= FULLEST_SHARE):
                here = (first + one) * LARGE_BYTES, (first + other) * LARGE_BYTES
                _advise(*here, LARGE)
                _advise(*here, COLLAPSE)


def _shares(first: int, last: int) -> NDArray[np.float64]:
    """How much is in memory of each piece as long as a large page."""
    pages = np.zeros((last - first, LARGE_BYTES // mmap.PAGESIZE), np.uint8)
    begin, size = first * LARGE_BYTES, (last - first) * LARGE_BYTES
    _system().mincore(ctypes.c_void_p(begin), ctypes.c_size_t(size), pages.ctypes)
    share: NDArray[np.float64] = (pages & 1).mean(1)  # the other bits mean nothing
    return share


def _runs(wanted: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where those that are wanted begin and end."""
    borders = np.flatnonzero(np.diff(wanted, prepend=False, append=False)).tolist()
    yield from zip(borders[::2], borders[1::2], strict=True)


def _advise(begin: int, end: int, what: int) -> None:
    """Advise the system: where advice is not taken, nothing is lost."""
    _system().madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), what)


@cache
def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _places(rights: str, *names: str) -> Iterator[tuple[int, int]]:
    """Where memory lies that has these rights and comes of such a file; "" stands for none."""
    for line in MAPS.read_text().splitlines():
        span, given, _, _, _, *file = line.split(maxsplit=5)
        if given == rights:
            name = file[0].rpartition("/")[2] if file else ""
            if any(name.startswith(wanted) if wanted else not name for wanted in names):
                begin, end = span.split("-")
                yield int(begin, 16), int(end, 16)
