"""Who comes in: each rule of docs/limits.md by the attack it is for."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import make_mocked_request
from radio import offline

from genmusic.config import LIMITS, Settings, with_limits
from genmusic.errors import ProtocolError, ServerError
from genmusic.server.app import create_app
from genmusic.server.gate import addresses
from genmusic.server.gate.addresses import AddressBook
from genmusic.server.gate.names import Names, Origins
from genmusic.server.gate.proxies import Proxies, neighbourhood
from genmusic.server.service import open_door
from genmusic.server.stream import LISTENERS

SESSIONS = "/api/v1/sessions"
HELLO = {"type": "hello", "v": 1, "codecs": ["pcm16"], "seed": 7}


def through(address):
    """Headers by which the proxy on this machine says for whom it asks."""
    return {"X-Forwarded-For": address}


# Names


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080", "[::1]:8080", "192.168.1.20", "localhost:80", "LOCALHOST", "a.localhost",
        "music.example.org", "music.example.org:8443", "music.example.org.",
        socket.gethostname(), f"{socket.gethostname()}.local",
    ],
)  # fmt: skip
def test_the_server_answers_to_its_own_names(host):
    assert Names(["Music.example.org"]).welcome(host)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "music.example.org.evil.example", "127.0.0.1.evil.example", "", "[", "a@b",
     "localhost.evil.example", "xmusic.example.org", "evil.example:8080"],
)  # fmt: skip
def test_it_does_not_answer_to_others(host):
    assert not Names(["music.example.org"]).welcome(host)


def test_a_star_takes_every_name():
    assert Names(["*"]).welcome("evil.example")


@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/api/v1/styles", "/api/v1/stream"])
async def test_a_page_that_bends_its_own_name_to_lead_here_gets_nothing(start, path):
    client = await start()
    answer = await client.get(path, headers={"Host": "evil.example"})

    assert answer.status == 421
    assert "--allow-host" in await answer.text()


async def test_a_name_that_was_allowed_leads_here(start):
    client = await start(Settings(allowed_hosts=("music.example.org",)))
    answer = await client.get("/healthz", headers={"Host": "music.example.org:8443"})

    assert answer.status == 200


# Sites


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", SESSIONS),
        ("GET", "/api/v1/stream"),
        ("GET", "/api/v1/styles"),
        ("OPTIONS", SESSIONS),
    ],
)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "x[", ""])
async def test_a_page_of_another_site_may_not_use_the_server(start, method, path, origin):
    client = await start()
    answer = await client.request(method, path, headers={"Origin": origin})

    assert (answer.status, (await answer.json())["error"]["code"]) == (403, "forbidden")
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_page_of_a_site_that_was_allowed_may_read_the_answers(start):
    site = "https://friend.example"
    client = await start(Settings(allowed_origins=(site + "/",)))
    asked = {"Origin": site, "Access-Control-Request-Method": "PATCH"}
    preflight = await client.options(f"{SESSIONS}/x", headers=asked)
    answer = await client.post(SESSIONS, json={}, headers={"Origin": site})

    assert preflight.status == 204
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (201, site)
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_the_page_of_the_server_itself_needs_no_permission(start):
    client = await start()
    own = str(client.make_url("/")).rstrip("/")

    assert (await client.post(SESSIONS, json={}, headers={"Origin": own})).status == 201


def test_an_origin_is_compared_whole():
    origins = Origins(["https://friend.example"])

    assert not origins.welcome("https://friend.example.evil.example", "127.0.0.1")
    assert not origins.welcome("http://friend.example", "127.0.0.1")
    assert origins.welcome("https://FRIEND.example", "127.0.0.1")


# Addresses


def client_of(peer, forwarded=None, trusted=("127.0.0.0/8", "::1/128", "10.0.0.0/8")):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("GET", "/", headers=headers)
    return Proxies(trusted).client(request.clone(remote=peer))


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # anybody may write a header
        ("127.0.0.1", None, None),
        ("::1", None, None),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first was made up
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "10.1.2.3", None),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:203.0.113.9", None, "203.0.113.9"),
        ("::ffff:127.0.0.1", None, None),
        ("127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("127.0.0.1", ",".join(["203.0.113.9"] * 1_000), "203.0.113.9"),
    ],
)
def test_the_address_that_is_counted(peer, forwarded, counted):
    assert client_of(peer, forwarded) == counted


def test_one_customer_of_ipv6_is_one_address():
    assert len({neighbourhood(f"2001:db8:1:2::{n:x}") for n in range(100)}) == 1


async def test_who_asks_too_often_is_refused_and_others_are_not(start):
    client = await start(Settings(requests_per_second=5.0))
    pest = [await client.get("/api/v1/models", headers=through("203.0.113.9")) for _ in range(15)]
    other = await client.get("/api/v1/models", headers=through("203.0.113.10"))
    statuses = [answer.status for answer in pest]

    assert statuses[:10] == [200] * 10
    assert set(statuses[12:]) == {429}
    assert (pest[-1].headers["Retry-After"], (await pest[-1].json())["error"]["code"]) == (
        "5",
        "too_fast",
    )
    assert other.status == 200


async def test_programs_of_this_machine_and_watchmen_are_not_counted(start):
    client = await start(Settings(requests_per_second=1.0))
    ours = [await client.get("/api/v1/models") for _ in range(10)]
    watch = [await client.get("/healthz", headers=through("203.0.113.9")) for _ in range(10)]

    assert {answer.status for answer in ours + watch} == {200}


async def test_an_address_may_not_have_all_the_sessions(start):
    client = await start(Settings(sessions_per_address=3, joins_per_second=100.0))
    headers = through("203.0.113.9")
    answers = await asyncio.gather(
        *(client.post(SESSIONS, json={}, headers=headers) for _ in range(8))
    )
    other = await client.post(SESSIONS, json={}, headers=through("203.0.113.10"))

    assert sorted(answer.status for answer in answers) == [201] * 3 + [429] * 5
    assert other.status == 201


async def test_a_session_that_ended_makes_room_for_another(start):
    client = await start(Settings(sessions_per_address=1))
    headers = through("203.0.113.9")
    first = await (await client.post(SESSIONS, json={}, headers=headers)).json()
    refused = await client.post(SESSIONS, json={}, headers=headers)
    bearer = {"Authorization": f"Bearer {first['token']}"}
    await client.delete(first["urls"]["self"], headers=headers | bearer)
    again = await client.post(SESSIONS, json={}, headers=headers)

    assert (refused.status, again.status) == (429, 201)


async def test_the_websocket_is_counted_as_well(start, dial):
    client = await start(Settings(joins_per_second=0.1))
    radios = [await dial(client, headers=through("203.0.113.9")) for _ in range(2)]
    for radio in radios:
        await radio.socket.send_json(HELLO)
    await radios[0].expect("ready")

    assert (await radios[1].expect("error"))["code"] == "too_fast"
    assert await radios[1].end() == 4429


def test_addresses_without_number_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(addresses, "MOST_ADDRESSES", 100)
    book = AddressBook(Settings(requests_per_second=0.5), lambda _name: True)
    book.request("203.0.113.9", 0.0)
    for number in range(1_000):
        book.request(f"2001:db8::{number:x}", 0.0)

    assert len(book) == 100
    with pytest.raises(ProtocolError):
        book.request("2001:db8::3e7", 0.0)


# The door


@asynccontextmanager
async def house(library, **limits):
    """A server behind its own door; its address."""
    settings = Settings(trusted_proxies=(), **limits)
    listener = socket.create_server(("127.0.0.1", 0))
    async with open_door(create_app(library, settings), listener):
        yield listener.getsockname()


@pytest.fixture
async def knock():
    """Open connections that are closed when the test is over."""
    opened = []

    async def connect(place, came_from="127.0.0.2"):
        opened.append(await asyncio.open_connection(*place, local_addr=(came_from, 0)))
        return opened[-1]

    yield connect
    for _, writer in opened:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def answers(connection):
    """Whether a connection is answered; False when it is shut."""
    reader, writer = connection
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    try:
        return await asyncio.wait_for(reader.readline(), 10) == b"HTTP/1.1 200 OK\r\n"
    except ConnectionError:
        return False


async def shut(connection):
    """Wait until the server shuts a connection; what it said before."""
    try:
        return await asyncio.wait_for(connection[0].read(), 10)
    except ConnectionError:
        return b""


async def test_an_address_may_not_have_all_the_connections(library, knock):
    async with house(library, connections_per_address=3) as place:
        pests = [await knock(place) for _ in range(6)]
        good = await knock(place, "127.0.0.3")

        assert [await answers(pest) for pest in pests] == [True] * 3 + [False] * 3
        assert await answers(good)


async def test_a_connection_that_is_closed_makes_room(library, knock):
    async with house(library, connections_per_address=1) as place:
        first = await knock(place)
        assert await answers(first)
        first[1].close()
        await first[1].wait_closed()
        async with asyncio.timeout(10):
            while not await answers(await knock(place)):
                pass


async def test_there_is_an_end_to_all_connections(library, knock):
    async with house(library, max_connections=4) as place:
        many = [await knock(place, f"127.0.0.{2 + n}") for n in range(6)]

        assert [await answers(one) for one in many] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n",
        b"\r\n\r\n",
        b"\x16\x03\x01\0",
    ],
)
async def test_who_does_not_finish_asking_is_not_waited_for(library, knock, words):
    async with house(library, idle_seconds=0.2) as place:
        connection = await knock(place)
        connection[1].write(words)

        assert b" 200 " not in await shut(connection)


async def test_who_asks_nothing_more_is_not_waited_for(library, knock):
    async with house(library, idle_seconds=0.2) as place:
        connection = await knock(place)
        assert await answers(connection)

        await shut(connection)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 9_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"nonsense\r\n\r\n",
        bytes(range(256)) * 20,
    ],
)
async def test_a_malformed_head_is_refused(library, knock, head):
    async with house(library, idle_seconds=0.5) as place:
        connection = await knock(place)
        connection[1].write(head)

        assert b"HTTP/1.1 200" not in await shut(connection)


# Configuration


def test_every_limit_can_be_chosen():
    settings = with_limits(Settings(), [f"{name}=7" for name in LIMITS])

    assert all(getattr(settings, name) == 7 for name in LIMITS)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("colour=1", "there is no limit named 'colour'; docs/limits.md lists them"),
        ("max_sessions=1.5", "max_sessions must be a whole number of 0 or more, got '1.5'"),
        ("max_sessions", "got ''"),
        ("idle_seconds=-1", "idle_seconds must be a number of 0 or more"),
        ("idle_seconds=nan", "got 'nan'"),
        ("idle_seconds=inf", "got 'inf'"),
        ("allowed_hosts=x", "there is no limit named"),
    ],
)
def test_a_limit_that_cannot_be_is_one_sentence(wish, words):
    with pytest.raises(ServerError) as refused:
        with_limits(Settings(), [wish])

    assert words in str(refused.value)


# Load


async def test_a_busy_server_takes_nobody_else_in_and_goes_on_for_those_who_listen(
    start, tune_in, library
):
    client = await start(Settings(play_speed_limit=1e6))
    radio = await tune_in(client)
    meter = client.app[LISTENERS].pool.meter
    for _ in range(100):
        meter._hops.append((meter._clock(), 0.1))
    meter._looked_at = 0.0
    refused = await client.post(SESSIONS, json={})
    ready = await client.get("/readyz")
    packets = await radio.hear(96_000)

    assert (refused.status, (await refused.json())["error"]["code"]) == (429, "full")
    assert (refused.headers["Retry-After"], ready.status) == ("10", 503)
    assert packets == offline(library, 960 * len(packets))


async def test_a_rush_of_strangers_is_let_in_little_by_little(start):
    client = await start(Settings(all_joins_per_second=1.5, load_limit=1.0))
    answers = [
        await client.post(SESSIONS, json={}, headers=through(f"203.0.113.{number}"))
        for number in range(6)
    ]
    ours = await client.post(SESSIONS, json={})

    assert [answer.status for answer in answers] == [201] * 3 + [429] * 3
    assert ours.status == 201


# Offences


async def test_who_is_refused_again_and_again_stays_outside_for_a_while(start):
    now = [1_000.0]
    client = await start(Settings(ban_seconds=60.0), clock=lambda: now[0])
    pest, other = through("203.0.113.9"), through("203.0.113.10")
    guesses = [await client.get(f"{SESSIONS}/x", headers=pest) for _ in range(11)]
    banned = await client.get("/api/v1/models", headers=pest)
    welcome = await client.get("/api/v1/models", headers=other)
    now[0] += 61.0
    again = await client.get("/api/v1/models", headers=pest)

    assert {answer.status for answer in guesses} == {401}
    assert (banned.status, banned.headers["Retry-After"]) == (429, "60")
    assert (welcome.status, again.status) == (200, 200)


async def test_a_banned_address_is_shut_out_at_the_door(library, knock):
    async with house(library, offences_per_second=0.01) as place:
        for _ in range(3):
            pest = await knock(place)
            pest[1].write(b"GET /api/v1/sessions/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            await pest[0].readline()

        assert not await answers(await knock(place))
        assert await answers(await knock(place, "127.0.0.3"))


async def test_a_rush_of_connections_is_let_in_little_by_little(library, knock):
    async with house(library, connections_per_second=2.0) as place:
        many = [await knock(place, f"127.0.0.{2 + n}") for n in range(6)]

        assert [await answers(one) for one in many] == [True] * 4 + [False] * 2
