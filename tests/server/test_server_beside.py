"""Requests that come beside the stream, from another connection than the one that plays."""

import asyncio

import pytest
from radio import offline

from genmusic.server.stream import LISTENERS
from genmusic.session.opening import Wishes


@pytest.fixture
async def client(start):
    return await start()


@pytest.fixture
def listeners(client):
    return client.app[LISTENERS]


def session_of(listeners, radio):
    return listeners.registry.find(*radio.ticket.values())


async def test_a_change_from_beside_is_heard_by_who_listens(client, listeners, tune_in, library):
    radio = await tune_in(client)
    end = await radio.fill()
    answer = await listeners.ask(session_of(listeners, radio), {"brightness": 0.9})
    packets = await radio.hear(end + 96_000)

    changes = {answer.frames["brightness"]: {"brightness": 0.9}}
    assert packets == offline(library, 960 * len(packets), changes=changes)


async def test_the_listener_is_not_sent_the_answer_of_another(client, listeners, tune_in):
    radio = await tune_in(client)
    end = await radio.fill()
    await listeners.ask(session_of(listeners, radio), {"space": 0.1})
    await radio.hear(end + 48_000)

    assert "applied" not in [text["type"] for text in radio.texts]


async def test_a_session_without_a_connection_can_be_steered(listeners):
    session = await listeners.open(Wishes(("pcm16",), 7))
    answers = await asyncio.gather(
        *(listeners.ask(session, {"density": value / 10}) for value in range(10))
    )

    assert [answer.error for answer in answers] == [None] * 10
    assert len(session.engine.log) == 10


async def test_a_wrong_change_from_beside_is_refused(listeners):
    session = await listeners.open(Wishes(("pcm16",), 7))
    answer = await listeners.ask(session, {"density": 7})

    assert answer.error.field == "density"


async def test_who_asks_while_the_listener_leaves_is_answered(client, listeners, tune_in):
    radio = await tune_in(client)
    session = session_of(listeners, radio)
    asked = asyncio.ensure_future(listeners.ask(session, {"density": 0.1}))
    await radio.socket.close()
    answer = await asked

    assert (set(answer.frames), answer.error) == ({"density"}, None)
    assert len(session.engine.log) == 1


async def test_a_session_that_is_ended_from_beside_closes_with_4404(client, listeners, tune_in):
    radio = await tune_in(client)
    await listeners.end(session_of(listeners, radio))

    assert await radio.end() == 4404
    assert len(listeners.registry) == 0


async def test_another_codec_begins_where_the_listener_left_off(
    client, library, tune_in, come_back
):
    radio = await tune_in(client, codecs=["opus"])
    end = await radio.fill()
    session = session_of(client.app[LISTENERS], radio)
    await radio.socket.close()
    await asyncio.sleep(0)
    session.change_codec("pcm16")
    again = await come_back(client, radio)
    await again.hear_silently(end)

    assert (again.ready["codec"], again.ready["pts"]) == ("pcm16", 0)  # it had heard nothing yet
    assert again.packets == offline(library, 960 * len(again.packets))
