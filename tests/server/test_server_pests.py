"""A crowd of hostile clients, and somebody who listens. tests/benchmarks sends a thousand."""

from dataclasses import replace

from pests import KINDS, recall, release
from radio import UNPACED, offline

from genmusic.server.stream import LISTENERS

CROWD = 4 * len(KINDS)
SECONDS = 5


async def test_a_crowd_of_hostile_clients_is_not_heard(start, tune_in, library, caplog):
    client = await start(replace(UNPACED, trusted_proxies=(), max_sessions=20))
    good = await tune_in(client)
    pests = await release(client.host, client.port, CROWD)
    await good.hear(SECONDS * 48_000)
    packets = good.packets
    await recall(pests)
    listeners = client.app[LISTENERS]

    assert packets == offline(library, 960 * len(packets))
    assert len(listeners.registry) <= 20
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
