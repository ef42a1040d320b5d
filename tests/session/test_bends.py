"""The pitch wheel: keys that a player strikes are bent, in the piece as on the instrument."""

import numpy as np
import pytest

from genmusic.midi.messages import NOTE_ON, PITCH_BEND, Message
from genmusic.midi.strokes import Keyboard
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.log import Change
from genmusic.session.strokes import BEND, STROKE
from genmusic.units import QUANTUM

SECOND = 48_000
PLAYER = {"style": "evening", "tune_low": 0, "tune_high": 127}
PARTS_BESIDE = ("counter", "comp", "pad", "bass", "drums")
ALONE = PLAYER | {f"{part}.mute": True for part in PARTS_BESIDE}
STRUCK = Change(QUANTUM, STROKE, "69 100 organ")


@pytest.fixture(scope="module")
def library():
    return open_library()


def rendered(library, log, lengths=(SECOND,), seconds=3):
    """A key of an organ, in blocks of some lengths."""
    sound, done = np.empty((2, seconds * SECOND), np.float32), 0
    engine = Engine(library, 7, ALONE, log)
    while done < sound.shape[1]:
        for length in lengths:
            block = np.empty((2, min(length, sound.shape[1] - done)), np.float32)
            engine.render(block)
            sound[:, done : done + block.shape[1]] = block
            done += block.shape[1]
    return sound


def pitch_hz(sound):
    """The strongest partial around the A above middle C in the last second, to half a hertz."""
    spectrum = np.abs(np.fft.rfft(sound[0, -SECOND:] * np.hanning(SECOND), 2 * SECOND))
    return (700 + spectrum[700:1_200].argmax()) / 2


@pytest.mark.parametrize("semitones", [-2.0, 0.5, 2.0])
def test_a_bent_key_has_the_pitch_of_the_wheel(library, semitones):
    log = [STRUCK, Change(SECOND, BEND, semitones)]

    assert pitch_hz(rendered(library, log)) == pytest.approx(440 * 2 ** (semitones / 12), abs=1.0)


def test_a_bend_is_the_same_in_blocks_of_any_length(library):
    turns = [Change(SECOND + 5 * QUANTUM * n, BEND, (-1) ** n * n / 10) for n in range(20)]
    log = [STRUCK, *turns]

    whole = rendered(library, log, (3 * SECOND,))

    assert np.array_equal(rendered(library, log, (QUANTUM, 37 * QUANTUM, 9_600)), whole)
    assert not np.array_equal(rendered(library, [STRUCK]), whole)


def turned(keyboard, value):
    return keyboard.bend(Message(0, PITCH_BEND, value & 0x7F, value >> 7))


def test_the_wheel_is_told_of_where_it_can_be_heard():
    keyboard = Keyboard()
    keyboard.play_on(range(128))
    keyboard.hear(Message(0, NOTE_ON, 60, 100))

    told = [turned(keyboard, value) for value in (8192, 8200, 12_288, 12_290, 16_383, 8192)]

    assert told == [None, None, 1.0, None, pytest.approx(2.0, abs=0.001), 0.0]


def test_a_wheel_beside_silent_keys_bends_nothing():
    keyboard = Keyboard()

    assert turned(keyboard, 16_383) is None
