"""The middleware at the gate: what every request must pass before anybody looks at it."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import hdrs, web

from genmusic.config import Settings
from genmusic.server.answers import Handler
from genmusic.server.gate.addresses import AddressBook
from genmusic.server.gate.names import Names, Origins
from genmusic.server.gate.proxies import Proxies
from genmusic.session.clock import Clock

METHODS = "GET, POST, PATCH, DELETE"
HEADERS = "Authorization, Content-Type"
EXPOSED = "Location, Retry-After"
PREFLIGHT_SECONDS = "600"
_WATCHED = ("/healthz", "/readyz", "/metrics")  # by those who keep the server alive


class Gatekeeper:
    """Checks name, origin and number of requests; gives pages of allowed sites their consent."""

    def __init__(self, settings: Settings, addresses: AddressBook, clock: Clock) -> None:
        self.proxies = Proxies(settings.trusted_proxies)
        self._names = Names(settings.allowed_hosts)
        self._origins = Origins(settings.allowed_origins)
        self._addresses = addresses
        self._clock = clock

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the request pass, or refuse it."""
        if not self._names.welcome(request.host):
            raise web.HTTPMisdirectedRequest(
                text="this server is not known by this name; "
                "who runs it may allow the name with --allow-host"
            )
        if request.path not in _WATCHED:
            self._addresses.request(self.proxies.client(request), self._clock())
        origin = request.headers.get(hdrs.ORIGIN)
        if not self._origins.welcome(origin, request.host):
            raise web.HTTPForbidden(text="pages of other sites may not use this server")
        if request.method == hdrs.METH_OPTIONS and self._foreign(request):
            return web.Response(status=HTTPStatus.NO_CONTENT)
        return await handler(request)

    async def consent(self, request: web.Request, response: web.StreamResponse) -> None:
        """Tell the browser that a page of an allowed site may read the answer."""
        if not self._foreign(request):
            return
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = request.headers[hdrs.ORIGIN]
        response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
        response.headers[hdrs.VARY] = hdrs.ORIGIN
        if request.method == hdrs.METH_OPTIONS:
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = METHODS
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = HEADERS
            response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = PREFLIGHT_SECONDS

    def _foreign(self, request: web.Request) -> bool:
        return self._origins.foreign(request.headers.get(hdrs.ORIGIN, "null"))


GATE: web.AppKey[Gatekeeper] = web.AppKey("gate", Gatekeeper)


def address_of(request: web.Request) -> str | None:
    """The address that sessions of this request are counted for."""
    return request.app[GATE].proxies.client(request)
