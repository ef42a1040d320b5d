import asyncio

import pytest
from radio import PATIENCE, UNPACED, Radio, Server

from genmusic.server.app import create_app
from genmusic.session.library import open_library
from genmusic.session.warmup import load_kernels


@pytest.fixture(scope="session")
def library():
    """As it is when a server opens: no room's clock waits for a compiler."""
    library = open_library()
    load_kernels(library)
    return library


@pytest.fixture
def start(aiohttp_client, library):
    """Start a server with other settings; a client for it."""

    async def start_server(settings=UNPACED, **extra):
        return await aiohttp_client(Server(create_app(library, settings, **extra)))

    return start_server


@pytest.fixture
def dial():
    """Open a WebSocket to a server, without a hello."""

    async def open_socket(client, **extra):
        options = {"protocols": ("genmusic.v1",), "autoclose": True} | extra
        return Radio(await client.ws_connect("/api/v1/stream", **options))

    return open_socket


@pytest.fixture
def tune_in(dial):
    """Dial, say hello and wait for ready."""

    async def say_hello(client, **hello):
        radio = await dial(client)
        await radio.say("hello", **({"v": 1, "codecs": ["pcm16"], "seed": 7} | hello))
        radio.ready = await radio.expect("ready")
        return radio

    async def within_patience(client, **hello):
        return await asyncio.wait_for(say_hello(client, **hello), PATIENCE)

    return within_patience


@pytest.fixture
def come_back(dial):
    """Dial again with the ticket of another radio."""

    async def resume(client, radio, next_pts=None, played=None, **hello):
        again = await dial(client)
        known = {"next_pts": next_pts} | ({} if played is None else {"played": played})
        place = {} if next_pts is None else {"resume": known}
        await again.say("hello", v=1, codecs=["opus", "pcm16"], **radio.ticket, **place, **hello)
        again.ready = await again.expect("ready")
        return again

    return resume
