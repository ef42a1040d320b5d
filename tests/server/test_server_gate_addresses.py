"""What one address may have, and what all may together, each by the attack it is for."""

import asyncio

import pytest
from aiohttp.test_utils import make_mocked_request
from radio import offline, through

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.server.gate import addresses
from genmusic.server.gate.addresses import AddressBook
from genmusic.server.gate.proxies import Proxies, neighbourhood
from genmusic.server.stream import LISTENERS

SESSIONS = "/api/v1/sessions"
HELLO = {"type": "hello", "v": 1, "codecs": ["pcm16"], "seed": 7}


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
