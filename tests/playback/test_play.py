"""Music on a real sound server: what is heard, what is lost, what comes back."""

import threading
import time

import numpy as np
import pytest
from sound_server import recorder

from genmusic.cli import build_parser
from genmusic.cli.concert import opened
from genmusic.errors import DeviceError
from genmusic.playback import DeviceChoice, DeviceOutput, list_devices
from genmusic.playback.devices import Device, choose
from genmusic.playback.player import Player
from genmusic.session.clock import monotonic_seconds
from genmusic.session.closing import bars_within
from genmusic.session.engine import Engine
from genmusic.session.library import open_library

JACK = DeviceChoice(api="jack")
FADE = 2_048  # frames: a ring that opens fades in, and a server that begins to run free stutters


@pytest.fixture(scope="module")
def library():
    return open_library()


@pytest.fixture
def output(jack):
    output = DeviceOutput(JACK, jack.period, monotonic_seconds)
    yield output
    output.close()


def until(condition, output, seconds=60.0):
    """Look after the device until something holds."""
    end = time.monotonic() + seconds
    while not condition(output.look()):
        assert time.monotonic() < end, output.look()
        time.sleep(0.02)


def place_of(stretch, sound):
    """Where some frames lie in a recording."""
    starts = np.flatnonzero(sound[0] == stretch[0, 0])
    size = stretch.shape[1]
    return next(int(s) for s in starts if np.array_equal(sound[:, s : s + size], stretch))


def test_what_is_heard_is_what_the_engine_rendered_to_the_last_bit(output, library):
    until(lambda report: report.state == "working", output)
    player = Player(Engine(library, 7), output.ring, ahead_seconds=1.3)
    player.pause(True)
    player.start()
    until(lambda _: output.ring.ahead_frames > 60_000, output)
    player.stop()
    with recorder(60.0) as (client, heard):
        client.set_freewheel(True)  # as fast as it goes, and nobody can be late
        until(lambda _: heard().shape[1] > 100_000, output)
        player.pause(False)
        until(lambda _: output.ring.played > 60_000, output)
        client.set_freewheel(False)
    wanted = np.zeros((2, 60_032), np.float32)
    Engine(library, 7).render(wanted)

    sound = heard()
    start = place_of(wanted[:, 30_000:30_064], sound) - 30_000
    same = sound[:, start + FADE : start + 60_000] == wanted[:, FADE:60_000]

    assert same.all(), f"{(~same).sum()} samples differ"
    assert np.abs(sound).max() > 0.01


def test_a_busy_python_does_not_interrupt_the_music(output, library):
    player = Player(Engine(library, 7), output.ring, ahead_seconds=0.5)
    player.start()
    until(lambda report: report.state == "working" and output.ring.ahead_frames > 20_000, output)
    short, stop = output.ring.short_frames, threading.Event()

    def burn():
        while not stop.is_set():
            sum(range(10_000))

    burner = threading.Thread(target=burn)
    burner.start()
    until(lambda _: output.ring.played > 100_000, output)
    stop.set()
    burner.join()
    player.stop()

    assert output.ring.short_frames == short


def test_a_sound_server_that_dies_is_noticed_and_its_return_too(jack, output, library):
    player = Player(Engine(library, 7), output.ring)
    player.start()
    until(lambda report: report.state == "working" and output.ring.played > 5_000, output)

    jack.stop()
    until(lambda report: report.state == "lost", output, 3.0)
    heard_before = output.ring.played
    jack.start()
    back = time.monotonic()
    until(lambda report: report.state == "working", output)

    assert time.monotonic() - back < 5.0  # two seconds on a machine with nothing else to do
    until(lambda _: output.ring.played > heard_before, output)
    player.stop()


def test_pause_falls_silent_and_plays_on_where_it_was(output, library):
    player = Player(Engine(library, 7), output.ring)
    player.start()
    until(lambda _: output.ring.played > 48_000, output)

    player.pause(True)
    with recorder(3.0) as (_client, heard):
        until(lambda _: heard().shape[1] > 30_000, output)
        at_rest = output.ring.played
        assert not heard()[:, 10_000:].any()
        until(lambda _: heard().shape[1] > 60_000, output)
        assert output.ring.played == at_rest
        player.pause(False)
        until(lambda _: output.ring.played > at_rest + 10_000, output)
    player.stop()


def test_panic_forgets_what_was_rendered(output, library):
    player = Player(Engine(library, 7), output.ring)
    player.start()
    until(lambda _: output.ring.played > 20_000, output)

    player.panic()
    written = output.ring.played + output.ring.ahead_frames

    until(lambda _: output.ring.played >= written - 600, output)  # at once, not in real time
    player.stop()


def test_the_devices_are_listed_with_their_interface(jack):
    assert [d.api for d in list_devices() if "JACK" in d.api] == ["JACK Audio Connection Kit"]


DEVICES = (
    Device(0, "HDA Analog", "ALSA", 2, False),
    Device(1, "default", "ALSA", 2, True),
    Device(2, "system", "JACK Audio Connection Kit", 2, True),
)


def test_music_that_is_to_close_in_time_knows_its_last_bar(jack, library):
    asked = build_parser().parse_args(
        ["play", "--api", "jack", "--seed", "7", "--seconds", "20", "--ending"]
    )
    with opened(asked, closing_seconds=asked.seconds) as (hands, _output):
        bars = hands.player.controls()["length_bars"]

    assert bars == bars_within(library, 7, {}, 20) > 2


@pytest.mark.parametrize(
    ("choice", "number"),
    [
        (DeviceChoice(), 2),
        (DeviceChoice("analog"), 0),
        (DeviceChoice("0"), 0),
        (DeviceChoice(api="alsa"), 1),
    ],
)
def test_a_device_is_chosen_by_number_by_name_or_as_the_interface_likes(choice, number):
    assert choose(DEVICES, choice).number == number


def test_a_device_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(DeviceError, match=r"no sound device matches 'radio'; there are: 0 HDA"):
        choose(DEVICES, DeviceChoice("radio"))


def test_a_machine_without_a_device_is_told_whom_to_ask():
    with pytest.raises(DeviceError, match="genmusic doctor"):
        choose((), DeviceChoice())
