import mmap
import sys
from pathlib import Path

import llvmlite.binding
import numpy as np
import pytest

from genmusic.server.pages import CODE, COMPILER, LARGE_BYTES, give_back_compiler, join_pages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def resident_kilobytes(library):
    """What of a library's code is in memory."""
    sizes, inside = [], False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split()[0]:
            inside = library in line and line.split()[1] == CODE
        elif inside and line.startswith("Rss:"):
            sizes.append(int(line.split()[1]))
    return sum(sizes)


def test_the_pages_of_the_compiler_are_given_back_and_come_again():
    text = str(llvmlite.binding.parse_assembly("define void @f() {\nret void\n}"))
    before = resident_kilobytes(COMPILER)
    give_back_compiler()
    after = resident_kilobytes(COMPILER)
    assert before > 500
    assert after < 0.1 * before
    assert str(llvmlite.binding.parse_assembly(text)) == text
    assert resident_kilobytes(COMPILER) > after


def kilobytes(what):
    """What the process has in memory, of a kind that Linux counts."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{what}:"))
    return int(line.split()[1])


def memory(share):
    """Eight large pages, of each of which a share is in use."""
    place = mmap.mmap(-1, 9 * LARGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages = np.frombuffer(place, np.uint8)
    begin = -pages.ctypes.data % LARGE_BYTES
    pages = pages[begin : begin + 8 * LARGE_BYTES].reshape(8, -1)
    pages[:, : int(share * LARGE_BYTES)] = 7
    return pages


def test_pages_that_are_in_use_are_joined_and_hold_what_they_held():
    pages = memory(0.75)
    before = kilobytes("AnonHugePages")
    join_pages()
    if kilobytes("AnonHugePages") == before:
        pytest.skip("the system joins no pages when it is asked to")
    assert kilobytes("AnonHugePages") >= before + pages.nbytes // 1024
    assert pages.sum() == 7 * 0.75 * pages.size


def test_pages_that_are_hardly_in_use_take_no_more_memory():
    join_pages()
    pages = memory(0.25)
    before = kilobytes("Rss")
    join_pages()
    assert kilobytes("Rss") < before + pages.nbytes // 1024 // 4
