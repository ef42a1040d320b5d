"""What a listener takes of memory, as docs/operating.md says it."""

import re
import weakref
from pathlib import Path

import numpy as np
import pytest

from genmusic.mixing.rings import RingBank
from genmusic.mixing.spaces import HALL, ROOM
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.stills import Still, freeze
from kernels import choruses, delays

BOOK = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
BANKS = {
    "delay lines of the echo": ((delays.RING,), (delays.RING,)),
    "… of the hall": (HALL.rings, HALL.held),
    "… of the room": (ROOM.rings, ROOM.held),
    "… of the chorus": ((choruses.RING,) * 2, (choruses.HELD,) * 2),
}


def written_kb(name):
    """The largest number of a row, for Opus."""
    row = re.search(rf"^\| {name} \| ([^|]*) \|", BOOK, re.MULTILINE)
    return max(map(int, re.findall(r"\d+", row[1])))


@pytest.mark.parametrize("name", BANKS)
def test_delay_lines_take_what_is_written(name):
    bank = RingBank(16, *BANKS[name])

    assert round(bank.frames.nbytes / 16 / 1e3) == written_kb(name)


@pytest.fixture(scope="module")
def library():
    return open_library()


@pytest.fixture
def engine(library):
    """Somebody at rest, of whom every effect sounds."""
    engine = Engine(library, 7, {"style": "ambient"}, rests=True)
    with engine.at_work():
        engine.render(np.empty((2, 4 * 48_000), np.float32))
    return engine


def test_a_moment_takes_no_more_than_is_written(engine):
    echo = engine.moment().sound.console.rings[1][0]

    assert echo.size == delays.RING  # it sounds
    still = Still(engine.moment(), np.zeros((2, 0), np.float32), ())
    assert len(freeze(still)) <= 1e3 * written_kb("a moment to go back to")


def test_who_plays_holds_no_second_copy_of_what_sounds(engine):
    at_rest = weakref.ref(engine.moment().sound.console.rings[1][0])
    assert at_rest() is not None

    with engine.at_work():
        assert at_rest() is None
