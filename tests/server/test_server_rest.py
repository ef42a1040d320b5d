import asyncio
import json

import pytest
from radio import offline

from genmusic.config import Settings
from genmusic.controls.spec import TABLE, defaults
from genmusic.server.stream import LISTENERS

SESSIONS = "/api/v1/sessions"


@pytest.fixture
async def client(start):
    return await start()


def bearer(session):
    return {"Authorization": f"Bearer {session['token']}"}


@pytest.fixture
def begin(client):
    """Begin a session over HTTP."""

    async def post(**wishes):
        answer = await client.post(SESSIONS, json=wishes)
        assert answer.status == 201, await answer.text()
        return await answer.json()

    return post


async def call(client, method, session, path="", **body):
    address = f"{SESSIONS}/{session['id']}{path}"
    extra = {"json": body} if body else {}
    answer = await client.request(method, address, headers=bearer(session), **extra)
    return answer.status, (await answer.json() if answer.status != 204 else None)


async def test_a_session_begins_with_what_was_wished_for(client):
    answer = await client.post(
        SESSIONS, json={"seed": 7, "style": "evening", "controls": {"valence": 0.5}}
    )
    session = await answer.json()

    assert answer.headers["Location"] == f"{SESSIONS}/{session['id']}"
    assert (session["seed"], session["style"], session["listening"]) == (7, "evening", False)
    assert session["controls"] == defaults() | {"style": "evening", "valence": 0.5}


async def test_without_wishes_every_session_is_another_piece(begin):
    seeds = {(await begin())["seed"] for _ in range(3)}

    assert len(seeds) == 3


async def test_a_session_that_began_over_http_is_heard_over_the_websocket(
    client, begin, dial, library
):
    session = await begin(seed=7)
    radio = await dial(client)
    ticket = {"session": session["id"], "token": session["token"]}
    await radio.say("hello", v=1, codecs=["pcm16"], **ticket)
    radio.ready = await radio.expect("ready")
    packets = await radio.hear(48_000)

    assert packets == offline(library, 960 * len(packets))


async def test_a_session_is_shown_as_it_stands(client, begin):
    session = await begin(seed=7)
    await call(client, "PATCH", session, controls={"density": 0.9})
    status, state = await call(client, "GET", session)

    assert (status, state["id"], state["controls"]["density"]) == (200, session["id"], 0.9)
    assert "token" not in state


async def test_a_change_says_when_each_control_sounds(client, begin):
    session = await begin(seed=7)
    status, changed = await call(client, "PATCH", session, controls={"space": 0.1, "valence": 1})

    assert (status, set(changed["applied"])) == (200, {"space", "valence"})
    assert changed["controls"]["space"] == 0.1


async def test_a_wrong_control_is_named_and_nothing_changes(client, begin):
    session = await begin()
    status, body = await call(client, "PATCH", session, controls={"space": 0.1, "valence": 7})
    state = (await call(client, "GET", session))[1]

    assert (status, body["error"]["code"], body["error"]["field"]) == (
        400,
        "bad_control",
        "valence",
    )
    assert state["controls"]["space"] == 0.5


async def test_who_is_ended_is_gone(client, begin):
    session = await begin()

    assert await call(client, "DELETE", session) == (204, None)
    assert (await call(client, "GET", session))[0] == 404


async def test_a_session_that_nobody_hears_is_forgotten(start):
    client = await start(Settings(keep_seconds=60.0))
    session = await (await client.post(SESSIONS, json={})).json()
    listeners = client.app[LISTENERS]
    gone = listeners.registry.expire(listeners.clock() + 61)

    assert [row.id for row in gone] == [session["id"]]


@pytest.mark.parametrize(
    ("verdict", "novelty", "skips"), [("like", 0.4, False), ("dislike", 0.65, True)]
)
async def test_feedback_moves_novelty_and_begins_another_piece(
    client, begin, verdict, novelty, skips
):
    session = await begin(seed=7)
    status, changed = await call(client, "POST", session, "/feedback", verdict=verdict)

    assert (status, changed["controls"]["novelty"]) == (200, novelty)
    assert ("skip" in changed["applied"]) == skips


async def test_a_thousand_likes_stop_at_the_end_of_the_range(client, begin):
    session = await begin(controls={"novelty": 0.1})
    for _ in range(3):
        status, changed = await call(client, "POST", session, "/feedback", verdict="like")

    assert (status, changed["applied"], changed["controls"]["novelty"]) == (200, {}, 0.0)


async def test_feedback_stands_in_the_control_log(client, begin):
    session = await begin(seed=7)
    await call(client, "POST", session, "/feedback", verdict="dislike")
    kept = client.app[LISTENERS].registry.find(session["id"], session["token"])

    assert [change.name for change in kept.engine.log] == ["novelty", "skip"]


