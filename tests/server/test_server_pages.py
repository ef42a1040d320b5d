import sys
from pathlib import Path

import llvmlite.binding
import pytest

from genmusic.server.pages import CODE, COMPILER, give_back_compiler

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
