"""A keyboard at the listener's moves the session: chords, knobs, keys, buttons."""

import numpy as np
import pytest
from radio import SPLICE, UNPACED

from genmusic.server.stream import LISTENERS
from genmusic.session.engine import Engine
from genmusic.session.log import Change
from genmusic.session.strokes import BEND, STROKE

NOTE_ON, NOTE_OFF, CONTROL, PROGRAM, WHEEL = 0x90, 0x80, 0xB0, 0xC0, 0xE0


@pytest.fixture
async def radio(start, tune_in):
    radio = await tune_in(await start())
    await radio.hear(48_000)
    return radio


async def play(radio, *events, port="Keystep", heard=None):
    heard = radio.chunks[-1].end - 30_000 if heard is None else heard
    await radio.say("ack", played=heard, end=radio.chunks[-1].end, under=0)
    await radio.say("midi", port=port, events=[[heard, *event] for event in events])
    return heard


async def applied(radio, name):
    while name not in (answer := await radio.expect("applied"))["pts"]:
        pass
    return answer["pts"][name]


async def test_a_chord_that_is_held_leads_the_harmony(radio):
    await play(radio, *[(NOTE_ON, pitch, 90) for pitch in (45, 48, 52)])
    moved = await radio.expect("moved")
    await play(radio, *[(NOTE_OFF, pitch, 0) for pitch in (45, 48, 52)])
    released = await radio.expect("moved")

    assert moved["controls"] == {"chord": "Am"}
    assert released["controls"] == {"chord": None}


async def test_a_knob_moves_its_control_and_a_program_the_style(radio):
    await play(radio, (CONTROL, 24, 127))  # brightness, as the table of controls has it
    await play(radio, (CONTROL, 24, 60), (CONTROL, 24, 40), (CONTROL, 24, 10))
    moved = [await radio.expect("moved") for _ in range(3)]
    await play(radio, (PROGRAM, 1, 0))
    style = await radio.expect("moved")

    values = [each["controls"]["brightness"] for each in moved]
    assert values == pytest.approx([60 / 127, 40 / 127, 10 / 127])
    assert list(style["controls"]) == ["style"]


async def test_a_knob_is_learned_and_remembered(start, tune_in):
    client = await start()
    radio = await tune_in(client)
    await radio.hear(48_000)
    await radio.say("learn", control="tension")
    await play(radio, (CONTROL, 70, 20))
    assert await radio.expect("learned") == {
        "type": "learned", "port": "Keystep", "cc": 70, "control": "tension"
    }  # fmt: skip

    another = await tune_in(client)
    await another.hear(48_000)
    await another.say("knobs", port="Keystep", knobs=[{"cc": 70, "control": "tension"}])
    await play(another, (CONTROL, 70, 0), (CONTROL, 70, 127))
    assert (await another.expect("moved"))["controls"] == {"tension": 1.0}


async def splices(radio, count):
    """Listen until what was sent was taken back so often."""
    while sum(chunk.flags & SPLICE for chunk in radio.chunks) < count:
        await radio.take()


class HandClock:
    """Stands still until a test moves it."""

    now = 0.0

    def __call__(self):
        return self.now


async def test_a_bent_key_sounds_a_quarter_of_a_second_later_to_the_bit(start, tune_in, library):
    clock = HandClock()
    client = await start(clock=clock)
    radio = await tune_in(client)
    await radio.fill()
    await radio.say("role", role="play")
    clock.now += 0.2
    await play(radio, (NOTE_ON, 72, 110), (WHEEL, 0, 96), heard=9_600)
    await splices(radio, 1)
    clock.now += 0.2
    await play(radio, (NOTE_OFF, 72, 0), heard=19_200)
    await splices(radio, 2)
    clock.now += 10.0
    await radio.hear(144_000)

    log = [
        Change(21_632, STROKE, "72 110"),
        Change(21_632, BEND, 1.0),
        Change(31_232, STROKE, "72 0"),
    ]
    sound = np.zeros((2, 144_000), np.float32)
    Engine(library, 7, None, log).render(sound)
    heard = np.frombuffer(radio.pcm[: 4 * 144_000], "<i2").reshape(-1, 2).T / 32_767
    (session,) = client.app[LISTENERS].registry
    assert session.log == log
    assert np.abs(heard - sound).max() < 1e-4  # the dither


async def test_buttons_ask_the_page_for_what_only_it_can_do(radio):
    await play(radio, (NOTE_ON, 0, 0))
    await radio.say("knobs", port="nanoKONTROL2", knobs=[])
    await play(radio, (CONTROL, 42, 127), port="nanoKONTROL2")  # stop

    assert (await radio.expect("asked"))["action"] in ("pause", "panic")


@pytest.mark.parametrize(
    "message",
    [
        {"type": "midi", "port": "x", "events": [[0, 0x90, 60, 128]]},
        {"type": "midi", "port": "x", "events": [[0, 0xF8, 0, 0]]},
        {"type": "midi", "port": "x", "events": []},
        {"type": "midi", "port": "x", "events": [[0, 0x90, 60, 1]] * 33},
        {"type": "learn", "control": "nothing"},
        {"type": "knobs", "port": "x", "knobs": [{"cc": 1, "control": "drums.mute"}]},
        {"type": "role", "role": "boss"},
    ],
)
async def test_what_is_no_message_of_a_keyboard_is_refused(start, tune_in, message):
    radio = await tune_in(await start())
    await radio.say(message.pop("type"), **message)

    assert (await radio.expect("error"))["code"] == "protocol"


async def test_a_flood_of_keys_is_refused(start, tune_in):
    radio = await tune_in(await start(UNPACED))
    for _ in range(20):
        await radio.say("midi", port="x", events=[[0, CONTROL, 3, 1]] * 32)

    assert (await radio.expect("error"))["code"] == "too_fast"


async def test_more_ports_than_anybody_has_are_refused(start, tune_in):
    radio = await tune_in(await start())
    for number in range(9):
        await radio.say("midi", port=f"port {number}", events=[[0, CONTROL, 3, 1]])

    assert "8 ports" in (await radio.expect("error"))["message"]
