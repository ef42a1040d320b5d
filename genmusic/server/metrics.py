"""What is counted, for those who watch over the server with Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from genmusic import __version__
from genmusic.server.answers import CODE, Handler
from genmusic.server.gate.door import Counter as Connections
from genmusic.server.gate.keeper import GATE, address_of
from genmusic.server.gate.proxies import Proxies
from genmusic.server.listeners import Listeners
from genmusic.server.stream import LISTENERS

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class StateCollector(Collector):
    """What is known anyway, read when it is asked for."""

    def __init__(self, listeners: Listeners, connections: Connections) -> None:
        self._listeners = listeners
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """Every gauge, and the counters that others keep."""
        yield from _gauges(self._listeners, self._connections)
        busy = self._listeners.pool.meter.busy_seconds
        yield CounterMetricFamily(
            "genmusic_render_seconds", "Time that threads spent rendering and encoding.", busy
        )
        yield CounterMetricFamily(
            "genmusic_refused_connections",
            "Connections that were shut at the door.",
            self._connections.refused,
        )


def _gauges(listeners: Listeners, connections: Connections) -> Iterator[Metric]:
    registry, meter = listeners.registry, listeners.pool.meter
    welcome = not (listeners.draining or listeners.full)
    rows = (
        ("listeners", "Sessions that somebody hears.", registry.listeners),
        ("sessions", "Sessions, heard or kept for who may come back.", len(registry)),
        ("rooms", "Rooms in which somebody plays.", len(listeners.hall.rooms)),
        ("room_listeners", "Listeners in rooms.", listeners.hall.guests),
        ("connections", "Open connections.", len(connections)),
        ("render_load", "Share of the rendering threads' time that is used, 0..1.", meter.load),
        ("block_p99_seconds", "Rendering and encoding one block, 99th percentile of the last.",
         meter.rare_seconds),
        ("ready", "1 while new listeners are welcome.", float(welcome)),
    )  # fmt: skip
    for name, text, value in rows:
        yield GaugeMetricFamily(f"genmusic_{name}", text, value)
    version = GaugeMetricFamily("genmusic_build_info", "The version that runs.", labels=["version"])
    version.add_metric([__version__], 1.0)
    yield version


class Metrics:
    """All metrics of one server."""

    def __init__(self, listeners: Listeners, connections: Connections) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(StateCollector(listeners, connections))
        ProcessCollector(registry=self.registry)
        for counter in listeners.tally:
            self.registry.register(counter)


async def metrics(request: web.Request) -> web.Response:
    """``GET /metrics``: counters and gauges for Prometheus, to this machine and chosen networks."""
    settings = request.app[LISTENERS].settings
    client = request.app[GATE].proxies.client(request)
    if client is not None and not Proxies(settings.metrics_networks).trusts(client):
        raise web.HTTPForbidden(text="metrics are for this machine; see --metrics-to")
    text = generate_latest(request.app[METRICS].registry)
    return web.Response(
        body=text, headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    )


@web.middleware
async def count_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the answer once it is given."""
    answer = await handler(request)
    listeners = request.app[LISTENERS]
    tally, addresses = listeners.tally, listeners.addresses
    method = request.method if request.method in hdrs.METH_ALL else "OTHER"
    tally.requests.labels(method, answer.status).inc()
    if CODE in answer:
        tally.refused.labels(answer[CODE]).inc()
        addresses.offend(address_of(request), answer[CODE], listeners.clock())
    return answer


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
