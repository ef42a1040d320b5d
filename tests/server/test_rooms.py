"""A room: many hear, to the bit, what one performer conducts."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from performer import BLOCK, MINT, Performer, token_for
from radio import PATIENCE, UNPACED

from genmusic.config import Settings
from genmusic.encoding import open_stream_encoder
from genmusic.server.stream import LISTENERS
from genmusic.session.engine import Engine

CALM = {"style": "evening"}
PATIENT = replace(UNPACED, room_patience_seconds=60.0)
"""The performer of a test renders in the server's own loop, and is silent meanwhile."""


@pytest.fixture
def stage(start):
    """A server that knows who may lead."""

    async def open_stage(settings=PATIENT):
        return await start(settings, mint=MINT)

    return open_stage


@pytest.fixture
def perform(library):
    """Somebody who leads a room of a server; they have not played yet."""

    async def begin(client, room="stage", engine=None, name="one", **words):
        engine = engine or Engine(library, 7, CALM)  # before the server waits for a word
        url = f"/api/v1/rooms/{room}/lead"
        socket = await client.ws_connect(url, protocols=("genmusic.lead.v1",))
        performer = Performer(socket, engine, name)
        performer.leading = await performer.lead(room, **words)
        if performer.leading["lines"] is None:
            await performer.open()
        return performer

    return begin


@pytest.fixture
def visit(dial):
    """Somebody who hears a room."""

    async def enter(client, room="stage", codec="pcm16", **hello):
        radio = await dial(client)
        await radio.say("hello", v=1, codecs=[codec], room=room, **hello)
        radio.ready = await radio.expect("ready")
        return radio

    return enter


async def refusal(client, dial, **hello):
    radio = await dial(client)
    await radio.say("hello", v=1, codecs=["pcm16"], **hello)
    return await radio.expect("error"), await radio.end()


def packed(sound, start=0, seed=7):
    return [*open_stream_encoder("pcm16", seed).encode(sound, start)]


