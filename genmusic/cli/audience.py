"""An audience for a performance: a room on a server that runs, or on one of our own."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from genmusic.cli.progress import notice
from genmusic.errors import ServerError
from genmusic.processes import last_line
from genmusic.session.tokens import Purpose, TokenMint, load_key

TOKEN_VARIABLE = "GENMUSIC_ROOM_TOKEN"  # noqa: S105 - the name of one
READY = "genmusic is ready: "
LOG_FILE = "log"
END_SECONDS = 10.0
DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a performance is heard: server and room, what lets one lead it, and one's name."""

    server: str
    room: str
    token: str
    who: str

    @property
    def address(self) -> str:
        """What the audience opens."""
        return f"{self.server.rstrip('/')}/?room={self.room}"


@contextmanager
def place_of(arguments: argparse.Namespace) -> Iterator[Place | None]:
    """The room that the arguments ask for, if they do."""
    if not arguments.room:
        yield None
        return
    if arguments.scenario is not None:
        raise ServerError("a scenario does not travel: give --room or --scenario, not both")
    if arguments.server:
        yield Place(
            _checked(arguments.server), arguments.room, _token(arguments.token), arguments.who
        )
        return
    with _own_server(arguments.room, arguments.listen) as (server, token):
        yield Place(server, arguments.room, token, arguments.who)


def _checked(server: str) -> str:
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ServerError(
            f"--server must be an address such as https://music.example.org, got {server:.60}"
        )
    return server


def _token(given: str) -> str:
    token = given or os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise ServerError(
            f"a room on another server needs a token: set {TOKEN_VARIABLE}; "
            "who runs the server makes one with genmusic room NAME --data DIR"
        )
    return token


@contextmanager
def _own_server(room: str, listen: tuple[str, int]) -> Iterator[tuple[str, str]]:
    """A server in a process of its own while the performance lasts; what leads the room there."""
    host, port = listen
    with tempfile.TemporaryDirectory(prefix="genmusic-room-") as folder:
        token = TokenMint(load_key(Path(folder))).issue(Purpose.LEAD, room, DAY_SECONDS)
        command = [sys.executable, "-m", "genmusic", "serve", "--data", folder]
        command += ["--host", host, "--port", str(port)]
        log = Path(folder) / LOG_FILE
        with (
            log.open("w") as said,
            subprocess.Popen(  # noqa: S603 - ourselves
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True
            ) as server,
        ):
            try:
                with notice("the room is being opened …"):
                    address = _address(server, log)
                yield address, token
            finally:
                _end(server)


def _end(server: subprocess.Popen[str]) -> None:
    """Let the server say goodbye to the audience, but do not wait for ever."""
    server.terminate()
    try:
        server.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _address(server: subprocess.Popen[str], log: Path) -> str:
    """What the server says when it is ready; a `ServerError` with its complaint if it is not."""
    for line in server.stdout or ():
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    complaint = last_line(log.read_text()).removeprefix("genmusic: ")
    raise ServerError(complaint or "no room could be opened")
