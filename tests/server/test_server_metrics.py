import json
import logging
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from radio import UNPACED

from genmusic.config import Settings
from genmusic.server import journal
from genmusic.server.load import LoadMeter

DOCUMENT = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()


async def measured(client):
    """Every sample by its name and labels."""
    answer = await client.get("/metrics")
    assert answer.status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(await answer.text())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


async def test_every_metric_is_documented_and_nothing_else(start, tune_in):
    client = await start()
    await client.get("/api/v1/nothing")
    await tune_in(client)
    names = {name for name, *_ in await measured(client)}
    documented = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE))

    assert names == documented


async def test_who_listens_and_what_they_are_sent_is_counted(start, tune_in):
    client = await start(UNPACED)
    before = await measured(client)
    radio = await tune_in(client)
    await radio.hear(96_000)
    after = await measured(client)

    assert (before["genmusic_listeners",], after["genmusic_listeners",]) == (0, 1)
    assert after["genmusic_sent_bytes_total", "websocket"] > 96_000 * 4
    assert after["genmusic_render_seconds_total",] > before["genmusic_render_seconds_total",]
    assert 0 < after["genmusic_block_p99_seconds",] < 10
    assert 0 <= after["genmusic_render_load",] <= 1


async def test_silence_that_listeners_report_is_counted_within_reason(start, tune_in):
    client = await start(UNPACED)
    radio = await tune_in(client)
    await radio.say("ack", played=0, end=0, under=480)
    await radio.say("ack", played=0, end=0, under=2**52)
    await radio.hear(9_600)

    assert (await measured(client))["genmusic_underrun_frames_total",] == 480 + 480_000


async def test_who_is_refused_is_counted_by_the_reason(start, dial):
    client = await start()
    await client.get("/api/v1/sessions/x")
    await client.get("/healthz", headers={"Host": "evil.example"})
    radio = await dial(client)
    await radio.say("hello", v=2, codecs=["opus"])
    await radio.end()
    counted = await measured(client)

    reasons = ("token", "misdirected_request", "protocol")
    assert [counted["genmusic_refused_total", reason] for reason in reasons] == [1, 1, 1]
    assert counted["genmusic_requests_total", "GET", "421"] == 1


async def test_a_method_that_is_none_of_ours_makes_no_new_row(start):
    client = await start()
    for method in ("PROPFIND", "LOCK", "MKCOL", "SEARCH", "PURGE"):
        await client.request(method, "/healthz")

    assert (await measured(client))["genmusic_requests_total", "OTHER", "405"] == 5


async def test_a_full_server_says_so(start):
    client = await start(Settings(max_sessions=1))
    assert (await measured(client))["genmusic_ready",] == 1


@pytest.mark.parametrize(("networks", "status"), [((), 403), (("203.0.113.0/24",), 200)])
async def test_metrics_are_for_this_machine_and_chosen_networks(start, networks, status):
    client = await start(Settings(metrics_networks=networks))
    answer = await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert answer.status == status


# The load


def test_the_load_is_the_share_of_time_in_which_threads_work():
    now = [0.0]
    meter = LoadMeter(threads=2, clock=lambda: now[0])

    for _ in range(5):
        began = meter.begin()
        now[0] += 1.0
        meter.end(began)

    assert (meter.load, meter.busy_seconds, meter.rare_seconds) == (0.5, 5.0, 1.0)
    now[0] += 2.5
    assert meter.load == 0.25


def test_a_server_that_has_just_begun_is_not_busy_yet():
    now = [0.0]
    meter = LoadMeter(threads=1, clock=lambda: now[0])
    began = meter.begin()
    now[0] = 0.5
    meter.end(began)

    assert meter.load == 0.1


def test_work_before_its_time_is_a_load_when_it_would_have_been_due():
    now = [0.0]
    meter = LoadMeter(threads=1, clock=lambda: now[0])
    for second in range(4):  # four hops in four seconds, which would have been due in eight
        began = meter.begin()
        now[0] = second + 1.0
        meter.end(began, due=2.0 * second + 1.5)
    loads = [meter.load]
    for now[0] in (6.0, 13.0):
        loads.append(meter.load)

    assert loads == [0.4, 0.5, 0.0]


def test_before_the_first_block_there_is_no_load():
    meter = LoadMeter(threads=1, clock=lambda: 0.0)

    assert (meter.load, meter.rare_seconds) == (0.0, 0.0)


# The log


@pytest.mark.parametrize("form", journal.FORMATS)
def test_no_form_of_the_log_tells_a_secret(form):
    error = ValueError("?ticket=gml_AGsB9hLFZeh7LLxR_-2pkgJSNeYV")
    path = "/x?token=gms_AGsB9hLFZeh7LLxR_-2pkgJSNeYV"
    trace = (ValueError, error, None)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "left path=%s", (path,), trace)
    line = journal.FORMATS[form].format(record)

    assert "gms_" in line
    assert "AGsB9hLFZeh7LLxR" not in line


def test_a_line_of_json_has_the_fields_of_its_event(caplog):
    with caplog.at_level(logging.INFO, "genmusic.server"):
        journal.write("left", session="abc", under_frames=7, reason="x\ny")
    line = json.loads(journal.FORMATS["json"].format(caplog.records[0]))

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "info", "event": "left", "session": "abc", "under_frames": 7, "reason": "x\ny",
    }  # fmt: skip
