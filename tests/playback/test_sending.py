"""The parts as MIDI: every note once, in time with the sound, and none that hangs."""

import re
import time

import numpy as np
import pytest

from genmusic.midi.messages import Message
from genmusic.midi.outlet import MidiOutlet
from genmusic.playback import DeviceChoice, DeviceOutput
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.playback.player import Player
from genmusic.playback.score_sender import ScoreSender, Sending
from genmusic.session.clock import monotonic_seconds
from genmusic.session.engine import Engine
from genmusic.session.library import open_library

rtmidi = pytest.importorskip("rtmidi")
SECOND = 10**9


class Written:
    """An outlet that keeps what it is given."""

    def __init__(self):
        self.messages = []

    def send(self, message):
        self.messages.append(message)

    def silence(self):
        self.messages.clear()


@pytest.fixture(scope="module")
def library():
    return open_library()


def clock_at(frame, now_ns):
    clock = FrameClock()
    clock.see(frame, now_ns)
    return clock


def now_at(frame):
    return frame * SECOND // 48_000


def bars_of(library, seconds, changes=()):
    engine, bars = Engine(library, 7, {"arousal": 0.8}), []
    block = np.zeros((2, 480 * 64), np.float32)
    for number in range(int(seconds / 0.64)):
        if number in dict(changes):
            engine.set_controls(dict(changes)[number])
        engine.render(block)
        bars += engine.take_bars()
    return bars


