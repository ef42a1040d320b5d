import asyncio
import json
import random
from dataclasses import replace

import pytest
from radio import UNPACED, offline

from genmusic.config import Settings
from genmusic.server.stream import LISTENERS
from genmusic.session.seat import Seat

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
HELLO = json.dumps({"type": "hello", "v": 1, "codecs": ["pcm16"], "seed": 7})
BROKEN = [
    "",
    "no JSON",
    "{",
    "[]",
    "null",
    '"hello"',
    '{"type":"ack"}',
    '{"type":"ack","played":-1}',
    '{"type":"ack","played":1.5}',
    '{"type":"ack","played":"1"}',
    '{"type":"ack","played":1e999}',
    '{"type":"ack","played":9007199254740993}',
    '{"type":"dance"}',
    '{"type":["hello"]}',
    '{"played":1}',
    '{"type":"set","id":1}',
    '{"type":"set","id":true,"controls":{}}',
    '{"type":"set","id":1,"controls":{"valence":[1]}}',
    '{"type":"set","id":1,"controls":{},"at":5}',
    '{"type":"set","id":"' + "x" * 65 + '","controls":{}}',
    '{"type":"set","id":1,"controls":' + json.dumps({f"c{n}": 0 for n in range(65)}) + "}",
    '{"type":"ack","played":0,"x":' + "[" * 1_500 + "]" * 1_500 + "}",
]


@pytest.mark.parametrize("text", BROKEN)
async def test_a_malformed_message_is_answered_and_ends_the_connection(start, tune_in, text):
    radio = await tune_in(await start())
    await radio.socket.send_str(text)

    assert (await radio.expect("error"))["code"] == "protocol"
    assert await radio.end() == 4400


@pytest.mark.parametrize("kind", ["set", "ack", "pause", "play", "skip", "bye"])
async def test_before_hello_nothing_else_is_expected(start, dial, kind):
    fields = {"set": {"id": 1, "controls": {}}, "ack": {"played": 0}}
    radio = await dial(await start())
    await radio.say(kind, **fields.get(kind, {}))

    assert f"{kind} is not expected before hello" in (await radio.expect("error"))["message"]
    assert await radio.end() == 4400


async def test_a_second_hello_is_out_of_order(start, tune_in):
    radio = await tune_in(await start())
    await radio.socket.send_str(HELLO)

    assert "hello is not expected after hello" in (await radio.expect("error"))["message"]
    assert await radio.end() == 4400


async def test_binary_messages_are_for_the_server(start, tune_in):
    radio = await tune_in(await start())
    await radio.socket.send_bytes(b"\1\0\1\0")

    assert "not binary" in (await radio.expect("error"))["message"]
    assert await radio.end() == 4400


async def test_a_message_of_4096_bytes_is_read(start, tune_in):
    radio = await tune_in(await start())
    ack = '{"type":"ack","played":0}'
    await radio.socket.send_str(ack + " " * (4_096 - len(ack)))

    assert await radio.hear(96_000)


@pytest.mark.parametrize("size", [4_097, 10_000, 1_000_000])
async def test_a_longer_message_is_refused_before_it_is_read(start, tune_in, size):
    radio = await tune_in(await start())
    await radio.socket.send_str(" " * size)

    assert "at most 4096 bytes" in (await radio.expect("error"))["message"]
    assert await radio.end() == 4400


async def test_text_must_be_unicode(start, tune_in):
    radio = await tune_in(await start())
    await radio.socket._writer.send_frame(b"\xff\xfe", 1)

    assert "UTF-8" in (await radio.expect("error"))["message"]
    assert await radio.end() == 4400


@pytest.mark.parametrize(
    ("message", "limits"),
    [
        ({"type": "ack", "played": 0}, {"messages_per_second": 20.0}),
        ({"type": "set", "id": 1, "controls": {}}, {"sets_per_second": 20.0}),
        ({"type": "skip"}, {"sets_per_second": 20.0}),
    ],
)
async def test_who_talks_too_fast_is_told_and_closed(start, tune_in, message, limits):
    radio = await tune_in(await start(replace(UNPACED, **limits)))
    for _ in range(60):
        await radio.socket.send_str(json.dumps(message))
    error = await radio.expect("error")

    assert (error["code"], error["retry_after"]) == ("too_fast", 5.0)
    assert await radio.end() == 4429


