"""Real ports on a real server: opened, lost, opened again; nothing that was sent is lost."""

import time

import pytest

from genmusic.midi.events import EVENTS, EventReader, create_events
from genmusic.midi.input import MidiInput
from genmusic.midi.messages import Message
from genmusic.session.clock import monotonic_seconds

rtmidi = pytest.importorskip("rtmidi")


class Keyboard:
    """A port that another program sends from."""

    def __init__(self, name):
        self._out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=name)
        self._out.open_virtual_port("out")

    def send(self, *data):
        self._out.send_message(data)

    def unplug(self):
        self._out.close_port()
        self._out.delete()


@pytest.fixture
def midi(jack):
    inputs = []

    def listen(*patterns):
        inputs.append(MidiInput(patterns, monotonic_seconds))
        return inputs[-1]

    yield listen
    for each in inputs:
        each.close()


def until(condition, midi, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        report = midi.look()
        assert time.monotonic() < end, (report, midi.ports)
        time.sleep(0.01)


def take(midi, count):
    messages = []
    until(lambda: messages.extend(midi.take()[0]) or len(messages) >= count, midi)
    return messages


def names(midi):
    return " ".join(midi.ports.values())


def test_every_message_of_a_burst_arrives_in_order(midi):
    keyboard, listening = Keyboard("keys"), midi("keys")
    until(lambda: "keys" in names(listening), listening)

    for number in range(1500):
        keyboard.send(0x90, number % 128, 1 + number // 128)

    notes = [(m.first, m.second) for m in take(listening, 1500)]
    assert notes == [(n % 128, 1 + n // 128) for n in range(1500)]


def test_only_ports_that_were_asked_for_are_opened(midi):
    wanted, other = Keyboard("Keystep 37"), Keyboard("nanoPAD2")
    listening = midi("keystep")
    until(lambda: "Keystep" in names(listening), listening)

    other.send(0x90, 60, 100)
    wanted.send(0x90, 61, 100)

    assert [m.first for m in take(listening, 1)] == [61]


def test_a_port_that_comes_back_is_opened_again_under_its_number(midi):
    keyboard, listening = Keyboard("keys"), midi("keys")
    until(lambda: "keys" in names(listening), listening)
    ports = listening.ports

    keyboard.unplug()
    until(lambda: "keys" not in names(listening), listening)
    keyboard = Keyboard("keys")
    until(lambda: "keys" in names(listening), listening)
    keyboard.send(0xB0, 20, 5)

    assert listening.ports == ports
    assert listening.ports[take(listening, 1)[0].port].startswith("keys")


def test_a_midi_system_that_dies_is_said_and_its_return_is_noticed(jack, midi):
    listening = midi("keys")
    until(lambda: listening.look().state == "working", listening)

    jack.stop()
    until(lambda: listening.look().state == "lost", listening)
    assert any(word in listening.look().text for word in ("is gone", "no MIDI system", "silent"))
    jack.start()
    keyboard = Keyboard("keys")
    until(lambda: "keys" in names(listening) and listening.look().state == "working", listening)
    keyboard.send(0x90, 60, 1)

    assert take(listening, 1)[-1].first == 60


def test_a_reader_that_falls_behind_is_told_so():
    ring = create_events()
    reader = EventReader(ring)
    for number in range(EVENTS + 10):
        ring.write(Message(number, 0x90, number % 128, 1))

    messages, lost = reader.take()

    assert lost
    assert messages[-1].time_ns == EVENTS + 9
    assert reader.take() == ([], False)
    ring.remove()


def test_a_message_is_read_as_it_was_written():
    ring = create_events()
    written = Message(time_ns=1 << 60, status=0xEF, first=127, second=126, port=200)
    ring.write(written)

    assert ring.read(0) == written
    ring.remove()
