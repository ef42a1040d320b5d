import asyncio
from dataclasses import replace

import pytest
from radio import UNPACED

from genmusic.server.app import create_app
from genmusic.server.stream import LISTENERS


def cut(radio):
    """Lose the line as a train in a tunnel does, without a word."""
    radio.socket._response.connection.transport.abort()


@pytest.mark.parametrize("codec", ["pcm16", "opus"])
async def test_after_a_lost_line_the_stream_goes_on_packet_by_packet(
    start, tune_in, come_back, codec
):
    client = await start()
    whole = await (await tune_in(client, codecs=[codec])).hear(480_000)
    before = await tune_in(client, codecs=[codec])
    await before.hear(200_000)
    cut(before)
    after = await come_back(client, before, before.chunks[-1].end)
    await after.hear(480_000)

    heard = before.packets + after.packets
    assert after.ready["resumed"]
    assert heard[:500] == whole[:500]


async def test_a_connection_that_is_cancelled_lets_go_of_its_session(
    aiohttp_client, library, tune_in, come_back
):
    client = await aiohttp_client(create_app(library, UNPACED))  # cancels when the line is lost
    before = await tune_in(client)
    end = await before.fill()
    await before.say("ack", played=end, end=end, under=0)
    cut(before)
    after = await come_back(client, before, end)

    assert await after.hear(end + 96_000)


async def test_what_was_lost_on_the_way_is_sent_again(start, tune_in, come_back):
    client = await start()
    before = await tune_in(client, codecs=["opus"])
    await before.fill()
    cut(before)
    after = await come_back(client, before, 20_160)
    await after.hear(96_000)

    assert after.ready["pts"] == after.chunks[0].pts == 20_160
    assert [chunk.flags for chunk in after.chunks] == [0] * len(after.chunks)
    assert after.packets[:54] == before.packets[21:75]


async def test_who_was_away_too_long_hears_of_the_gap(start, tune_in, come_back):
    client = await start()
    before = await tune_in(client)
    await before.hear(600_000)
    cut(before)
    after = await come_back(client, before, 0)
    await after.hear(after.ready["pts"] + 48_000)

    assert after.ready["pts"] >= 600_000 - 4 * 48_000
    assert [chunk.flags for chunk in after.chunks[:2]] == [2, 0]


async def test_a_page_that_was_reloaded_goes_on_where_it_was_heard(start, tune_in, come_back):
    client = await start()
    before = await tune_in(client)
    await before.fill()
    await before.say("ack", played=30_000, end=72_000, under=0)
    await before.hear_silently(91_200)
    cut(before)
    after = await come_back(client, before)
    await after.hear(after.ready["pts"] + 9_600)

    assert (after.ready["pts"], after.chunks[0].flags) == (29_760, 2)
    assert after.pcm[: 4 * 9_600] == before.pcm[4 * 29_760 : 4 * 39_360]


async def test_who_comes_back_sees_the_bars_that_still_sound(start, tune_in, come_back):
    client = await start()
    before = await tune_in(client)
    first = await before.expect("notes")
    await before.fill()
    cut(before)
    after = await come_back(client, before, 48_000)

    assert await after.expect("notes") == first


async def test_the_controls_are_as_they_were_left(start, tune_in, come_back):
    client = await start()
    before = await tune_in(client)
    await before.say("set", id=1, controls={"tension": 0.9})
    await before.expect("applied")
    cut(before)
    after = await come_back(client, before)

    assert after.ready["controls"]["tension"] == 0.9


async def test_a_second_connection_takes_over_and_the_first_is_told(start, tune_in, come_back):
    client = await start()
    first = await tune_in(client)
    await first.fill()
    second = await come_back(client, first, 0)

    assert (await first.expect("error"))["code"] == "taken_over"
    assert await first.end() == 4409
    assert (await second.hear(96_000))[:75] == first.packets[:75]


async def test_of_many_who_take_over_at_once_one_plays(start, tune_in, come_back):
    client = await start()
    first = await tune_in(client)
    await first.fill()

    async def take_over():
        rival = await come_back(client, first, 0)
        await rival.hear(240_000)

    outcomes = await asyncio.gather(*(take_over() for _ in range(8)), return_exceptions=True)
    losers = [str(outcome) for outcome in outcomes if outcome is not None]

    assert len(losers) == 7
    assert all("closed with 4409" in loser for loser in losers), losers


async def test_a_session_in_opus_does_not_go_on_in_pcm(start, tune_in, dial):
    client = await start()
    before = await tune_in(client, codecs=["opus"])
    after = await dial(client)
    await after.say("hello", v=1, codecs=["pcm16"], **before.ticket)

    assert "goes on in opus" in (await after.expect("error"))["message"]
    assert await after.end() == 4400


async def test_the_future_cannot_be_resumed(start, tune_in, dial):
    client = await start()
    before = await tune_in(client)
    after = await dial(client)
    place = {"next_pts": 10**9}
    await after.say("hello", v=1, codecs=["pcm16"], **before.ticket, resume=place)

    assert await after.end() == 4400


async def test_nobody_comes_back_after_the_time_is_up(start, tune_in, dial):
    client = await start(replace(UNPACED, keep_seconds=0.05))
    before = await tune_in(client)
    cut(before)
    while len(client.app[LISTENERS].registry):  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)
    after = await dial(client)
    await after.say("hello", v=1, codecs=["pcm16"], **before.ticket)

    assert await after.end() == 4404
