import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from radio import UNPACED, offline

from genmusic.config import Settings
from genmusic.server.stream import LISTENERS


@pytest.mark.parametrize("codec", ["pcm16", "opus"])
async def test_what_is_streamed_is_what_the_engine_renders(start, tune_in, library, codec):
    radio = await tune_in(await start(), codecs=[codec])
    packets = await radio.hear(240_000)

    assert packets == offline(library, 960 * len(packets), codec)


async def test_the_head_of_a_chunk_says_where_it_belongs(start, tune_in):
    radio = await tune_in(await start(), codecs=["opus"])
    await radio.fill()

    first, second = radio.chunks[:2]
    assert (first.kind, first.flags, first.count, first.seq, first.pts) == (1, 0, 5, 0, 0)
    assert (second.kind, second.flags, second.count, second.seq, second.pts) == (1, 0, 10, 1, 4_800)


async def test_pcm_counts_frames(start, tune_in):
    radio = await tune_in(await start())
    await radio.fill()

    assert (radio.chunks[0].kind, radio.chunks[0].count) == (2, 4_800)
    assert len(radio.chunks[0].body) == 4 * 4_800


async def test_without_an_ack_no_more_than_the_look_ahead_is_sent(start, tune_in):
    radio = await tune_in(await start())

    assert await radio.fill() == 72_000
    with pytest.raises(asyncio.TimeoutError):
        await radio.socket.receive(0.3)


async def test_the_server_never_renders_beyond_heard_and_look_ahead(start, tune_in):
    client = await start()
    radio = await tune_in(client)
    played = 0
    while played < 300_000:
        await radio.hear_silently(played + 72_000 - 19_200)
        session = next(iter(client.app[LISTENERS].registry))
        assert session.engine.rendered_end <= played + 72_000
        played += 4_321
        await radio.say("ack", played=played, end=radio.chunks[-1].end, under=0)


async def test_pause_stops_the_rendering_and_play_goes_on(start, tune_in):
    radio = await tune_in(await start())
    end = await radio.fill()
    await radio.say("pause")
    await radio.say("ack", played=end, end=end, under=0)
    with pytest.raises(asyncio.TimeoutError):
        await radio.socket.receive(0.3)
    await radio.say("play")

    assert await radio.hear(end + 9_600)


async def test_a_change_takes_effect_just_ahead_of_the_ear_and_nothing_else_is_changed(
    start, tune_in, library
):
    radio = await tune_in(await start())
    end = await radio.fill()
    await radio.say("ack", played=24_000, end=end, under=0)
    await radio.say("set", id=3, controls={"brightness": 0.9, "arousal": 0.8})
    applied = await radio.expect("applied")
    packets = await radio.hear(240_000)

    at = applied["pts"]["brightness"]
    assert (applied["id"], applied["pts"]["arousal"]) == (3, at)
    assert 24_000 + 5_760 <= at < end  # 120 ms: a message on its way, and a render
    change = {at: {"brightness": 0.9, "arousal": 0.8}}
    assert packets == offline(library, 960 * len(packets), changes=change)


async def test_the_splice_is_flagged_and_begins_a_packet_before_the_change(start, tune_in):
    radio = await tune_in(await start(), codecs=["opus"])
    end = await radio.fill()
    await radio.say("set", id=1, controls={"brightness": 0.9})
    at = (await radio.expect("applied"))["pts"]["brightness"]
    before = len(radio.chunks)
    while len(radio.chunks) == before or radio.chunks[-1].end < end - 9_600:
        await radio.take()
    splice, *rest = radio.chunks[before:]

    assert (splice.flags, splice.pts) == (1, at - 960)
    assert [chunk.flags for chunk in rest] == [0] * len(rest)
    assert [chunk.pts for chunk in rest] == [chunk.end for chunk in (splice, *rest[:-1])]


async def test_changes_on_the_heels_of_each_other_are_each_where_they_were_promised(
    start, tune_in, library
):
    radio = await tune_in(await start())
    played, changes = 0, {}
    for number in range(6):
        await radio.hear_silently(played + 40_000)
        played += 9_600
        await radio.say("ack", played=played, end=played, under=0)
        name = ("brightness", "space", "melody.level_db")[number % 3]
        await radio.say("set", id=number, controls={name: number / 10})
        applied = await radio.expect("applied")
        changes[applied["pts"][name]] = {name: number / 10}
    packets = await radio.hear(240_000)

    assert len(changes) == 6
    assert packets == offline(library, 960 * len(packets), changes=changes)