def failing_for(unlucky):
    """How seats prepare, but one."""
    prepare = Seat.prepare
    return lambda seat, quanta: 1 / 0 if seat is unlucky else prepare(seat, quanta)


async def test_a_failing_engine_ends_its_own_session_only(start, tune_in, monkeypatch):
    client = await start()
    unlucky, lucky = await tune_in(client, seed=1), await tune_in(client, seed=2)
    registry = client.app[LISTENERS].registry
    end = await unlucky.fill()
    broken = registry.find(*unlucky.ticket.values())
    monkeypatch.setattr(Seat, "prepare", failing_for(broken.engine.seat))
    await unlucky.say("ack", played=end, end=end, under=0)

    assert (await unlucky.expect("error"))["code"] == "internal"
    assert await unlucky.end() == 1011
    assert await lucky.hear(240_000)
    assert len(registry) == 1


HOSTILE = random.Random(440)  # noqa: S311 - chance, not secrecy


def nonsense():
    """A message nobody should send, or one at a time when nobody should send it."""
    value = HOSTILE.choice([None, True, -1, 2**70, 1e308, "x", "\0", "é" * 40, [], {}, [[]]])
    name = HOSTILE.choice(["valence", "style", "key", "nothing", "melody.mute", "tempo_bpm"])
    return HOSTILE.choice(
        [
            HELLO,
            json.dumps({"type": "hello", "v": 1, "codecs": value}),
            json.dumps({"type": "hello", "v": 1, "codecs": ["opus"], "session": value}),
            json.dumps({"type": "set", "id": value, "controls": {name: value}}),
            json.dumps({"type": "set", "id": 1, "controls": {name: value}}),
            json.dumps({"type": "ack", "played": value}),
            json.dumps({"type": HOSTILE.choice(["pause", "play", "skip", "bye"])}),
            json.dumps({"type": value}),
            json.dumps(value),
            HELLO[: HOSTILE.randrange(len(HELLO))],
            bytes(HOSTILE.randrange(256) for _ in range(HOSTILE.randrange(40))),
        ]
    )


async def pester(client, messages):
    """Send until closed, then dial again, never reading more than one must; messages sent."""
    sent = 0
    while sent < messages:
        async with client.ws_connect("/api/v1/stream") as socket:
            if HOSTILE.random() < 0.7:
                await socket.send_str(HELLO)
            for _ in range(HOSTILE.randrange(1, 8)):
                message = nonsense()
                send = socket.send_bytes if isinstance(message, bytes) else socket.send_str
                try:
                    await send(message)
                except ConnectionError:
                    break
                sent += 1
    return sent


async def test_a_thousand_hostile_messages_disturb_nobody(start, tune_in, library, caplog):
    client = await start(replace(UNPACED, close_seconds=0.05))
    good = await tune_in(client)
    pests = asyncio.gather(*(pester(client, 100) for _ in range(10)))
    while not pests.done():
        await good.hear(9_600 * (len(good.chunks) + 1))
    packets = good.packets

    assert sum(await pests) >= 1_000
    assert packets == offline(library, 960 * len(packets))
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_connections_that_say_nothing_do_not_stay(start, dial):
    client = await start(Settings(hello_seconds=0.1))
    radios = [await dial(client) for _ in range(20)]

    assert [await radio.end() for radio in radios] == [4408] * 20
    assert len(client.app[LISTENERS].registry) == 0


async def test_who_hangs_up_before_the_answer_is_no_fault(start, caplog):
    client = await start()
    headers = "\r\n".join(f"{name}: {value}" for name, value in UPGRADE.items())
    _reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n\r\n".encode())
    writer.close()
    await writer.wait_closed()
    counted = await (await client.get("/metrics")).text()

    assert 'status="499"' in counted
    assert 'status="500"' not in counted
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
