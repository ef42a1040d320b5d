"""A server that plays is replaced by another, and nobody hears it."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from aiohttp import ClientError, ClientSession
from radio import Radio, offline

from genmusic.errors import ServerError
from genmusic.server.succession import VARIABLE, inheritance
from genmusic.session.tokens import KEY_FILE

PATIENCE = 120  # seconds, for the kernels of a first start
SUCCEEDED = re.compile(r" succeeded pid=(\d+)")


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    """What systemd hears who is the server."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield lambda: int(told.recv(200).decode().partition("READY=1\nMAINPID=")[2])


@pytest.fixture
def server(tmp_path, supervisor):
    """A server that keeps its sessions; its process, its address and its log."""
    log = tmp_path / "log"
    command = [sys.executable, "-m", "genmusic", "serve", "--port", "0"]
    limits = ["--limit", "play_speed_limit=1e6", "--data", str(tmp_path)]
    with (
        log.open("w") as faults,
        subprocess.Popen(
            [*command, *limits], stdout=subprocess.PIPE, stderr=faults, text=True
        ) as process,
    ):
        yield process, process.stdout.readline().split()[-1], log
        process.kill()
        for pid in SUCCEEDED.findall(log.read_text()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


async def dial(client, url, **hello):
    radio = Radio(await client.ws_connect(f"{url}api/v1/stream", protocols=["genmusic.v1"]))
    await radio.say("hello", v=1, codecs=["pcm16"], **hello)
    radio.ready = await radio.expect("ready")
    return radio


async def knock(client, url, refusals):
    """Ask again and again whether somebody is there."""
    while True:
        try:
            async with client.get(f"{url}healthz") as answer:
                await answer.read()
        except ClientError as error:
            refusals.append(error)
        await asyncio.sleep(0.01)


async def until_log_says(log, word):
    async with asyncio.timeout(PATIENCE):
        while word not in log.read_text():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


async def test_a_server_is_replaced_unheard_once_its_successor_is_ready(
    server, supervisor, library, tmp_path
):
    process, url, log = server
    refusals, kept = [], tmp_path / KEY_FILE
    key = kept.read_bytes()
    async with ClientSession() as client:
        radio = await dial(client, url, seed=7)
        await radio.hear(96_000)

        kept.write_bytes(b"no key")
        process.send_signal(signal.SIGUSR2)
        await until_log_says(log, "successor_failed")
        await radio.hear(radio.chunks[-1].end + 96_000)

        kept.write_bytes(key)
        process.send_signal(signal.SIGUSR2)
        knocking = asyncio.create_task(knock(client, url, refusals))
        await until_log_says(log, "succeeded pid=")
        assert await radio.end() == 1012
        end = radio.chunks[-1].end
        again = await dial(client, url, **radio.ticket, resume={"next_pts": end})
        await again.hear(end + 96_000)
        knocking.cancel()

    heard = radio.packets + again.packets
    (pid,) = map(int, SUCCEEDED.findall(log.read_text()))
    assert heard == offline(library, 960 * len(heard))
    assert (refusals, process.wait(PATIENCE)) == ([], 0)
    assert (supervisor(), supervisor()) == (process.pid, pid)
    assert process.stdout.readline() == f"genmusic is ready: {url}\n"
    os.kill(pid, signal.SIGTERM)
    assert process.stdout.read() == ""  # the successor has ended as well


@pytest.mark.parametrize("text", ["", "a,b", "3", "987654,987655"])
def test_an_inheritance_that_is_none_is_one_sentence(monkeypatch, text):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ServerError, match=f"{VARIABLE} is .*; start without it"):
        inheritance()


def test_who_succeeds_nobody_inherits_nothing(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)

    assert inheritance() is None
