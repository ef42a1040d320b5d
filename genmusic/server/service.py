"""Starting and stopping: the address, the certificate, the signals."""

from __future__ import annotations

import asyncio
import errno
import gc
import math
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
from aiohttp import web

from genmusic.encoding import STREAM_CODECS, open_stream_encoder
from genmusic.errors import EncodingError, ServerError
from genmusic.server import journal
from genmusic.server.gate.door import DOOR, Door, raise_file_limit
from genmusic.server.listeners import Listeners
from genmusic.server.pages import give_back_compiler
from genmusic.server.stream import LISTENERS
from genmusic.server.succession import Succession
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.warmup import FIRST_STYLE, load_kernels, load_models
from genmusic.units import SAMPLE_RATE

SHUTDOWN_SECONDS = 1.5  # after which a request or a listener that hangs is cut off
WARM_SECONDS = 4  # of music: every part has played by then
BACKLOG = 1_024
HANDSHAKE_SECONDS = 10.0
LINGER_SECONDS = 2.0  # for the rest of a request that was refused
CURES = {
    errno.EADDRINUSE: "stop what uses it, or choose another with --port (0 takes a free one)",
    errno.EACCES: "ports below 1024 are for administrators; choose another with --port",
}


def reserve(host: str, port: int) -> socket.socket:
    """A listening socket at the address; port 0 takes a free one."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None) or 0
        reason = os.strerror(number) if number > 0 else getattr(error, "strerror", str(error))
        cure = CURES.get(number, "choose another with --host and --port")
        raise ServerError(
            f"cannot listen on {host} port {port} ({reason.lower()}); {cure}"
        ) from error


def load_certificate(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS with the certificate and its private key, both PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")  # never ask a terminal
    except (OSError, ssl.SSLError) as error:
        raise ServerError(
            f"cannot use the certificate {certificate} with the key {key} ({error}); "
            "both must be readable PEM files that belong together, the key without a password"
        ) from error
    return context


def warm_up(library: Library, compiled: Callable[[], None] = lambda: None) -> None:
    """Load models, kernels and codecs by playing what nobody hears.

    ``compiled`` is waited for before anything is loaded.
    """
    compiled()
    load_models(library)
    load_kernels(library)
    _play(library, FIRST_STYLE)
    block = np.zeros((2, SAMPLE_RATE), np.float32)
    for codec in STREAM_CODECS:
        try:
            open_stream_encoder(codec, 0).encode(block, 0)
        except EncodingError:
            continue  # listeners fall back to a codec that is there
    # A collection that walks styles and models costs a render thread 50 ms. One before this would
    # cost a tenth of the start, and find some 3,000 small objects that imports leave.
    gc.freeze()
    give_back_compiler()


def _play(library: Library, style: str) -> None:
    """Play the beginning of a style: what it needs is in memory then."""
    block = np.zeros((2, SAMPLE_RATE), np.float32)
    engine = Engine(library, seed=0, controls={"style": style})
    for _ in range(WARM_SECONDS):
        engine.render(block)


def loop_factory(tls: ssl.SSLContext | None) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the loop; None for the one that Python has.

    With uvloop an ack takes half the time on its way in. Its encrypted transports cannot be
    referred to weakly, as `gate.door.Counter` does.
    """
    if tls is not None:
        return None
    try:
        from uvloop import new_event_loop
    except ImportError:  # as on Windows
        return None
    return new_event_loop


async def serve(
    app: web.Application,
    listener: socket.socket,
    tls: ssl.SSLContext | None,
    announce: Callable[[], None],
) -> None:
    """Serve until SIGINT or SIGTERM, then tell every listener and stop.

    On SIGUSR2 as well, once a successor is ready.
    """
    stop = asyncio.Event()
    succession = Succession(listener, stop.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, succession.begin)
    async with open_door(app, listener, tls):
        announce()
        rest = asyncio.create_task(_warm_the_rest(app[LISTENERS]))
        await stop.wait()
        succession.abandon()
        rest.cancel()


async def _warm_the_rest(listeners: Listeners) -> None:
    """Play the other styles in turn, whenever a thread has nothing else to do.

    One that cannot be played is told of in the log, and harms nobody until it is asked for.
    """
    for style in sorted(set(listeners.library.styles) - {FIRST_STYLE}):
        try:
            await listeners.pool.run(math.inf, partial(_play, listeners.library, style))
        except Exception as error:
            journal.write_failure("failed", error, style=style)
    gc.freeze()
    give_back_compiler()


@asynccontextmanager
async def open_door(
    app: web.Application, listener: socket.socket, tls: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Take connections in; on leaving, tell every listener and stop."""
    settings = app[LISTENERS].settings
    raise_file_limit()
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=settings.idle_seconds,
        lingering_time=LINGER_SECONDS,
        auto_decompress=False,  # nobody needs it, and a small bomb becomes a large one
    )
    await runner.setup()
    if runner.server is None:
        raise ServerError("the server does not start")
    server = await asyncio.get_running_loop().create_server(
        partial(Door, app[DOOR], runner.server),
        sock=listener,
        ssl=tls,
        ssl_handshake_timeout=HANDSHAKE_SECONDS if tls else None,
        backlog=BACKLOG,
    )
    try:
        yield
    finally:
        server.close()
        await app[LISTENERS].drain()  # aiohttp does not hear those whom it shuts down
        await runner.cleanup()


def address_of(listener: socket.socket, *, secure: bool) -> str:
    """The URL to open in a browser."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if secure else "http"
    return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"
