"""A performance takes its own minutes and tells a room of them, over a line that may break."""

import asyncio
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from performer import MINT, token_for
from radio import UNPACED

from genmusic.cli.room_line import RoomLine
from genmusic.encoding import open_stream_encoder
from genmusic.midi.events import create_events
from genmusic.midi.messages import (
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCH_BEND,
    SUSTAIN,
    Message,
)
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.playback.minutes import MARGIN_FRAMES, Minutes
from genmusic.playback.player import BLOCK_QUANTA, Player
from genmusic.playback.ring import create_ring
from genmusic.server.stream import LISTENERS
from genmusic.session.engine import Engine
from genmusic.session.library import open_library, read_styles_again
from genmusic.session.log import Change
from genmusic.units import QUANTUM
from kernels.playout import PLAYED

BLOCK = BLOCK_QUANTA * QUANTUM
AHEAD = 15  # blocks that a player is ahead of the ear
NS = 1_000_000_000
PLAYED_KEYS = range(48, 128)
RAIN = 'title = "Rain"\nextends = "evening"\nparts.comp.patch = "harp"\n'


class Stage:
    """A performer whose device and hands are moved by the test."""

    def __init__(self, library, **begins):
        self.ring, self.events = create_ring(), create_events()
        self.player = Player(Engine(library, 7, begins, follows_edits=bool(begins)), self.ring)
        self.hands = Hands(self.player, library)
        self.heard = FrameClock()
        self.minutes = Minutes(self.hands, self.heard, self.events)
        for _ in range(AHEAD):
            self.player.render_block()

    def hear(self, blocks):
        """Let the device play on."""
        for _ in range(blocks):
            self.player.render_block()
            self.ring.words[PLAYED] += BLOCK
            self.heard.see(self.ring.played, self.ring.played * NS // 48_000)
            self.minutes.turn(PLAYED_KEYS)

    def press(self, status, first, second=0):
        time_ns = self.heard.time_of(self.ring.played) + 1_000_000
        self.events.write(Message(time_ns, status, first, second))

    def close(self):
        self.ring.remove()
        self.events.remove()


@pytest.fixture
def on_stage(library):
    stage = Stage(library)
    yield stage
    stage.close()


@pytest.fixture
def rain(tmp_path):
    """A style that the server does not know."""
    path = tmp_path / "rain.toml"
    path.write_text(RAIN)
    return path


@pytest.fixture
def own_stage(rain):
    stage = Stage(open_library(rain.parent), style="rain")
    yield stage
    stage.close()


@pytest.fixture
def line_to(on_stage):
    """A line from the stage to a server, which is closed when the test is over."""
    lines = []

    def connect(client, stage=on_stage):
        server = str(client.make_url("/"))
        lines.append(RoomLine(stage.minutes, server, "stage", token_for("stage"), "Ada"))
        return lines[-1]

    yield connect
    for line in lines:
        closing = threading.Thread(target=line.close)
        closing.start()


async def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def test_minutes_hold_controls_keys_and_the_pedal_at_their_frames(on_stage):
    on_stage.hear(10)
    on_stage.press(NOTE_ON, 60, 100)
    on_stage.press(NOTE_ON, 40, 100)  # leads the harmony, and does not sound
    on_stage.press(CONTROL_CHANGE, SUSTAIN, 127)
    on_stage.hear(10)
    on_stage.hands.set({"valence": 0.5})
    on_stage.press(NOTE_OFF, 60)
    on_stage.hear(10)
    on_stage.press(CONTROL_CHANGE, SUSTAIN, 0)
    on_stage.hear(1)

    struck, set_at, released = on_stage.minutes.lines
    assert struck == (10 * BLOCK + QUANTUM, "stroke", "60 100")
    assert set_at == (35 * BLOCK, "valence", 0.5)
    assert released == (30 * BLOCK + QUANTUM, "stroke", "60 0")
    assert on_stage.minutes.end == 31 * BLOCK - MARGIN_FRAMES


def test_panic_lets_every_key_go_and_says_what_was_not_heard(on_stage):
    on_stage.hear(10)
    on_stage.press(NOTE_ON, 60, 100)
    on_stage.hear(1)
    on_stage.hands.act("panic")
    on_stage.minutes.turn(PLAYED_KEYS)

    assert on_stage.minutes.lines[-1][1:] == ("stroke", "60 0")
    assert on_stage.minutes.passed == [(11 * BLOCK, 26 * BLOCK)]
    assert on_stage.minutes.paused


async def test_the_room_hears_the_performance_and_its_keys_to_the_bit(
    start, dial, library, on_stage, line_to
):
    client = await start(replace(UNPACED, room_patience_seconds=60.0), mint=MINT)
    line = line_to(client)
    await until(lambda: "0 listening" in line.text)
    on_stage.hear(60)
    radio = await dial(client)
    await radio.say("hello", v=1, codecs=["pcm16"], room="stage")
    radio.ready = await radio.expect("ready")
    on_stage.press(NOTE_ON, 72, 110)
    on_stage.press(PITCH_BEND, 0, 96)
    on_stage.hear(60)
    on_stage.hands.set({"arousal": 0.8})
    on_stage.press(NOTE_OFF, 72)
    on_stage.hear(80)
    await radio.hear(9 * 9_600)

    log = [Change(*line) for line in sorted(on_stage.minutes.lines, key=lambda line: line[0])]
    sound = np.zeros((2, 9 * 9_600), np.float32)
    Engine(library, 7, None, log).render(sound)
    expected = [*open_stream_encoder("pcm16", 7).encode(sound, 0)]
    first = radio.chunks[0].pts // 960
    assert [change.name for change in log] == ["stroke", "bend", "stroke", "arousal"]
    assert radio.packets[: 90 - first] == expected[first:]


async def test_a_style_of_one_s_own_and_its_edits_are_heard_in_the_room_to_the_bit(
    start, dial, own_stage, rain, line_to
):
    client = await start(replace(UNPACED, room_patience_seconds=60.0), mint=MINT)
    line = line_to(client, own_stage)
    await until(lambda: "0 listening" in line.text)
    own_stage.hear(20)
    radio = await dial(client)
    await radio.say("hello", v=1, codecs=["pcm16"], room="stage")
    radio.ready = await radio.expect("ready")
    rain.write_text(RAIN.replace("harp", "nylon"))
    read_styles_again(own_stage.hands.library.styles, rain.parent)
    own_stage.hear(220)
    await radio.hear(9 * 9_600)

    log = [Change(*line) for line in own_stage.minutes.lines]
    sound = np.zeros((2, 9 * 9_600), np.float32)
    Engine(own_stage.hands.library, 7, {"style": "rain"}, log).render(sound)
    expected = [*open_stream_encoder("pcm16", 7).encode(sound, 0)]
    first = radio.chunks[0].pts // 960
    assert [change.name for change in log] == ["edition"]
    assert radio.packets[: 90 - first] == expected[first:]


async def test_a_server_that_is_new_is_told_where_the_performance_stands(
    start, library, on_stage, line_to
):
    on_stage.hear(300)
    on_stage.hands.set({"density": 0.9})
    on_stage.hear(300)
    client = await start(replace(UNPACED, room_patience_seconds=60.0), mint=MINT)
    line = line_to(client)
    await until(lambda: "listening" in line.text)
    on_stage.hear(60)

    (room,) = client.app[LISTENERS].hall.rooms
    await until(lambda: room.music.broadcast.end >= 19_200)
    assert room.music.controls()["density"] == 0.9
    assert room.music._shift < -5 * 48_000  # it did not begin at the beginning
