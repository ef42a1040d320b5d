"""Held keys and the chords they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genmusic.midi.chords import recognise
from genmusic.midi.held import HeldKeys
from genmusic.midi.messages import Message
from genmusic.names import PITCH_CLASSES, QUALITIES
from genmusic.score.harmony import Chord, read_chord


@pytest.mark.parametrize(
    ("keys", "symbol"),
    [
        ((60, 64, 67), "C"),
        ((64, 67, 72), "C"),
        ((57, 60, 64), "Am"),
        ((57, 60, 64, 67), "Am7"),
        ((55, 59, 65), "G7"),
        ((48, 55), "C"),
        ((48, 51), "Cm"),
        ((60, 65, 67), "Csus4"),
        ((58, 62, 65, 69), "Bbmaj7"),
        ((36, 52, 55, 60, 64), "C"),
    ],
)
def test_what_pianists_play_is_recognised(keys, symbol):
    assert recognise(keys).symbol == symbol


@given(st.sampled_from(range(12)), st.sampled_from(sorted(QUALITIES)))
def test_every_chord_in_root_position_is_itself_or_the_same_notes(root, quality):
    chord = Chord(root, quality)

    found = recognise(48 + root + step for step in QUALITIES[quality])

    assert set(found.pitch_classes) == set(chord.pitch_classes)
    assert found.root == root


@pytest.mark.parametrize("keys", [(), (60,), (48, 60, 72)])
def test_one_note_is_no_chord(keys):
    assert recognise(keys) is None


@pytest.mark.parametrize("root", PITCH_CLASSES)
@pytest.mark.parametrize("quality", QUALITIES)
def test_a_symbol_is_read_as_it_is_written(root, quality):
    assert read_chord(root + quality).symbol == root + quality


MESSAGES = st.builds(
    Message,
    time_ns=st.just(0),
    status=st.sampled_from([0x80, 0x81, 0x90, 0x91, 0xB0, 0xB1]),
    first=st.sampled_from([60, 61, 62, 64, 120, 123]),
    second=st.sampled_from([0, 1, 64, 127]),
    port=st.sampled_from([0, 1]),
)


@given(st.lists(MESSAGES, max_size=60))
def test_whatever_was_played_letting_go_of_keys_and_pedals_leaves_nothing(messages):
    keys = HeldKeys()
    for message in messages:
        keys.hear(message)

    for port in (0, 1):
        for channel in (0, 1):
            for pitch in range(128):
                keys.hear(Message(0, 0x80 | channel, pitch, 0, port))
            keys.hear(Message(0, 0xB0 | channel, 64, 0, port))

    assert not keys.pitches


def test_a_pedal_holds_a_key_that_was_let_go_and_struck_again():
    keys = HeldKeys()
    for status, first, second in ((0xB0, 64, 127), (0x90, 60, 90), (0x80, 60, 0), (0x90, 60, 80)):
        keys.hear(Message(0, status, first, second))
    assert keys.pitches == {60}
    keys.hear(Message(0, 0xB0, 64, 0))
    assert keys.pitches == {60}  # the hand still holds it
    keys.hear(Message(0, 0x90, 60, 0))
    assert not keys.pitches