def sent(library, bars, sends_clock=False, seconds=30):
    """Everything that leaves, when the bars come as they are composed."""
    outlet = Written()
    sender = ScoreSender(
        outlet,
        lambda name: {k: p.patch for k, p in library.style(name).parts.items()},
        sends_clock=sends_clock,
    )
    waiting = sorted(bars, key=lambda bar: bar.start_frame)
    for hundredth in range(seconds * 100):
        now = hundredth * SECOND // 100
        while waiting and waiting[0].start_frame <= now * 48_000 // SECOND + 7_200:
            sender.add(waiting.pop(0))
        sender.turn(clock_at(now * 48_000 // SECOND, now), now)
    return outlet.messages


def test_every_note_is_struck_once_at_its_frame_and_let_go(library):
    bars = bars_of(library, 20)
    messages = sent(library, bars)

    struck = [(m.time_ns, m.first, m.second) for m in messages if m.kind == 0x90]
    wanted = [
        (start * SECOND // 48_000, pitch, velocity)
        for bar in bars
        for (pitch, velocity), (start, _) in zip(
            bar.bar.notes[["pitch", "velocity"]].tolist(), bar.note_frames.tolist(), strict=True
        )
    ]
    assert sorted(struck) == sorted(wanted)
    held = set()
    for message in sorted(messages, key=lambda m: m.time_ns):
        key = (message.channel, message.first)
        if message.kind == 0x90:
            assert key not in held
            held.add(key)
        elif message.kind == 0x80:
            held.discard(key)
    assert not held


def test_a_tempo_that_changes_inside_a_bar_moves_what_is_not_yet_sent(library):
    bars = bars_of(library, 12, changes=[(n, {"tempo_bpm": 60.0 + 9 * n}) for n in range(4, 14)])
    assert len(bars) > len({bar.start_frame for bar in bars})  # one came again

    messages = sent(library, bars)

    keys = [(m.time_ns, m.channel, m.first) for m in messages if m.kind == 0x90]
    assert len(keys) == len(set(keys))


def test_twenty_four_clocks_go_with_each_beat(library):
    bars = bars_of(library, 20)

    times = [m.time_ns for m in sent(library, bars, sends_clock=True) if m.status == 0xF8]

    beats = [frame for bar in bars for frame in bar.beat_frames]
    assert len(times) == 24 * len(beats)
    assert set(np.array(beats) * SECOND // 48_000) <= set(times)


def test_others_run_from_the_next_sixteenth_when_the_music_goes_on(library):
    outlet, bars = Written(), bars_of(library, 20)
    sender = ScoreSender(outlet, lambda _: {}, sends_clock=True)
    for bar in bars:
        sender.add(bar)
    sender.turn(clock_at(0, 0), 0)
    assert [m.status for m in outlet.messages if m.status >= 0xF0][:2] == [0xFA, 0xF8]

    beat = bars[2].beat_frames[1]
    paused_at = beat + (bars[2].beat_frames[2] - beat) // 3  # between two sixteenths
    for frame in range(0, paused_at, 480):
        sender.turn(clock_at(frame, now_at(frame)), now_at(frame))
    waiting = [m for m in outlet.messages if m.time_ns > now_at(paused_at)]
    assert waiting  # they were handed on, and have not left when all is dropped
    sender.pause(now_at(paused_at))
    outlet.messages.clear()
    for frame in range(paused_at, paused_at + 24_000, 480):
        sender.turn(clock_at(frame, now_at(frame)), now_at(frame))

    said = [(m.status, m.first | m.second << 7) for m in outlet.messages if m.status >= 0xF0]
    begins = said.index((0xFB, 0))
    position = said[begins - 1]
    assert position[0] == 0xF2
    assert position[1] == 4 * (bars[2].song_beat + 1) + 2
    assert (0xF2, position[1]) not in said[begins:]
    again = [(m.time_ns, m.status, m.first) for m in outlet.messages]
    assert all((m.time_ns, m.status, m.first) in again for m in waiting if m.kind != 0x80)


def test_a_program_goes_out_once_for_each_part(library):
    programs = [m for m in sent(library, bars_of(library, 8)) if m.kind == 0xC0]

    assert len(programs) == len({m.channel for m in programs})


def test_what_will_not_be_heard_is_not_sent_either(library):
    outlet, bars = Written(), bars_of(library, 20)
    sender = ScoreSender(outlet, lambda _: {}, sends_clock=False)
    for bar in bars:
        sender.add(bar)

    sender.jump_to(bars[-1].start_frame, 0)
    sender.add(bars[-1])
    for now in range(0, 30 * SECOND, SECOND // 10):
        sender.turn(clock_at(now * 48_000 // SECOND, now), now)

    struck = [m for m in outlet.messages if m.kind == 0x90]
    assert len(struck) == len(bars[-1].bar.notes)


def test_the_freshest_position_says_when_a_frame_is_heard():
    clock = FrameClock()
    for look in range(100):  # a device that asks for 1024 frames at a time, looked at each 10 ms
        now = look * SECOND // 100
        clock.see(now * 48_000 // SECOND // 1024 * 1024, now)

    assert clock.time_of(48_000) == pytest.approx(SECOND, abs=3e6)


def test_on_a_real_port_notes_leave_within_two_milliseconds_of_their_time(jack):
    outlet, heard = MidiOutlet("", monotonic_seconds), []
    listener = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="synth")
    listener.set_callback(lambda event, _: heard.append((time.monotonic_ns(), event[0])))
    end = time.monotonic() + 60
    while not any("genmusic:out" in name for name in listener.get_ports()):
        outlet.look()
        assert time.monotonic() < end
        time.sleep(0.02)
    ports = listener.get_ports()
    listener.open_port(next(n for n, name in enumerate(ports) if "genmusic:out" in name))
    begin = time.monotonic_ns() + SECOND // 2
    due = [begin + k * 7 * SECOND // 1000 for k in range(300)]
    for number, when in enumerate(due):
        outlet.send(Message(when, 0x90, number % 128, 1 + number // 128))
    while len(heard) < len(due):
        assert time.monotonic() < end + 10
        time.sleep(0.02)
    listener.close_port()
    listener.delete()
    outlet.close()

    late_ms = (np.array([t for t, _ in heard]) - due) / 1e6
    period_ms = 256 / 48
    assert [data[1] for _, data in heard] == [n % 128 for n in range(300)]
    assert np.median(late_ms) < 2.0 + 2 * period_ms


def test_gear_that_is_unplugged_is_said_and_played_again_when_it_is_back(jack):
    heard, outlet = [], MidiOutlet("synth", monotonic_seconds)

    def plug_in():
        gear = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="synth")
        gear.set_callback(lambda event, _: heard.append(tuple(event[0])))
        gear.open_virtual_port("in")
        return gear

    def until(condition):
        end = time.monotonic() + 60
        while not condition(outlet.look()):
            assert time.monotonic() < end, outlet.look()
            time.sleep(0.02)

    gear = plug_in()
    until(lambda report: report.state == "working")
    gear.close_port()
    gear.delete()
    until(lambda report: report.state == "lost")
    assert re.search(r"synth:in is gone|no MIDI port matches", outlet.look().text)

    gear, back = plug_in(), time.monotonic()
    until(lambda report: report.state == "working")
    assert time.monotonic() - back < 5.0  # two seconds on a machine with nothing else to do
    outlet.send(Message(time.monotonic_ns(), 0x90, 60, 100))
    until(lambda _: (0x90, 60, 100) in heard)
    gear.close_port()
    gear.delete()
    outlet.close()


def test_a_pause_lets_go_of_every_note_of_the_gear(jack, library):
    output = DeviceOutput(DeviceChoice(api="jack"), jack.period, monotonic_seconds)
    player = Player(Engine(library, 7), output.ring)
    hands, outlet, heard = Hands(player, library), MidiOutlet("", monotonic_seconds), []
    heard_at = FrameClock()
    sending = Sending(ScoreSender(outlet, hands.patches, sends_clock=True), hands, heard_at)
    listener = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="synth")
    listener.ignore_types(timing=False)
    listener.set_callback(lambda event, _: heard.append(tuple(event[0])))
    end = time.monotonic() + 60

    def until(condition):
        while not condition():
            output.look()
            outlet.look()
            heard_at.see(player.heard_frame, time.monotonic_ns())
            sending.turn()
            assert time.monotonic() < end
            time.sleep(0.005)

    until(lambda: any("genmusic:out" in name for name in listener.get_ports()))
    ports = listener.get_ports()
    listener.open_port(next(n for n, name in enumerate(ports) if "genmusic:out" in name))
    player.start()
    until(lambda: sum(data[0] & 0xF0 == 0x90 for data in heard) > 5)
    hands.act("pause")
    until(lambda: (0xFC,) in heard and (0xB9, 123, 0) in heard)
    hands.act("pause")
    until(lambda: (0xFB,) in heard)
    player.stop()
    listener.close_port()
    listener.delete()
    outlet.close()
    output.close()
