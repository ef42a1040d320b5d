"""docs/stream-protocol.md names every message, field and code there is, and its client works."""

import asyncio
import re
import sys
import wave
from pathlib import Path

import msgspec
import pytest

from genmusic.config import Settings
from genmusic.errors import CLOSE_CODES
from genmusic.server import messages

TEXT = (Path(__file__).parents[2] / "docs" / "stream-protocol.md").read_text()
MESSAGES = {
    kind.__struct_config__.tag: kind
    for kind in vars(messages).values()
    if isinstance(kind, type)
    and issubclass(kind, msgspec.Struct)
    and kind.__struct_config__.tag is not None
}


def section(name, level="##"):
    """The text below a heading."""
    found = re.search(rf"^{level} {name}$(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def fields(text):
    """The first column of a table."""
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_there_are_messages_to_look_for():
    assert {"hello", "ready", "ack", "set", "applied", "notes", "error"} <= set(MESSAGES)


@pytest.mark.parametrize("tag", MESSAGES)
def test_every_message_is_described_field_by_field(tag):
    assert section(tag, "###"), f"there is no section ### {tag}"
    assert sorted(fields(section(tag, "###"))) == sorted(MESSAGES[tag].__struct_fields__)


def test_every_error_is_listed_with_its_close_code():
    rows = re.findall(r"^\| (\d{4}) \| `(\w+)` \|", section("Closing"), re.MULTILINE)

    assert {code: int(number) for number, code in rows} == CLOSE_CODES


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hello_seconds", "no `hello` within {:g} s"),
        ("rest_seconds", "no `ack` for {:g} s, not paused | nothing is rendered"),
        ("stalled_seconds", "no `ack` for {:g} s, not paused | closed with 4408"),
        ("send_seconds", "cannot be sent for {:g} s"),
        ("heartbeat_seconds", "(every {:g} s)"),
        ("keep_seconds", "keeps the session for {:g} s"),
        ("history_seconds", "by your last `ack`,\nwith {:g} s before them"),
        ("room_history_seconds", "if it is not older than {:g} s"),
        ("lookahead_seconds", "look-ahead is {:g} s at first (`ready.lookahead_ms`)"),
        ("play_speed_limit", "faster than {:g} × real time"),
        ("message_bytes", "At most {} bytes"),
        ("messages_per_second", "at most {:g} a second"),
        ("sets_per_second", "at most {:g} `set` and `skip`"),
    ],
)
def test_the_numbers_are_those_of_the_server(name, words):
    assert words.format(getattr(Settings(), name)) in TEXT


async def test_the_example_client_hears_music(start, tmp_path):
    client = await start(Settings())
    script, heard = tmp_path / "listen.py", tmp_path / "heard.wav"
    script.write_text(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1])
    url = str(client.make_url("/api/v1/stream"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, url, heard, "2", stdout=asyncio.subprocess.PIPE
    )
    said = (await asyncio.wait_for(process.communicate(), 30))[0].decode()

    assert process.returncode == 0
    assert "more excitement at frame" in said
    with wave.open(str(heard)) as file:
        assert file.getparams()[:4] == (2, 2, 48_000, 96_000)
        assert len(set(file.readframes(96_000))) > 100
