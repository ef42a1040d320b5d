"""Sessions go on after the server was stopped, or was killed."""

import asyncio
from dataclasses import replace

import pytest
from radio import SPLICE, UNPACED, Server, offline

from genmusic.config import Settings
from genmusic.errors import StorageError
from genmusic.server.app import create_app
from genmusic.server.keeping import Keeper
from genmusic.server.stream import LISTENERS
from genmusic.session.tokens import TokenMint
from genmusic.storage import Database, SessionArchive


class House:
    """A folder of data, and one server after the other that uses it."""

    def __init__(self, path, library, make_client):
        self._path = path
        self._library = library
        self._make_client = make_client
        self._mint = TokenMint()
        self._database = None
        self.client = None

    async def open(self, settings=UNPACED):
        self._database = Database(self._path)
        keeper = Keeper(SessionArchive(self._database))
        app = create_app(self._library, settings, mint=self._mint, keeper=keeper)
        self.client = await self._make_client(app)
        return self.client

    async def stop(self):
        """As SIGTERM does."""
        await self.client.server.close()
        self._database.close()

    async def crash(self):
        """Nothing more is written, as after a kill; then the process is gone."""
        self._database.close()
        listeners = self.client.app[LISTENERS]
        listeners.keeper = Keeper(None)
        await self.client.server.close()


@pytest.fixture
async def house(tmp_path, library, aiohttp_client):
    async def make_client(app):
        return await aiohttp_client(Server(app))

    return House(tmp_path / "genmusic.db", library, make_client)


async def leave_off(radio, until):
    """Hear some seconds, and have what the server sends before it goes."""
    await radio.hear(until)
    return radio


@pytest.mark.parametrize("frames", [96_000, 480_000])
async def test_after_a_stop_the_samples_are_those_of_a_server_that_never_stopped(
    house, tune_in, come_back, library, frames
):
    radio = await tune_in(await house.open())
    await radio.hear(frames)
    await radio.say("set", id=1, controls={"brightness": 0.9})
    at = (await radio.expect("applied"))["pts"]["brightness"]
    await radio.hear(frames + 48_000)
    stop = asyncio.create_task(house.stop())
    assert await radio.end() == 1012
    await stop
    assert radio.texts[-1]["type"] == "drain"

    again = await come_back(await house.open(), radio, radio.chunks[-1].end)
    await again.hear(radio.chunks[-1].end + 96_000)

    heard = radio.packets + again.packets
    assert again.ready["resumed"]
    assert [chunk.flags for chunk in again.chunks] == [0] * len(again.chunks)
    assert heard == offline(library, 960 * len(heard), changes={at: {"brightness": 0.9}})
    await house.stop()