# What is refused


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer gms_" + "A" * 28, "bearer \xe9"]
)
async def test_without_the_token_a_session_stays_closed(client, begin, method, header):
    session = await begin()
    headers = {"Authorization": header} if header else {}
    answer = await client.request(method, f"{SESSIONS}/{session['id']}", headers=headers)

    assert (answer.status, (await answer.json())["error"]["code"]) == (401, "token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_in_the_address_opens_nothing(client, begin):
    session = await begin()
    answer = await client.get(f"{SESSIONS}/{session['id']}?token={session['token']}")

    assert answer.status == 401


async def test_the_token_of_one_session_does_not_open_another(client, begin):
    mine, theirs = await begin(), await begin()

    assert (await call(client, "GET", {"id": theirs["id"], "token": mine["token"]}))[0] == 401


async def test_who_may_listen_may_not_steer(client, begin):
    session = await begin()
    ticket = session["urls"]["playlist"].split("ticket=")[1]

    assert (await call(client, "DELETE", {"id": session["id"], "token": ticket}))[0] == 401


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "not what this address takes"),
        ("{", "not what this address takes"),
        ("[]", "Expected `object`"),
        ('{"seed":-1}', "$.seed"),
        ('{"seed":1.5}', "$.seed"),
        ('{"seed":9007199254740992}', "$.seed"),
        ('{"colour":"red"}', "unknown field `colour`"),
        ('{"controls":{"valence":[1]}}', "$.controls"),
        ('{"controls":{"valence":7}}', "valence must be in -1..1, got 7"),
        ('{"controls":{"nothing":7}}', "there is no control named 'nothing'"),
        ('{"style":"none"}', "there is no style 'none'"),
        ('{"codecs":["mp5"]}', "this server has none of mp5"),
        ('{"seed":' + "[" * 5_000 + "]" * 5_000 + "}", "not what this address takes"),
    ],
)
async def test_a_wrong_wish_is_one_sentence(client, body, words):
    answer = await client.post(SESSIONS, data=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400
    assert words in (await answer.json())["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "data", "status"),
    [
        ({"Content-Type": "text/plain"}, "{}", 415),  # what a form of another site can send
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"\x1f\x8b", 415),
        ({"Content-Type": "application/json"}, " " * 16_385, 413),
        ({"Content-Type": "application/json"}, " " * 1_000_000, 413),
    ],
)
async def test_a_body_that_is_not_read_is_refused_by_its_status(client, headers, data, status):
    answer = await client.post(SESSIONS, data=data, headers=headers)

    assert answer.status == status
    assert (await answer.json())["error"]["message"]


async def test_a_long_body_in_pieces_is_refused_as_well(client):
    async def endless():
        while True:
            yield b" " * 1_000

    answer = await client.post(
        SESSIONS, data=endless(), headers={"Content-Type": "application/json"}
    )

    assert answer.status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(start):
    client = await start(Settings(request_seconds=0.1))

    async def slow():
        yield b"{"
        await asyncio.sleep(5)

    answer = await client.post(SESSIONS, data=slow(), headers={"Content-Type": "application/json"})

    assert answer.status == 408


async def test_a_full_server_says_when_to_try_again(start, tune_in):
    client = await start(Settings(max_sessions=1))
    await tune_in(client)
    answer = await client.post(SESSIONS, json={})
    ready = await client.get("/readyz")

    assert (answer.status, answer.headers["Retry-After"]) == (429, "10")
    assert (await answer.json())["error"]["code"] == "full"
    assert (ready.status, await ready.json()) == (503, {"ready": False})


async def test_a_server_that_stops_takes_nobody_in(client):
    await client.app[LISTENERS].drain()
    answer = await client.post(SESSIONS, json={})

    assert (answer.status, (await client.get("/readyz")).status) == (503, 503)
    assert (await answer.json())["error"]["code"] == "restart"


# The document


async def test_the_document_describes_every_control_with_its_range(client, library):
    document = await (await client.get("/api/v1/openapi.json")).json()
    described = document["components"]["schemas"]["Controls"]["properties"]

    assert list(described) == [control.name for control in TABLE]
    assert described["valence"] == {
        "type": "number", "minimum": -1.0, "maximum": 1.0,
        "description": "dark to bright feeling: mode, harmony, register",
    }  # fmt: skip
    assert described["style"]["enum"] == list(library.styles)


async def test_the_document_has_every_operation_once(client):
    document = await (await client.get("/api/v1/openapi.json")).json()
    names = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    ]

    assert document["openapi"].startswith("3.1")
    assert len(names) == len(set(names))
    assert {"open_session", "change_session", "stream_file", "playlist"} <= set(names)


async def test_what_the_server_gives_is_what_the_document_says(client):
    document = json.dumps(await (await client.get("/api/v1/openapi.json")).json())

    assert "#/components/schemas/OpenedSession" in document
    assert "genmusic.server" not in document


async def test_the_works_that_taught_what_was_heard_are_credited(client, begin, dial):
    session = await begin(seed=7)
    radio = await dial(client)
    ticket = {"session": session["id"], "token": session["token"]}
    await radio.say("hello", v=1, codecs=["pcm16"], **ticket)
    await radio.expect("ready")
    await radio.hear(1_440_000)

    status, credits = await call(client, "GET", session, "/credits")
    shares = [work["share"] for work in credits["works"]]

    assert status == 200
    assert 0 <= credits["first_bar"] <= credits["last_bar"] < credits["first_bar"] + 8
    assert 1 <= len(shares) <= 5
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < sum(shares) <= 1.0
    assert all(work["composer"] and work["licence"] for work in credits["works"])


async def test_credits_are_not_asked_for_without_end(client, begin):
    session = await begin(seed=7)
    answers = [(await call(client, "GET", session, "/credits"))[0] for _ in range(6)]

    assert answers[0] == 200
    assert answers[-1] == 429
