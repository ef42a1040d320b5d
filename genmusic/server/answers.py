"""Answers over HTTP: JSON, errors without tracebacks, and the headers every answer carries."""

from __future__ import annotations

import html
import math
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from genmusic.errors import ControlError, GenmusicError, ProtocolError
from genmusic.server import journal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "genmusic",  # and not which versions of what
}
FOR_DOCUMENTS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; worker-src 'self'; connect-src 'self' ws: wss:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",  # for browsers that do not read frame-ancestors
}
"""Of no meaning in the parts of a page, of which a first visit asks for sixty: 17 kB in all."""
PARTS_OF_PAGES = frozenset({"text/javascript", "text/css"})
WORKER = "-worker.js"
"""So end the names of scripts to which a browser applies the policy of their own answer."""
STATUSES: Mapping[str, HTTPStatus] = {
    "token": HTTPStatus.UNAUTHORIZED,
    "no_session": HTTPStatus.NOT_FOUND,
    "full": HTTPStatus.TOO_MANY_REQUESTS,
    "too_fast": HTTPStatus.TOO_MANY_REQUESTS,
    "restart": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "storage": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Of the errors that are not simply a bad request, by their code."""
HUNG_UP = 499
"""Whoever asked has gone: nobody reads the answer, and nothing has failed; counted as by nginx."""
CODE: web.ResponseKey[str] = web.ResponseKey("code", str)
"""The code of the error that an answer tells."""
_FOR_MACHINES = ("/api/", "/healthz", "/readyz", "/metrics")
_NOT_FOUND = "there is nothing at this address"


def as_json(content: Any, status: int = 200) -> web.Response:  # noqa: ANN401  # whatever msgspec writes
    """The content as JSON, never kept by a cache."""
    return web.Response(
        body=msgspec.json.encode(content),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def as_public_json(request: web.Request, content: Any) -> web.Response:  # noqa: ANN401  # whatever msgspec writes
    """The same JSON for everybody, and so without secrets: compressed for those who can read it."""
    answer = as_json(content)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.enable_compression(web.ContentCoding.gzip)
    return answer


@web.middleware
async def errors_as_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An error is an answer in the form its reader understands; faults are logged, not shown."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = _refusal(request, error.status, _message_of(error))
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except GenmusicError as error:
        return _complaint(request, error)
    except ConnectionError:
        return web.Response(status=HUNG_UP)
    except Exception as error:
        journal.write_failure("failed", error, method=request.method, path=request.path)
        return _refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed; sorry")


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """No code and no connection but our own, no frames, no guessing of types."""
    response.headers.update(ALWAYS)
    if response.content_type not in PARTS_OF_PAGES or request.path.endswith(WORKER):
        response.headers.update(FOR_DOCUMENTS)


def _complaint(request: web.Request, error: GenmusicError) -> web.Response:
    """What the user can understand and cure, with the status that says whose turn it is."""
    status = STATUSES.get(error.code, HTTPStatus.BAD_REQUEST)
    field = error.field if isinstance(error, ControlError) else None
    answer = _refusal(request, status, str(error), error.code, field)
    if isinstance(error, ProtocolError) and error.retry_after is not None:
        answer.headers["Retry-After"] = str(math.ceil(error.retry_after))
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _refusal(
    request: web.Request, status: int, message: str, code: str = "", field: str | None = None
) -> web.Response:
    answer = _worded(request, status := HTTPStatus(status), message, code, field)
    answer[CODE] = code or status.name.lower()
    return answer


def _worded(
    request: web.Request, status: HTTPStatus, message: str, code: str, field: str | None
) -> web.Response:
    """As JSON for programs, as a page for people."""
    if request.path.startswith(_FOR_MACHINES):
        error = {"code": code or status.name.lower(), "message": message}
        return as_json({"error": error | ({} if field is None else {"field": field})}, status)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{status.phrase}</title>'
        f'<h1>{status.phrase}</h1><p>{html.escape(message)}</p><p><a href="/">genmusic</a></p>'
    )
    return web.Response(text=page, status=status, content_type="text/html")


def _message_of(error: web.HTTPException) -> str:
    """Our own words where a handler gave them; aiohttp's default is the status line again."""
    if error.text not in (None, f"{error.status}: {error.reason}"):
        return str(error.text)
    return _NOT_FOUND if error.status == HTTPStatus.NOT_FOUND else error.reason