async def test_a_flood_of_changes_is_answered_one_by_one(start, tune_in):
    radio = await tune_in(await start())
    for number in range(150):
        await radio.say("set", id=number, controls={"valence": number / 200})
    answers = [await radio.expect("applied") for _ in range(150)]

    assert [answer["id"] for answer in answers] == list(range(150))
    assert all(list(answer["pts"]) == ["valence"] for answer in answers)


@pytest.mark.parametrize(
    ("controls", "code", "words"),
    [
        ({"valence": 7}, "bad_control", "valence must be in -1..1, got 7"),
        ({"volume": 1}, "bad_control", "no control named 'volume'"),
        ({"style": "polka"}, "unknown_name", "style"),
    ],
)
async def test_a_wrong_value_is_refused_and_the_music_goes_on(
    start, tune_in, controls, code, words
):
    radio = await tune_in(await start())
    await radio.say("set", id="x", controls=controls)
    error = await radio.expect("error")

    assert (error["id"], error["code"]) == ("x", code)
    assert words in error["message"]
    assert await radio.hear(96_000)


async def test_skip_says_when_the_new_piece_begins(start, tune_in):
    radio = await tune_in(await start())
    end = await radio.fill()
    await radio.say("skip")
    applied = await radio.expect("applied")

    assert applied["id"] is None
    assert applied["pts"]["skip"] >= end


async def test_the_bars_are_announced_before_they_sound(start, tune_in):
    radio = await tune_in(await start())
    await radio.expect("notes")
    bar = radio.texts[-1]

    assert radio.chunks == []
    assert (bar["pts"], bar["bar"], bar["style"]) == (0, 0, "evening")
    assert bar["end"] > bar["pts"]


async def test_the_notes_of_a_bar_can_be_drawn(start, tune_in):
    radio = await tune_in(await start())
    await radio.hear(600_000)
    bars = [text for text in radio.texts if text["type"] == "notes"]
    rows = [row for bar in bars for part in bar["parts"].values() for row in part]

    assert set(bars[0]) == {
        "type", "pts", "end", "bar", "section", "phrase", "key", "tempo_bpm", "title", "style",
        "chords", "parameters", "parts", "cue",
    }  # fmt: skip
    assert bars[0]["chords"][0]["pts"] == bars[0]["pts"]
    assert all(start < end and 0 < velocity < 128 for start, end, _, velocity in rows)


async def test_bars_follow_one_another_without_a_gap(start, tune_in):
    radio = await tune_in(await start())
    await radio.hear(900_000)
    bars = [text for text in radio.texts if text["type"] == "notes"]

    assert [bar["bar"] for bar in bars] == list(range(len(bars)))
    assert all(a["end"] == b["pts"] for a, b in pairwise(bars))


async def test_many_listeners_are_served_in_turn(start, tune_in, library):
    client = await start()
    radios = [await tune_in(client, seed=seed) for seed in range(8)]
    heard = await asyncio.gather(*(radio.hear(96_000) for radio in radios))

    assert all(
        packets == offline(library, 960 * len(packets), seed=seed)
        for seed, packets in enumerate(heard)
    )


async def test_a_listener_who_does_not_ack_is_given_up(start, tune_in):
    hurry = replace(UNPACED, rest_seconds=0.1, stalled_seconds=0.3)
    radio = await tune_in(await start(hurry))

    assert (await radio.expect("error"))["code"] == "stalled"
    assert await radio.end() == 4408


async def test_after_a_rest_the_first_ack_goes_on(start, tune_in):
    radio = await tune_in(await start(replace(UNPACED, rest_seconds=0.6)))
    end = await radio.fill()
    await asyncio.sleep(0.65)
    await radio.say("ack", played=end, end=end, under=0)

    assert await radio.hear(end + 9_600)


async def test_a_listener_who_acks_but_does_not_read_is_cut_off(start, tune_in, caplog):
    caplog.set_level("INFO", "genmusic.server")
    client = await start(replace(UNPACED, send_seconds=0.3))
    radio = await tune_in(client)
    registry = client.app[LISTENERS].registry
    transport = radio.socket._response.connection.transport
    transport.pause_reading()
    while "left session=" not in caplog.text:
        await radio.say("ack", played=10**9, end=0, under=0)
        await asyncio.sleep(0.02)

    transport.abort()
    assert "reason=stalled" in caplog.text
    # 2 MB of PCM is what both kernels and both libraries hold; then the server gives up.
    assert next(iter(registry)).end < 10 * 48_000


async def test_a_client_in_a_hurry_is_slowed_down_and_not_dropped(start, tune_in):
    server = await start(Settings())
    began = asyncio.get_running_loop().time()  # the server sends as soon as somebody is there
    radio = await tune_in(server)
    await radio.hear(480_000)
    seconds = asyncio.get_running_loop().time() - began

    # 10 s less two look-aheads, at four times real time.
    assert seconds > 1.7
