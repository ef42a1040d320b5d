"""The application: routes, middleware, and what lives as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from genmusic.config import Settings
from genmusic.server.answers import add_security_headers, errors_as_answers
from genmusic.server.assets import Assets, find_web_folder
from genmusic.server.gate.door import DOOR, Counter
from genmusic.server.gate.keeper import GATE, Gatekeeper
from genmusic.server.listeners import Listeners
from genmusic.server.metrics import METRICS, Metrics, count_answers
from genmusic.server.routes import ROUTES
from genmusic.server.showcase import SHOWCASE, Showcase
from genmusic.server.stream import LISTENERS
from genmusic.session.clock import Clock, monotonic_seconds
from genmusic.session.library import Library
from genmusic.session.tokens import TokenMint

DEFAULTS = Settings()


def create_app(
    library: Library,
    settings: Settings = DEFAULTS,
    *,
    clock: Clock = monotonic_seconds,
    mint: TokenMint | None = None,
    web_folder: Path | None = None,
) -> web.Application:
    """The server as an aiohttp application."""
    listeners = Listeners(library, settings, clock, mint)
    gate = Gatekeeper(settings, listeners.addresses, clock)
    app = web.Application(
        middlewares=[count_answers, errors_as_answers, gate.check],
        client_max_size=settings.body_bytes,
    )
    app[LISTENERS] = listeners
    app[GATE] = gate
    app[DOOR] = Counter(settings)
    app[METRICS] = Metrics(listeners, app[DOOR])
    app[SHOWCASE] = Showcase()
    app.add_routes(ROUTES)
    app.router.add_get("/{path:(?!api/).*}", Assets(web_folder or find_web_folder()).answer)
    app.on_response_prepare.append(add_security_headers)
    app.on_response_prepare.append(gate.consent)
    app.on_shutdown.append(_dismiss_listeners)
    app.cleanup_ctx.append(_keep_sessions)
    return app


async def _dismiss_listeners(app: web.Application) -> None:
    app[LISTENERS].dismiss_all()


async def _keep_sessions(app: web.Application) -> AsyncIterator[None]:
    """Sweep while the application lives; then let the last render end."""
    listeners = app[LISTENERS]
    sweep = asyncio.create_task(listeners.sweep())
    yield
    sweep.cancel()
    with suppress(asyncio.CancelledError):
        await sweep
    await asyncio.to_thread(listeners.pool.close)
