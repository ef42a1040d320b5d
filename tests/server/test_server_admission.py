"""Newcomers give way to those who listen."""

import pytest
from radio import UNPACED

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.server.admission import settings_at
from genmusic.server.load import LoadMeter


@pytest.fixture
def busy(monkeypatch):
    def set_load(load):
        monkeypatch.setattr(LoadMeter, "load", property(lambda _meter: load))

    return set_load


@pytest.mark.parametrize(("load", "complexity"), [(0.2, 5), (0.55, 3), (0.7, 2), (0.79, 0)])
def test_the_busier_the_server_the_cheaper_the_encoder_of_a_newcomer(load, complexity):
    assert settings_at(Settings(), load).opus_complexity == complexity


def test_a_cheap_encoder_is_never_made_dearer():
    assert settings_at(Settings(opus_complexity=1), 0.55).opus_complexity == 1


def test_an_operator_can_keep_newcomers_from_a_cheap_encoder():
    wished = Settings(least_opus_complexity=3)

    assert [settings_at(wished, load).opus_complexity for load in (0.2, 0.55, 0.79)] == [5, 3, 3]


def test_above_the_limit_nobody_new_is_let_in():
    with pytest.raises(ProtocolError, match="busy") as refused:
        settings_at(Settings(), 0.81)

    assert (refused.value.close_code, refused.value.retry_after) == (4429, 10.0)


async def test_a_newcomer_is_refused_and_who_listens_plays_on(start, tune_in, dial, busy):
    client = await start(Settings())
    listener = await tune_in(client)
    await listener.fill()
    busy(0.9)
    newcomer = await dial(client)
    await newcomer.say("hello", v=1, codecs=["pcm16"])
    refusal = await newcomer.expect("error")

    assert (refusal["code"], refusal["retry_after"]) == ("full", 10.0)
    assert await newcomer.end() == 4429
    assert (await client.get("/readyz")).status == 503
    assert (await client.post("/api/v1/sessions", json={})).status == 429
    assert await listener.hear(96_000)


async def test_who_lost_the_line_comes_back_to_a_busy_server(start, tune_in, come_back, busy):
    client = await start(UNPACED)
    listener = await tune_in(client)
    end = await listener.fill()
    busy(0.99)
    again = await come_back(client, listener, end)

    assert again.ready["resumed"]
