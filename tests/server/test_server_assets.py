import re
from pathlib import Path

import pytest
from yarl import URL

from genmusic.server.assets import find_web_folder


@pytest.fixture
def folder(tmp_path):
    web = tmp_path / "web"
    (web / "worker").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html>")
    (web / "worker" / "stream.js").write_text("export {};")
    (web / "stage.css").write_text("main {}")
    (web / "package.json").write_text("{}")
    (web / "notes.md").write_text("private")
    (web / ".env").write_text("private")
    (tmp_path / "secret.txt").write_text("private")
    (web / "link.txt").symlink_to(tmp_path / "secret.txt")
    return web


@pytest.fixture
async def client(start, folder):
    return await start(web_folder=folder)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/worker/stream.js", "text/javascript; charset=utf-8"),
        ("/stage.css", "text/css; charset=utf-8"),
    ],
)
async def test_files_are_served_as_what_they_are(client, path, media_type):
    answer = await client.get(path)

    assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_browser_that_has_the_file_is_told_so(client):
    first = await client.get("/stage.css")
    again = await client.get("/stage.css", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_text_travels_compressed_to_those_who_can_read_it(client, folder):
    (folder / "stage.css").write_text("main {}\n" * 1_000)
    packed = await client.get("/stage.css", headers={"Accept-Encoding": "gzip"})
    plain = await client.get("/stage.css", headers={"Accept-Encoding": "identity"})

    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    assert "Content-Encoding" not in plain.headers
    assert await packed.text() == await plain.text()


async def test_a_changed_file_is_sent_again(client, folder):
    first = await client.get("/stage.css")
    (folder / "stage.css").write_text("body {}")
    again = await client.get("/stage.css", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, await again.text()) == (200, "body {}")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/worker/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/%2f/etc/hostname",
        "/%2fetc%2fhostname",
        "/link.txt",
        "/.env",
        "/notes.md",
        "/package.json",
        "/worker",
        "/worker/",
        "/index.html/",
        "/index.html%00.css",
        "/" + "a" * 300 + ".js",
        "/" + "a/" * 1_500 + "b.js",
    ],
)
async def test_nothing_else_leaves_the_folder(client, path):
    answer = await client.get(URL(path, encoded=True))

    assert answer.status == 404
    assert "private" not in await answer.text()


async def test_head_costs_no_body(client):
    answer = await client.head("/stage.css")

    assert (answer.status, await answer.read()) == (200, b"")


async def test_everything_the_page_names_is_there(start):
    client = await start(web_folder=find_web_folder())
    page = await (await client.get("/")).text()
    names = re.findall(r'(?:src|href)="([^"#:]+)"', page)

    assert len(names) >= 2
    assert {
        name: (await client.get(f"/{name.lstrip('./')}")).status for name in names
    } == dict.fromkeys(names, 200)


async def test_the_page_has_no_inline_script(start):
    client = await start(web_folder=find_web_folder())
    page = await (await client.get("/")).text()

    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|\son\w+=", page)


def test_the_page_is_found_in_the_checkout_or_the_package():
    assert (find_web_folder() / "index.html").is_file()
    assert find_web_folder().name == Path("web").name
