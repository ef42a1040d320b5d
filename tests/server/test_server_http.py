from io import BytesIO

import av
import numpy as np
import pytest
from aiohttp import web

from genmusic import __version__
from genmusic.controls.spec import TABLE
from genmusic.server.app import create_app
from genmusic.server.routes import ROUTES


@pytest.fixture
async def client(start):
    return await start()


async def test_the_styles_are_listed_with_title_and_text(client, library):
    rows = await (await client.get("/api/v1/styles")).json()

    assert [row["name"] for row in rows] == list(library.styles)
    told = {"name", "title", "text", "mood", "fault"}
    assert all(set(row) == told and row["text"] for row in rows)
    assert {row["fault"] for row in rows} == {None}
    assert rows[0]["mood"]["tempo_bpm"] == "arousal"


async def test_a_style_whose_edit_is_broken_says_so(client, library):
    library.styles.refuse("jazz", "jazz.toml:3: parts: no")
    try:
        rows = await (await client.get("/api/v1/styles")).json()
    finally:
        library.styles.put(library.styles["jazz"])

    assert {row["name"]: row["fault"] for row in rows if row["fault"]} == {
        "jazz": "jazz.toml:3: parts: no"
    }


async def test_a_style_shows_four_bars_of_its_own_notes(client, library):
    shown = await (await client.get("/api/v1/styles/evening/sketch")).json()

    assert shown["beats"] >= 4
    assert {"melody", "comp", "bass"} <= set(shown["parts"])
    assert all(0 <= start < shown["beats"] for start, _, _ in shown["parts"]["bass"])


async def test_every_style_has_something_to_show(client, library):
    for name in library.styles:
        shown = await (await client.get(f"/api/v1/styles/{name}/sketch")).json()

        assert len(shown["parts"]) > 1, name


async def test_a_style_can_be_heard_beforehand_and_is_rendered_once(client):
    first, again = [await client.get("/api/v1/styles/evening/preview.mp3") for _ in range(2)]

    with av.open(BytesIO(await first.read())) as heard:
        samples = np.concatenate([frame.to_ndarray() for frame in heard.decode(audio=0)], axis=1)
    assert first.content_type == "audio/mpeg"
    assert samples.shape[1] / 48_000 == pytest.approx(8, abs=0.1)
    assert np.abs(samples).max() > 0.1
    assert await first.read() == await again.read()


@pytest.mark.parametrize("thing", ["sketch", "preview.mp3"])
async def test_a_style_that_is_not_there_is_not_found(client, thing):
    answer = await client.get(f"/api/v1/styles/nosuch/{thing}")

    assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found")


async def test_the_table_of_controls_is_served_row_by_row(client):
    rows = await (await client.get("/api/v1/controls")).json()

    assert [row["name"] for row in rows] == [control.name for control in TABLE]
    assert (rows[0]["low"], rows[0]["high"], rows[0]["kind"]) == (-1.0, 1.0, "number")
    assert {row["name"]: row for row in rows}["key"]["choices"][:2] == ["C", "Db"]


async def test_the_models_are_listed_with_those_who_taught_them(client, library):
    rows = await (await client.get("/api/v1/models")).json()

    assert [row["name"] for row in rows] == list(library.models)
    assert all(row["works"] > 100 and row["licences"] == ["CC0-1.0"] for row in rows)
    assert all(row["composers"][0]["works"] >= row["composers"][1]["works"] for row in rows)


async def test_health_counts_who_listens(client, tune_in):
    before = await (await client.get("/healthz")).json()
    await tune_in(client)
    after = await (await client.get("/healthz")).json()

    assert before == {"ok": True, "version": __version__, "listeners": 0}
    assert after["listeners"] == 1


async def test_a_server_that_runs_is_ready(client):
    answer = await client.get("/readyz")

    assert (answer.status, await answer.json()) == (200, {"ready": True})


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/styles/", 404, "not_found"),
        ("POST", "/api/v1/styles", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
    ],
)
async def test_a_wrong_request_is_answered_in_json(client, method, path, status, code):
    answer = await client.request(method, path)

    assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


async def test_a_method_that_is_not_allowed_names_those_that_are(client):
    answer = await client.post("/api/v1/styles")

    assert answer.headers["Allow"] == "GET,HEAD"


async def test_a_person_gets_a_page(client):
    answer = await client.get("/nothing")

    assert (answer.status, answer.content_type) == (404, "text/html")
    assert "<h1>Not Found</h1>" in await answer.text()


async def test_a_fault_of_the_server_shows_no_traceback(aiohttp_client, library, caplog):
    async def broken(request):
        raise ZeroDivisionError("a secret")

    app = create_app(library)
    app.router.add_get("/api/v1/broken", broken)
    answer = await (await aiohttp_client(app)).get("/api/v1/broken?token=abc")

    assert answer.status == 500
    assert (await answer.json())["error"]["code"] == "internal_server_error"
    assert "secret" not in await answer.text()
    assert "ZeroDivisionError" in caplog.text
    assert "abc" not in caplog.text


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/styles", "/api/v1/nothing", "/healthz"])
async def test_every_answer_carries_the_security_headers(client, path):
    headers = (await client.get(path)).headers

    policy = headers["Content-Security-Policy"]
    assert (
        "default-src 'self'; img-src 'self' blob:; worker-src 'self'; connect-src 'self' ws: wss:"
        in policy
    )
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Server"] == "genmusic"


async def test_a_worker_is_held_to_the_policy_and_parts_of_a_page_carry_what_counts_for_them(
    client,
):
    worker = (await client.get("/worker/stream-worker.js")).headers
    part = (await client.get("/app.js")).headers

    assert "default-src 'self'" in worker["Content-Security-Policy"]
    assert part["X-Content-Type-Options"] == "nosniff"
    assert part["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("name", ["styles", "controls", "styles/evening/sketch", "openapi.json"])
async def test_what_is_the_same_for_everybody_travels_compressed(client, name):
    answer = await client.get(f"/api/v1/{name}", headers={"Accept-Encoding": "gzip"})
    plain = await client.get(f"/api/v1/{name}", headers={"Accept-Encoding": "identity"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await answer.json() == await plain.json()


def test_every_route_has_a_sentence():
    for route in ROUTES:
        assert route.handler.__doc__.startswith(f"``{route.method} {route.path}``: ")
    assert all(isinstance(route, web.RouteDef) for route in ROUTES)
