"""The addresses of the server, as the router takes them."""

from __future__ import annotations

from aiohttp import web

from genmusic.server.rest.openapi import openapi
from genmusic.server.rest.operations import OPERATIONS

ROUTES = [
    *(operation.route() for operation in OPERATIONS),
    web.get("/api/v1/openapi.json", openapi),
]
