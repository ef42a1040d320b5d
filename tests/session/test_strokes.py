"""Keys that a player strikes sound in the piece, from a line of the log to the next."""

import numpy as np
import pytest

from genmusic.errors import ControlError
from genmusic.names import PARTS
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.log import Change
from genmusic.session.strokes import STROKE, Stroke, read_stroke

ALONE = {"style": "evening", **{f"{part}.mute": True for part in PARTS if part != "melody"}}
SECOND = 48_000


@pytest.fixture(scope="module")
def library():
    return open_library()


def energy(library, log, seconds=3):
    """Of each second, with the strokes and without."""
    out = np.zeros((2, 2, seconds * SECOND), np.float32)
    for sound, lines in zip(out, (log, ()), strict=True):
        Engine(library, 7, ALONE, lines).render(sound)
    difference = (out[0] - out[1]).reshape(2, seconds, SECOND)
    return np.sqrt((difference**2).mean(axis=(0, 2)))


def test_a_key_sounds_until_it_is_let_go(library):
    struck = Change(SECOND // 2, STROKE, "60 100 organ")
    short = energy(library, [struck, Change(SECOND, STROKE, "60 0")])
    held = energy(library, [struck])

    assert short[1] > 0.001
    assert short[2] < 0.2 * held[2]


def test_a_stroke_is_read_as_it_is_written():
    for stroke in (Stroke(0, 0), Stroke(127, 127), Stroke(60, 1, "felt-piano")):
        assert read_stroke(stroke.text) == stroke


@pytest.mark.parametrize("value", ["", "60", "60 128", "128 1", "-1 4", "60 1 Piano!", None, 60.0])
def test_what_is_no_stroke_is_refused(value):
    with pytest.raises(ControlError, match="stroke must be"):
        read_stroke(value)