async def test_the_audience_hears_the_performer_to_the_bit(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(3)
    radio = await visit(client)
    await performer.play(4, valence=0.7, brightness=0.9)
    performer.strike("72 110")
    await performer.play(3)
    performer.strike("72 0")
    await performer.play(4, tempo_bpm=150.0)

    await radio.hear(14 * BLOCK)

    assert radio.packets == packed(performer.sound)


async def test_everybody_is_sent_the_same_bytes(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(2)
    radios = [await visit(client, codec="opus") for _ in range(3)]
    await performer.play(4)
    heard = [await radio.hear(6 * BLOCK) for radio in radios]

    assert heard[0] == heard[1] == heard[2]
    room = client.app[LISTENERS].hall.rooms[0]
    assert list(room.music.broadcast._encoders) == ["opus"]


async def test_who_comes_in_mid_bar_gets_the_bar_and_what_is_played_ahead(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(30)
    early = await visit(client)
    await early.hear(30 * BLOCK)

    late = await visit(client)
    bar = await late.expect("notes")
    await late.hear(30 * BLOCK)

    assert late.ready["pts"] == 30 * BLOCK - 72_000
    assert bar["pts"] <= late.ready["pts"] < bar["end"]
    assert late.packets == early.packets[-len(late.packets) :]
    assert late.ready["room"] == "stage"


async def test_the_page_is_told_who_plays_and_what_they_change(stage, perform, visit):
    client = await stage()
    performer = await perform(client, who="Grace")
    await performer.play(2)
    radio = await visit(client)
    room = await radio.expect("room")
    moved = await radio.expect("moved")
    await performer.play(2, arousal=0.5)

    assert (room["name"], room["who"], room["state"], room["listeners"]) == (
        "stage",
        "Grace",
        "led",
        1,
    )
    assert moved["controls"]["style"] == "evening"
    assert await radio.expect("moved") == {
        "type": "moved", "pts": 2 * BLOCK, "controls": {"arousal": 0.5}
    }  # fmt: skip
    assert (await performer.expect("audience"))["listeners"] == 1


async def test_listeners_steer_nothing(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(2)
    radio = await visit(client)
    await radio.say("set", id=5, controls={"valence": 1.0})
    refused = await radio.expect("error")
    await performer.play(2)
    await radio.hear(4 * BLOCK)

    assert (refused["code"], refused["id"]) == ("led", 5)
    assert refused["message"] == "Ada leads this room; those who listen steer nothing"
    assert radio.packets == packed(performer.sound)


async def test_a_line_that_is_lost_for_a_moment_is_not_heard(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(3, density=0.9)
    radio = await visit(client)
    await radio.hear(3 * BLOCK)
    await performer.socket.close()

    again = await perform(client, engine=performer.engine)
    again.told, again.blocks = again.leading["lines"], performer.blocks
    await again.play(3, valence=-0.5)
    await radio.hear(6 * BLOCK)

    assert again.leading["lines"] == 1
    assert radio.packets == packed(again.sound)


async def test_without_the_performer_the_music_goes_on_and_says_so(stage, perform, visit):
    client = await stage(Settings(load_limit=1.0, room_patience_seconds=0.3))
    performer = await perform(client)
    await performer.play(5)
    radio = await visit(client)
    await radio.expect("room")
    await performer.socket.close()
    alone = await radio.expect("room")
    await radio.hear(9 * BLOCK)

    going_on = np.zeros((2, 4 * BLOCK), np.float32)
    performer.engine.render(going_on)
    assert alone["state"] == "alone"
    assert radio.packets[-20:] == packed(going_on, 5 * BLOCK)[-20:]

    again = await perform(client, engine=performer.engine)
    checkpoint = performer.engine.checkpoint()
    assert again.leading["lines"] is None
    await again.open(frame=performer.engine.rendered_end, checkpoint=checkpoint)
    assert (await radio.expect("room"))["state"] == "led"
    end = radio.chunks[-1].end
    await again.play(6, valence=0.9)
    await radio.hear(end + 4 * BLOCK)
    assert [text["controls"]["valence"] for text in radio.texts if "controls" in text][-1] == 0.9


async def test_a_pause_is_silence_and_then_the_very_next_frame(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(12)
    radio = await visit(client)
    await performer.tell(paused=True)
    await radio.hear(14 * BLOCK)
    await performer.play(8)
    await asyncio.wait_for(radio.expect("notes"), PATIENCE)  # again, where they sound now
    await performer.play(8)
    await radio.hear(radio.chunks[-1].end + 8 * BLOCK)

    unheard = np.zeros((radio.chunks[0].pts, 2), "<i2")
    sound = np.frombuffer(radio.pcm, "<i2").reshape(-1, 2)
    heard = np.concatenate([unheard, sound]).T / 32_767
    played = performer.sound[:, 12 * BLOCK + 1_024 : 14 * BLOCK]
    silent = heard[:, 13 * BLOCK : 14 * BLOCK]
    assert np.abs(silent).max() < 1e-4  # the dither
    start = 14 * BLOCK
    while np.abs(heard[:, start : start + BLOCK]).max() < 1e-4:
        start += BLOCK
    again = heard[:, start + 1_024 : start + 2 * BLOCK]
    assert np.abs(again - played).max() < 1e-4


async def test_who_may_not_lead_is_refused(stage, perform):
    client = await stage()
    with pytest.raises(AssertionError, match="token"):
        await perform(client, token=token_for("another"))
    with pytest.raises(AssertionError, match="token"):
        await perform(client, token=token_for("stage", -1))
    with pytest.raises(AssertionError, match="small letters"):
        await perform(client, room="Stage!")


async def test_where_nobody_plays_one_is_told_when_to_look_again(stage, dial):
    error, code = await refusal(await stage(), dial, room="stage")

    assert (error["code"], error["retry_after"], code) == ("no_room", 2.0, 4404)


async def test_in_a_room_there_is_nothing_to_wish_for(stage, perform, dial):
    client = await stage()
    await perform(client)
    error, code = await refusal(client, dial, room="stage", seed=8)

    assert (error["code"], code) == ("protocol", 4400)


async def test_a_room_has_room_for_so_many(stage, perform, visit, dial):
    client = await stage(replace(PATIENT, room_listeners=1, max_rooms=1))
    performer = await perform(client)
    await performer.play(1)
    await visit(client)
    error, code = await refusal(client, dial, room="stage")

    assert (error["code"], code) == ("full", 4429)
    with pytest.raises(AssertionError, match="all rooms are taken"):
        await perform(client, room="other")


async def test_a_performance_that_is_over_lets_everybody_go(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(2)
    radio = await visit(client)
    await performer.say("leave")

    assert await radio.end() == 4404
    assert radio.texts[-1]["code"] == "no_room"
    assert await (await client.get("/api/v1/rooms")).json() == []


async def test_the_rooms_in_which_somebody_plays_are_listed(stage, perform):
    client = await stage()
    performer = await perform(client)
    await performer.play(1)
    await asyncio.sleep(0.1)
    (row,) = await (await client.get("/api/v1/rooms")).json()

    assert (row["name"], row["who"], row["style"], row["state"]) == (
        "stage",
        "Ada",
        "evening",
        "led",
    )
    assert row["title"]


async def test_a_line_that_nobody_can_follow_ends_the_lead_and_not_the_room(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(2)
    radio = await visit(client)
    lines = [[19_200, "valence", 7.0]]
    await performer.say("played", end=20_000, lines=lines)
    with pytest.raises(AssertionError, match="valence must be in"):
        await performer.expect("nothing")
    await radio.hear(2 * BLOCK)

    again = await perform(client, engine=performer.engine)
    assert again.leading["lines"] == 0


async def test_who_comes_back_goes_on_where_they_were(stage, perform, visit):
    client = await stage()
    performer = await perform(client)
    await performer.play(4)
    radio = await visit(client)
    await radio.hear(4 * BLOCK)
    await radio.socket.close()
    await performer.play(4)
    again = await visit(
        client, session=radio.ready["session"], resume={"next_pts": radio.chunks[-1].end}
    )
    await again.hear(8 * BLOCK)

    assert again.ready["resumed"]
    assert radio.packets + again.packets == packed(performer.sound)
