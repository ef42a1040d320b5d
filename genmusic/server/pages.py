"""Pages of a library that has done its work: they are given back, and come again if it is called.

Kernels are loaded through LLVM, 50 MB of whose code are in memory then; nothing that plays uses it.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

COMPILER = "libllvmlite"
CODE = "r-xp"  # never written to, so what the file holds is all there is
DONT_NEED = 4  # MADV_DONTNEED of <sys/mman.h>
MAPS = Path("/proc/self/maps")


def give_back_compiler() -> None:
    """Let the system have the pages of the compiler; elsewhere than on Linux do nothing."""
    if sys.platform != "linux":
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for begin, end in _code_of(COMPILER):
        advise(begin, end - begin, DONT_NEED)  # advice: where it is not taken, nothing is lost


def _code_of(library: str) -> Iterator[tuple[int, int]]:
    """Where the code of a library lies in memory."""
    for line in MAPS.read_text().splitlines():
        span, rights, *_, file = line.split(maxsplit=5)
        if rights == CODE and library in Path(file).name:
            begin, end = span.split("-")
            yield int(begin, 16), int(end, 16)
