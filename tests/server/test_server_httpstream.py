"""The stream as a file: what a player that reads bytes is given, and when."""

import asyncio

import pytest
from radio import UNPACED, offline

from genmusic.config import Settings
from genmusic.server.httpstream.icy import Interleaver, metadata
from genmusic.server.httpstream.wallclock import WallClock
from genmusic.server.stream import LISTENERS

WAV_HEAD_BYTES = 44
FRAME_BYTES = 4


class Clock:
    """A clock that a test turns."""

    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def running_clock(clock):
    """The clock, ten times as fast as real time."""

    async def run():
        while True:
            await asyncio.sleep(0.01)
            clock.now += 0.1

    running = asyncio.create_task(run())
    yield clock
    running.cancel()


@pytest.fixture
async def client(start, clock):
    return await start(UNPACED, clock=clock)


@pytest.fixture
def tune(client):
    """Open an address; its answer is closed when the test is over."""
    answers = []

    async def get(address, **extra):
        address = address if address.startswith("http") else client.make_url(address)
        answers.append(await client.session.get(address, **extra))
        return answers[-1]

    yield get
    for answer in answers:
        answer.close()


@pytest.fixture
def open_wav(tune):
    """Tune in to the WAV stream of a session, past its head."""

    async def get(session):
        answer = await tune(session["urls"]["stream"]["wav"])
        assert answer.status == 200, await answer.text()
        await answer.content.readexactly(WAV_HEAD_BYTES)
        return answer

    return get


@pytest.fixture
def begin(client):
    async def post(**wishes):
        answer = await client.post("/api/v1/sessions", json={"seed": 7} | wishes)
        return await answer.json()

    return post


def bearer(session):
    return {"Authorization": f"Bearer {session['token']}"}


async def show(client, session):
    """The session as it stands."""
    return await (await client.get(session["urls"]["self"], headers=bearer(session))).json()


async def read_frames(answer, frames):
    """The next frames of a WAV stream."""
    return await asyncio.wait_for(answer.content.readexactly(frames * FRAME_BYTES), 20)


async def test_a_player_hears_the_music_of_its_session(client, clock, begin, library, open_wav):
    answer = await open_wav(await begin())
    heard = await read_frames(answer, 96_000)

    assert heard == b"".join(offline(library, 96_000))


async def test_some_seconds_come_at_once_and_the_rest_in_real_time(client, clock, begin, open_wav):
    answer = await open_wav(await begin())
    await read_frames(answer, 120_000)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answer.content.readexactly(1), 0.3)
    clock.now += 1.0

    assert await read_frames(answer, 48_000)


async def test_a_change_is_heard_by_the_player_at_the_frame_that_was_promised(
    client, clock, begin, library, open_wav
):
    session = await begin()
    answer = await open_wav(session)
    heard = await read_frames(answer, 110_400)
    own = session["urls"]["self"]
    changed = await client.patch(
        own, json={"controls": {"brightness": 0.9}}, headers=bearer(session)
    )
    frame = (await changed.json())["applied"]["brightness"]
    clock.now += 2.0
    heard += await read_frames(answer, frame + 48_000 - 110_400)

    expected = offline(library, frame + 48_000, changes={frame: {"brightness": 0.9}})
    assert heard == b"".join(expected)[: len(heard)]


async def test_the_websocket_takes_the_music_over_and_the_player_is_done(
    client, clock, begin, dial, open_wav
):
    session = await begin()
    answer = await open_wav(session)
    await read_frames(answer, 48_000)
    radio = await dial(client)
    ticket = {"session": session["id"], "token": session["token"]}
    await radio.say("hello", v=1, codecs=["pcm16"], **ticket)

    assert (await radio.expect("ready"))["resumed"]
    await asyncio.wait_for(answer.content.read(), 20)  # the file has an end after all
    assert answer.content.at_eof()


async def test_a_player_takes_over_what_was_opus(client, clock, tune_in, tune):
    radio = await tune_in(client, codecs=["opus"])
    end = await radio.fill()
    address = f"/api/v1/sessions/{radio.ready['session']}/stream.wav"
    answer = await tune(address, headers=bearer(radio.ready))
    await answer.content.readexactly(WAV_HEAD_BYTES)

    assert await read_frames(answer, 9_600)
    assert await radio.end() == 4409
    assert end > 0


# Tickets


async def test_the_token_opens_the_stream_as_well(tune, begin):
    session = await begin()
    answer = await tune(f"{session['urls']['self']}/stream.mp3", headers=bearer(session))

    assert (answer.status, answer.content_type) == (200, "audio/mpeg")


@pytest.mark.parametrize("ticket", ["", "x", "gml_" + "A" * 28, "{other}", "{token}"])
async def test_without_a_ticket_there_is_no_music(client, begin, ticket):
    session, other = await begin(), await begin()
    others = other["urls"]["playlist"].split("ticket=")[1]
    ticket = ticket.format(other=others, token=session["token"])
    path = f"{session['urls']['self']}/stream"
    answers = [
        await client.get(f"{path}.{suffix}", params={"ticket": ticket}) for suffix in ("mp3", "m3u")
    ]

    assert [answer.status for answer in answers] == [401, 401]


async def test_a_format_that_is_not_there_lists_those_that_are(client, begin):
    session = await begin()
    answer = await client.get(f"{session['urls']['self']}/stream.aac", headers=bearer(session))

    assert answer.status == 404
    assert "mp3, opus, flac, wav" in (await answer.json())["error"]["message"]


