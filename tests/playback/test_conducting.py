"""Knobs, buttons and a clock, through a real port, move the music that plays."""

import time

import numpy as np
import pytest
from sound_server import recorder

from genmusic.midi.input import MidiInput
from genmusic.midi.maps import Button, Knob, MidiMap
from genmusic.midi.zones import Zone
from genmusic.playback import DeviceChoice, DeviceOutput
from genmusic.playback.conducting import Conducting
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.playback.places import Places
from genmusic.playback.player import Player
from genmusic.session.clock import monotonic_seconds
from genmusic.session.engine import Engine
from genmusic.session.library import open_library

rtmidi = pytest.importorskip("rtmidi")
LEFT_HAND = Zone(role="harmony", low=24, high=59)
RIGHT_HAND = Zone(role="melody", low=60)
MAP = MidiMap(
    title="test",
    port="keys",
    knobs=(Knob(cc=20, control="valence", takeover="none"),),
    buttons=(Button(cc=41, does="pause"),),
)


@pytest.fixture
def stage(jack):
    """A player on a device, conducted from a port named keys."""
    library = open_library()
    output = DeviceOutput(DeviceChoice(api="jack"), jack.period, monotonic_seconds)
    player = Player(Engine(library, 7), output.ring)
    player.start()
    midi = MidiInput(["keys"], monotonic_seconds)
    hands, clock = Hands(player, library), FrameClock()
    conducting = Conducting(midi, hands, [MAP], Places(player, clock), [LEFT_HAND, RIGHT_HAND])
    keyboard = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keys")
    keyboard.open_virtual_port("out")

    def until(condition, seconds=60.0):
        end = time.monotonic() + seconds
        while not condition():
            output.look()
            midi.look()
            clock.see(player.heard_frame, time.monotonic_ns())
            conducting.turn()
            assert time.monotonic() < end
            time.sleep(0.005)

    until(lambda: any("keys" in name for name in midi.ports.values()) and output.ring.played > 0)
    yield hands, conducting, keyboard, until, output
    keyboard.close_port()
    keyboard.delete()
    player.stop()
    midi.close()
    output.close()


def test_a_knob_moves_its_control_and_a_program_change_the_style(stage):
    hands, _conducting, keyboard, until, _output = stage

    keyboard.send_message([0xB0, 20, 127])
    until(lambda: hands.player.controls()["valence"] == 1.0)
    keyboard.send_message([0xC0, 1])
    until(lambda: hands.player.controls()["style"] == hands.styles[1])


def test_a_button_is_heard_as_silence_and_again_as_music(stage):
    hands, _conducting, keyboard, until, output = stage
    until(lambda: output.ring.played > 96_000)

    keyboard.send_message([0xB0, 41, 127])
    until(lambda: hands.paused)
    with recorder(4.0) as (_client, heard):
        until(lambda: heard().shape[1] > 60_000)
        assert not heard()[:, 40_000:].any()
        keyboard.send_message([0xB0, 41, 0])
        keyboard.send_message([0xB0, 41, 127])
        until(lambda: np.abs(heard()[:, 60_000:]).max(initial=0.0) > 0.001)


def test_a_knob_is_learned_from_its_next_turn(stage):
    hands, conducting, keyboard, _until, _output = stage
    learned = []
    conducting.learn("tension")

    keyboard.send_message([0xB0, 74, 9])
    end = time.monotonic() + 60.0
    while not learned:
        learned += conducting.turn()
        assert time.monotonic() < end
        time.sleep(0.01)

    assert (learned[0].knob.cc, learned[0].knob.control) == (74, "tension")
    assert hands.player.controls()["tension"] == 0.2


def test_a_held_chord_is_the_harmony_of_a_bar_that_comes_and_letting_go_gives_it_back(stage):
    hands, _conducting, keyboard, until, _output = stage

    for pitch in (45, 48, 52):
        keyboard.send_message([0x90, pitch, 90])
    until(lambda: hands.player.controls()["chord"] == "Am")
    until(lambda: any(
        [span.chord.symbol for span in bar.bar.chords] == ["Am"] for bar in hands.player.take_bars()
    ))  # fmt: skip
    for pitch in (45, 48, 52):
        keyboard.send_message([0x80, pitch, 0])
    until(lambda: hands.player.controls()["chord"] is None)


def test_a_key_of_the_right_hand_takes_the_tune_and_the_melody_rests(stage):
    hands, _conducting, keyboard, until, _output = stage

    keyboard.send_message([0x90, 72, 90])
    until(lambda: hands.player.controls()["tune_low"] is not None)
    until(lambda: any(bar.parameters.tune for bar in hands.player.take_bars()))

    low, high = (hands.player.controls()[name] for name in ("tune_low", "tune_high"))
    assert low < 72 < high


def test_keys_outside_the_zone_do_not_lead(stage):
    hands, conducting, keyboard, until, _output = stage
    heard = conducting.heard

    for pitch in (72, 76, 79):
        keyboard.send_message([0x90, pitch, 90])
    until(lambda: conducting.heard >= heard + 3)
    time.sleep(0.06)
    until(lambda: True)

    assert hands.player.controls()["chord"] is None
