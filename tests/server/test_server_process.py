"""The real process: address, readiness, signals, bad arguments."""

import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest
from aiohttp import ClientSession

READY = re.compile(r"genmusic is ready: (http://127\.0\.0\.1:(\d+)/)")
WARM_SECONDS = 120  # a first start compiles every kernel


def spawn(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "genmusic", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def server():
    """A server on a free port, and its address."""
    process = spawn("--port", "0")
    line = process.stdout.readline()
    ready = READY.fullmatch(line.strip())
    assert ready, line + process.stderr.read()
    yield process, ready[1]
    process.kill()
    process.communicate()


async def open_streams(client, url, count):
    """WebSockets that play, and one that has not said hello."""
    sockets = [
        await client.ws_connect(f"{url}api/v1/stream", protocols=["genmusic.v1"])
        for _ in range(count + 1)
    ]
    for listener in sockets[1:]:
        await listener.send_json({"type": "hello", "v": 1, "codecs": ["opus"]})
        assert (await listener.receive_json(timeout=20))["type"] == "ready"
    return sockets


async def last_words(listener):
    """The last text of a stream, and its close code."""
    text = None
    async for message in listener:
        text = message.data if isinstance(message.data, str) else text
    return text, listener.close_code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_every_stream_with_1012_and_the_process_with_0(server, number):
    process, url = server
    async with ClientSession() as client:
        sockets = await open_streams(client, url, 5)
        process.send_signal(number)
        began = time.monotonic()
        words = [await last_words(listener) for listener in sockets]

    assert words == [('{"type":"drain","after_ms":0}', 1012)] * 6
    assert time.monotonic() - began < 3.0  # two to send what they can play on
    assert process.wait(timeout=3) == 0


async def test_a_listener_who_does_not_answer_the_close_is_not_waited_for(server):
    process, url = server
    async with ClientSession() as client:
        sockets = await open_streams(client, url, 1)
        for listener in sockets:
            listener._response.connection.transport.pause_reading()
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        status = process.wait(timeout=10)
        for listener in sockets:
            listener._response.connection.transport.abort()

    assert (status, time.monotonic() - began < 4.5) == (0, True)


async def test_the_log_knows_who_came_and_keeps_the_tokens_secret(server):
    process, url = server
    async with ClientSession() as client:
        listener = await client.ws_connect(f"{url}api/v1/stream", protocols=["genmusic.v1"])
        await listener.send_json({"type": "hello", "v": 1, "codecs": ["pcm16"], "seed": 7})
        ready = await listener.receive_json(timeout=20)
        await listener.send_json({"type": "bye"})
        await last_words(listener)
    process.terminate()
    log = process.communicate(timeout=5)[1]

    assert f"joined session={ready['session']} codec=pcm16 seed=7" in log
    assert f"left session={ready['session']} reason=gone" in log
    assert ready["token"] not in log


@pytest.fixture
def certificate(tmp_path):
    """A certificate for this machine and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing: apt-get install openssl")
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names]
    subprocess.run(
        [*command, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True
    )
    return [str(file) for file in files]


async def test_with_a_certificate_the_stream_is_encrypted(certificate):
    process = spawn("--port", "0", "--cert", certificate[0], "--key", certificate[1])
    url = process.stdout.readline().strip().removeprefix("genmusic is ready: ")
    trusted = ssl.create_default_context(cafile=certificate[0])
    async with (
        ClientSession() as client,
        client.ws_connect(
            f"{url}api/v1/stream", protocols=["genmusic.v1"], ssl=trusted, origin=url.rstrip("/")
        ) as listener,
    ):
        await listener.send_json({"type": "hello", "v": 1, "codecs": ["opus"]})
        ready = await listener.receive_json(timeout=20)
    process.terminate()
    process.communicate(timeout=5)

    assert (url[:8], ready["type"], process.returncode) == ("https://", "ready", 0)


def test_a_port_in_use_is_one_sentence_and_status_1():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = spawn("--port", str(port))
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (1, "")
    assert err == (
        f"genmusic: cannot listen on 127.0.0.1 port {port} (address already in use); "
        "stop what uses it, or choose another with --port (0 takes a free one)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--port", "65536"], 2, "whole number in 0..65535"),
        (["--host", "no.such.host.invalid"], 1, "cannot listen on no.such.host.invalid"),
        (["--cert", "a.pem"], 1, "--cert and --key belong together"),
        (["--cert", "a.pem", "--key", "b.pem"], 1, "cannot use the certificate a.pem"),
        (["--data", "/dev/null/x"], 1, "cannot use the folder /dev/null/x"),
        (["--limit", "colour=1"], 1, "there is no limit named 'colour'"),
        (["--trust-proxy", "elsewhere"], 2, "must be an IP address or a network"),
        (["--max-sessions", "0"], 2, "whole number in 1..100000"),
    ],
)
def test_a_wrong_argument_is_one_sentence(arguments, status, words):
    process = spawn(*arguments)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (status, "")
    assert words in err
    assert len(err.splitlines()) == 1