async def test_who_got_less_than_was_sent_before_a_stop_hears_on_to_the_bit(
    house, tune_in, come_back, library
):
    radio = await tune_in(await house.open())
    await radio.hear(96_000)
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    begin, end = 48_000, radio.chunks[-1].end

    again = await come_back(await house.open(), radio, begin)
    await again.hear(end + 48_000)

    assert again.chunks[0].pts == begin
    assert radio.packets[: begin // 960] + again.packets == offline(library, again.chunks[-1].end)
    await house.stop()


async def test_a_change_right_after_a_restart_is_heard_at_once(house, tune_in, come_back, library):
    radio = await tune_in(await house.open(replace(UNPACED, play_speed_limit=1.5)))
    await radio.fill()
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    end, played = radio.chunks[-1].end, 48_000

    again = await come_back(await house.open(), radio, end, played=played)
    await again.say("set", id=1, controls={"brightness": 0.9})
    at = (await again.expect("applied"))["pts"]["brightness"]
    await again.hear(end + 48_000)

    assert at < played + 48_000 < end - 4 * 48_000
    assert again.chunks[0].flags == SPLICE
    heard = radio.packets[: again.chunks[0].pts // 960] + again.packets
    assert heard == offline(library, 960 * len(heard), changes={at: {"brightness": 0.9}})
    await house.stop()


async def test_who_got_less_before_one_stop_hears_on_to_the_bit_after_two(
    house, tune_in, come_back, library
):
    radio = await tune_in(await house.open())
    await radio.hear(33 * 48_000)  # a younger one would be played from its beginning
    played = radio.chunks[-1].end
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    begin, end = played + 48_000, radio.chunks[-1].end
    again = await come_back(await house.open(), radio, end, played=played)
    stop = asyncio.create_task(house.stop())
    await again.end()
    await stop
    last = await come_back(await house.open(), again, begin)
    await last.hear(end + 48_000)

    assert (again.ready["pts"], last.chunks[0].pts) == (end, begin)
    assert last.packets == offline(library, last.chunks[-1].end)[begin // 960 :]
    await house.stop()


async def test_before_it_goes_the_server_sends_enough_to_play_on(house, tune_in):
    client = await house.open(Settings())
    radio = await tune_in(client)
    await radio.fill()
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop

    assert radio.chunks[-1].end >= 7.5 * 48_000


async def test_after_a_crash_no_acknowledged_change_is_lost(house, tune_in, come_back, library):
    radio = await tune_in(await house.open())
    await radio.hear(96_000)
    changes = {}
    for number, name in enumerate(("brightness", "space", "arousal")):
        await radio.say("set", id=number, controls={name: 0.9})
        at = (await radio.expect("applied"))["pts"][name]
        changes.setdefault(at, {})[name] = 0.9
        await radio.hear(radio.chunks[-1].end + 19_200)
    crash = asyncio.create_task(house.crash())
    await radio.end()
    await crash

    again = await come_back(await house.open(), radio, radio.chunks[-1].end)
    await again.hear(radio.chunks[-1].end + 96_000)

    # The session is young: it is played from its beginning, and is the same to the bit.
    heard = radio.packets + again.packets
    assert {name: again.ready["controls"][name] for name in ("brightness", "space", "arousal")} == {
        "brightness": 0.9, "space": 0.9, "arousal": 0.9,
    }  # fmt: skip
    assert heard == offline(library, 960 * len(heard), changes=changes)
    await house.stop()


async def test_a_stop_while_sessions_come_back_is_not_heard_either(
    house, tune_in, come_back, library
):
    radio = await tune_in(await house.open())
    await radio.hear(33 * 48_000)  # a younger one would be played from its beginning
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    keeper = (await house.open()).app[LISTENERS].keeper
    await keeper.find(radio.ready["session"])  # it was about to come back
    await house.stop()

    again = await come_back(await house.open(), radio, radio.chunks[-1].end)
    await again.hear(radio.chunks[-1].end + 96_000)

    heard = radio.packets + again.packets
    assert heard == offline(library, 960 * len(heard))
    await house.stop()


async def test_an_opus_stream_goes_on_without_a_gap(house, tune_in, come_back):
    radio = await tune_in(await house.open(), codecs=["opus"])
    await radio.hear(96_000)
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    end = radio.chunks[-1].end
    again = await come_back(await house.open(), radio, end)
    await again.hear(end + 48_000)

    assert (again.ready["pts"], again.chunks[0].pts, again.chunks[0].flags) == (end, end, 0)
    await house.stop()


async def test_many_come_back_at_once(house, tune_in, come_back):
    client = await house.open()
    radios = [await tune_in(client, seed=seed) for seed in range(12)]
    for radio in radios:
        await radio.hear(48_000)
    stop = asyncio.create_task(house.stop())
    await asyncio.gather(*(radio.end() for radio in radios))
    await stop
    client = await house.open()
    ends = [radio.chunks[-1].end for radio in radios]
    again = await asyncio.gather(
        *(come_back(client, radio, end) for radio, end in zip(radios, ends, strict=True))
    )

    assert [radio.ready["pts"] for radio in again] == ends
    await house.stop()


async def test_a_session_that_was_ended_stays_ended(house, tune_in, dial):
    radio = await tune_in(await house.open())
    await radio.say("bye")
    await radio.end()
    await house.stop()
    other = await dial(await house.open())
    await other.say("hello", v=1, codecs=["pcm16"], **radio.ticket)

    assert await other.end() == 4404
    await house.stop()


async def test_with_a_forged_token_nothing_comes_back(house, tune_in, dial):
    radio = await tune_in(await house.open())
    await radio.fill()
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    client = await house.open()
    other = await dial(client)
    await other.say("hello", v=1, codecs=["pcm16"], session=radio.ready["session"], token="gms_x")  # noqa: S106

    assert await other.end() == 4404
    assert len(client.app[LISTENERS].registry) == 0
    await house.stop()


async def test_the_far_future_is_not_rendered(house, tune_in, dial):
    radio = await tune_in(await house.open())
    await radio.fill()
    stop = asyncio.create_task(house.stop())
    await radio.end()
    await stop
    other = await dial(await house.open())
    await other.say("hello", v=1, codecs=["pcm16"], **radio.ticket, resume={"next_pts": 10**12})

    assert await other.end() == 4400
    await house.stop()


async def test_a_disk_that_fails_is_told_and_nothing_is_promised(house, tune_in, caplog):
    client = await house.open()
    radio = await tune_in(client)
    await radio.fill()
    house._database.close()
    await radio.say("set", id=1, controls={"space": 0.1})

    assert (await radio.expect("error"))["code"] == "storage"
    assert "applied" not in [text["type"] for text in radio.texts]
    async with client.post("/api/v1/sessions", json={}) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (500, "storage")
    faults = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(faults) == 2
    assert all(isinstance(fault.exc_info[1], StorageError) for fault in faults)
