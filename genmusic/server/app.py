"""The application: routes, middleware, and what lives as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from genmusic.config import Settings
from genmusic.server.answers import add_security_headers, errors_as_answers
from genmusic.server.assets import Assets, find_web_folder
from genmusic.server.gate.door import DOOR, Counter
from genmusic.server.gate.keeper import GATE, Gatekeeper
from genmusic.server.keeping import Keeper
from genmusic.server.listeners import Listeners
from genmusic.server.metrics import METRICS, Metrics, count_answers
from genmusic.server.pages import join_pages_for_ever
from genmusic.server.rest.credits import CREDITS, CreditsDesk
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
    keeper: Keeper | None = None,
    web_folder: Path | None = None,
) -> web.Application:
    """The server as an aiohttp application."""
    listeners = Listeners(library, settings, clock, mint, keeper)
    gate = Gatekeeper(settings, listeners.addresses, clock)
    app = web.Application(
        middlewares=[count_answers, errors_as_answers, gate.check],
        client_max_size=settings.body_bytes,
    )
    app[LISTENERS] = listeners
    app[GATE] = gate
    app[DOOR] = Counter(settings, listeners.addresses, clock)
    app[METRICS] = Metrics(listeners, app[DOOR])
    app[SHOWCASE] = Showcase()
    app[CREDITS] = CreditsDesk(clock())
    app.add_routes(ROUTES)
    app.router.add_get("/{path:(?!api/).*}", Assets(web_folder or find_web_folder()).answer)
    app.on_response_prepare.append(add_security_headers)
    app.on_response_prepare.append(gate.consent)
    app.on_shutdown.append(_drain)
    app.cleanup_ctx.append(_keep_sessions)
    return app


async def _drain(app: web.Application) -> None:
    await app[LISTENERS].drain()


async def _keep_sessions(app: web.Application) -> AsyncIterator[None]:
    """Sweep, keep and join pages while the application lives; then put down what sounds."""
    listeners = app[LISTENERS]
    works = listeners.sweep(), listeners.keep(), join_pages_for_ever()
    tasks = [asyncio.create_task(work) for work in works]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await listeners.close()