async def test_the_playlist_leads_to_the_stream(tune, begin):
    session = await begin()
    answer = await tune(session["urls"]["playlist"])
    lines = (await answer.text()).splitlines()
    stream = await tune(lines[2])

    assert answer.content_type == "audio/x-mpegurl"
    assert lines[:2] == ["#EXTM3U", f"#EXTINF:-1,genmusic: {session['title']}"]
    assert (stream.status, stream.content_type) == (200, "audio/mpeg")


# Manners


async def test_who_does_not_read_is_cut_off_and_holds_little(start, running_clock):
    settings = Settings(play_speed_limit=1e6, http_stall_seconds=0.3)
    client = await start(settings, clock=running_clock)
    session = await (await client.post("/api/v1/sessions", json={})).json()
    reader, writer = await asyncio.open_connection(client.host, client.port, limit=1_024)
    path = session["urls"]["stream"]["wav"]
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode())
    await reader.readexactly(10)  # it has begun, and nobody reads on
    state = {"listening": True}
    async with asyncio.timeout(20):
        while state["listening"]:
            state = await show(client, session)
    writer.transport.abort()

    assert 0 < state["end"] < 30 * 48_000  # the kernel took some; nothing was made beyond that


async def test_a_player_that_goes_away_leaves_the_session_to_come_back(
    client, clock, begin, open_wav
):
    session = await begin()
    answer = await open_wav(session)
    heard = await read_frames(answer, 48_000)
    answer.close()
    again = await open_wav(session)

    assert heard
    assert await read_frames(again, 48_000)


async def test_a_server_that_stops_ends_the_file(client, begin, open_wav):
    answer = await open_wav(await begin())
    await client.app[LISTENERS].drain()
    await asyncio.wait_for(answer.content.read(), 20)

    assert answer.content.at_eof()


# Titles


def untangle(data, interval=8_192):
    """Sound and titles of a stream with metadata."""
    sound, titles = b"", []
    while len(data) > interval:
        size = 16 * data[interval]
        sound += data[:interval]
        titles.append(data[interval + 1 : interval + 1 + size].rstrip(b"\0").decode())
        data = data[interval + 1 + size :]
    return sound + data, titles


async def test_who_asks_for_titles_gets_them_where_the_piece_begins(
    client, running_clock, begin, tune, library
):
    session = await begin()
    answer = await tune(session["urls"]["stream"]["wav"], headers={"Icy-MetaData": "1"})
    data = await asyncio.wait_for(answer.content.readexactly(400_000), 20)
    skipped = await client.post(
        session["urls"]["self"] + "/feedback", json={"verdict": "skip"}, headers=bearer(session)
    )
    frame = (await skipped.json())["applied"]["skip"]
    data += await asyncio.wait_for(answer.content.readexactly(frame * FRAME_BYTES), 20)
    state = await show(client, session)
    sound, titles = untangle(data)
    told = [(8_192 * (at + 1) // FRAME_BYTES, title) for at, title in enumerate(titles) if title]

    assert (answer.headers["icy-metaint"], answer.headers["icy-name"]) == ("8192", "genmusic")
    assert (
        sound[WAV_HEAD_BYTES : WAV_HEAD_BYTES + 96_000]
        == b"".join(offline(library, 24_000))[:96_000]
    )
    assert [title for _, title in told] == [
        f"StreamTitle='{name}';" for name in (session["title"], state["title"])
    ]
    assert 0 <= told[1][0] - frame < 48_000


async def test_who_does_not_ask_gets_nothing_but_sound(tune, begin):
    answer = await tune((await begin())["urls"]["stream"]["mp3"])

    assert "icy-metaint" not in answer.headers


def test_metadata_is_counted_in_sixteenths():
    assert metadata("ab") == b"\2StreamTitle='ab';" + b"\0" * 15


def test_a_title_cannot_break_out():
    assert metadata("it's\n\0x") == b"\2" + "StreamTitle='it’s  x';".encode().ljust(32, b"\0")


@pytest.mark.parametrize("piece", [1, 7, 16, 1_000])
def test_metadata_lies_at_every_interval_however_the_sound_comes(piece):
    weaver, sound = Interleaver(16), bytes(range(64))
    woven = b"".join(weaver.weave(sound[at : at + piece], "x") for at in range(0, 64, piece))

    assert woven == sound[:16] + metadata("x") + b"".join(
        sound[at : at + 16] + b"\0" for at in (16, 32, 48)
    )


# The clock of those who do not tell


def test_a_player_is_ahead_of_the_wall_clock_by_its_lead():
    wall = WallClock(1_000, lead_seconds=1.0, now=50.0)
    wall.sent(500_000, 50.0)

    assert wall.heard(50.0) == 49_000
    assert wall.heard(52.0) == 145_000


def test_nothing_is_heard_before_it_was_sent():
    wall = WallClock(0, lead_seconds=1.0, now=0.0)
    wall.sent(9_600, 0.1)

    assert wall.heard(5.0) == 9_600


def test_a_player_that_paused_does_not_get_the_pause_made_up():
    wall = WallClock(0, lead_seconds=1.0, now=0.0)
    wall.sent(96_000, 0.0)
    wall.sent(105_600, 600.0)  # ten minutes later it read on
    wall.sent(960_000, 600.0)

    assert wall.heard(600.0) == 105_600 + 48_000
    assert wall.heard(601.0) == 105_600 + 96_000
