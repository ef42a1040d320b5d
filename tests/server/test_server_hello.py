import asyncio
import json

import pytest

from genmusic.config import Settings


async def test_hello_is_answered_with_how_to_read_the_stream(start, tune_in):
    radio = await tune_in(await start(), codecs=["opus", "pcm16"])

    assert set(radio.ready) == {
        "type", "session", "token", "codec", "rate", "channels", "packet_frames", "preskip",
        "lookahead_ms", "pts", "resumed", "seed", "style", "title", "controls",
        "room",
    }  # fmt: skip
    assert radio.ready["room"] is None
    stream = {key: radio.ready[key] for key in ("codec", "rate", "channels", "packet_frames")}
    assert stream == {"codec": "opus", "rate": 48_000, "channels": 2, "packet_frames": 960}
    assert (radio.ready["preskip"], radio.ready["lookahead_ms"]) == (312, 1_500)
    assert (radio.ready["pts"], radio.ready["resumed"], radio.ready["seed"]) == (0, False, 7)


async def test_a_new_session_is_as_it_was_wished(start, tune_in):
    radio = await tune_in(await start(), style="drive", controls={"arousal": 0.5, "key": "Eb"})

    assert radio.ready["style"] == radio.ready["controls"]["style"] == "drive"
    assert radio.ready["controls"]["arousal"] == 0.5
    assert radio.ready["controls"]["key"] == "Eb"


async def test_without_a_seed_everybody_hears_another_piece(start, dial):
    client, seeds = await start(), set()
    for _ in range(3):
        radio = await dial(client)
        await radio.say("hello", v=1, codecs=["pcm16"])
        seeds.add((await radio.expect("ready"))["seed"])

    assert len(seeds) == 3


async def test_the_first_codec_that_the_server_has_is_taken(start, tune_in):
    radio = await tune_in(await start(), codecs=["vorbis", "pcm16", "opus"])

    assert (radio.ready["codec"], radio.ready["preskip"]) == ("pcm16", 0)


async def test_the_subprotocol_is_agreed_and_nothing_is_compressed(start, dial):
    radio = await dial(await start(), compress=15)

    assert (radio.socket.protocol, radio.socket.compress) == ("genmusic.v1", 0)


BAD_HELLOS = [
    ({"v": 2}, "speaks version 1, not 2"),
    ({"v": "1"}, "Expected `int`"),
    ({"codecs": []}, "length >= 1"),
    ({"codecs": ["mp3"]}, "none of mp3; it has opus, pcm16"),
    ({"seed": -1}, ">= 0"),
    ({"seed": 2**53}, "<= "),
    ({"style": "polka"}, "style"),
    ({"controls": {"valence": 1.5}}, "valence must be in -1..1, got 1.5"),
    ({"controls": {"loudness": 1}}, "no control named 'loudness'"),
    ({"controls": [1]}, "Expected `object`"),
    ({"tempo": 120}, "unknown field `tempo`"),
    ({"token": "abc"}, "belong to a session"),
    ({"resume": {"next_pts": 0}}, "belong to a session"),
]


@pytest.mark.parametrize(("fields", "words"), BAD_HELLOS)
async def test_a_wrong_hello_is_refused_with_the_reason(start, dial, fields, words):
    radio = await dial(await start())
    await radio.say("hello", **({"v": 1, "codecs": ["pcm16"]} | fields))

    assert words in (await radio.expect("error"))["message"]
    assert await radio.end() == 4400


async def test_a_session_that_is_not_there_is_not_found(start, dial):
    radio = await dial(await start())
    await radio.say("hello", v=1, codecs=["pcm16"], **{"session": "gone", "token": "x"})

    assert (await radio.expect("error"))["code"] == "no_session"
    assert await radio.end() == 4404


@pytest.mark.parametrize("token", [None, "", "x"])
async def test_nobody_takes_a_session_without_its_token(start, tune_in, dial, token):
    client = await start()
    owner, thief = await tune_in(client), await dial(client)
    session = owner.ready["session"]
    await thief.say("hello", v=1, codecs=["pcm16"], session=session, token=token)

    assert await thief.end() == 4401
    assert await owner.hear(96_000)


async def test_who_says_nothing_is_not_waited_for(start, dial):
    radio = await dial(await start(Settings(hello_seconds=0.1)))

    assert "no hello within 0.1 s" in (await radio.expect("error"))["message"]
    assert await radio.end() == 4408


async def test_a_full_server_says_when_to_come_back(start, tune_in, dial):
    client = await start(Settings(max_sessions=1))
    await tune_in(client)
    radio = await dial(client)
    await radio.say("hello", v=1, codecs=["pcm16"])

    assert (await radio.expect("error"))["retry_after"] == 10.0
    assert await radio.end() == 4429


async def test_bye_ends_the_session_for_good(start, tune_in, dial):
    client = await start()
    radio = await tune_in(client)
    await radio.say("bye")
    code = await radio.end()
    late = await dial(client)
    await late.say("hello", v=1, codecs=["pcm16"], **radio.ticket)

    assert (code, await late.end()) == (1000, 4404)


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_site_is_refused(start, origin):
    client = await start()
    answer = await client.get("/api/v1/stream", headers={"Origin": origin})

    assert answer.status == 403
    assert (await answer.json())["error"]["code"] == "forbidden"


async def test_our_own_page_is_welcome(start, dial):
    client = await start()
    radio = await dial(client, origin=str(client.make_url("/")).rstrip("/"))
    await radio.say("hello", v=1, codecs=["pcm16"])

    assert await radio.expect("ready")


async def test_another_subprotocol_is_refused(start):
    client = await start()
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "mqtt"}
    answer = await client.get("/api/v1/stream", headers=upgrade | key)

    assert (answer.status, "genmusic.v1" in await answer.text()) == (400, True)


async def test_a_plain_request_learns_that_this_is_a_websocket(start):
    answer = await (await start()).get("/api/v1/stream")

    assert answer.status == 426
    assert "WebSocket" in json.loads(await answer.text())["error"]["message"]


async def test_two_listeners_hear_different_pieces(start, tune_in):
    client = await start()
    first, second = await tune_in(client, seed=1), await tune_in(client, seed=2)
    await asyncio.gather(first.hear(96_000), second.hear(96_000))

    assert first.pcm[:384_000] != second.pcm[:384_000]
