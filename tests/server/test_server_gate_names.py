"""Under which names the server answers, and to the pages of which sites."""

import socket

import pytest

from genmusic.config import Settings
from genmusic.server.gate.names import Names, Origins

SESSIONS = "/api/v1/sessions"


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
