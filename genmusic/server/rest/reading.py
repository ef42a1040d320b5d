"""Reading a request: who asks, and what."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
from aiohttp import web

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.server.stream import LISTENERS
from genmusic.session.session import Session

Body = TypeVar("Body")
SCHEME = "bearer"


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The JSON that was sent, checked against its type.

    Raises
    ------
    ProtocolError
        It is no JSON, or not of this type.
    web.HTTPException
        It is something else, too long, or comes too slowly.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send Content-Type: application/json")
    if "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType(text="send the body as it is, not compressed")
    settings = request.app[LISTENERS].settings
    try:
        async with asyncio.timeout(settings.request_seconds):
            return msgspec.json.decode(await _read_bounded(request, settings), type=kind)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="the body came too slowly") from None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ProtocolError(f"not what this address takes: {error}") from error


async def _read_bounded(request: web.Request, settings: Settings) -> bytes:
    """The body, never more of it than is allowed."""
    limit = settings.body_bytes
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(limit, request.content_length or 0, text=_long(limit))
    body = bytearray()
    async for part in request.content.iter_chunked(limit + 1):
        body += part
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(limit, len(body), text=_long(limit))
    return bytes(body)


def _long(limit: int) -> str:
    return f"a body may have at most {limit} bytes"


def token_of(request: web.Request) -> str:
    """The token in the header; secrets do not belong into addresses, which are written to logs."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME:
        raise ProtocolError("send the header Authorization: Bearer and the token", "token")
    return token.strip()


def own_session(request: web.Request) -> Session:
    """The session of the address, for whoever has its token."""
    registry = request.app[LISTENERS].registry
    return registry.find(request.match_info["id"], token_of(request))
