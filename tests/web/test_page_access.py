"""Everybody can use it, and it stays out of the way of what else the machine does."""

import json
from pathlib import Path

import pytest
from page_driver import open_listener

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
PLAY_SECONDS = 6
LONGEST_TASK_MS = 50
PICTURE_MS = 4  # on one core, without a graphics card


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        pytest.skip("needs axe-core: cd web && npm install --no-save --no-package-lock")
    return AXE.read_text()


@pytest.fixture(scope="module", params=["dark", "light"])
def listener(request, browser, address):
    """Somebody at a desk, by night and by day."""
    listener = open_listener(
        browser,
        address,
        viewport={"width": 1440, "height": 900},
        color_scheme=request.param,
        reduced_motion="reduce",
    )
    yield listener
    listener.page.context.close()


def findings(listener, axe):
    """What axe finds serious: rule and place."""
    listener.page.evaluate(axe)
    result = listener.page.evaluate("axe.run()")
    return [
        (finding["id"], node["target"])
        for finding in result["violations"]
        for node in finding["nodes"]
        if finding["impact"] in SERIOUS
    ]


def test_axe_finds_nothing_serious_at_first(listener, axe):
    assert findings(listener, axe) == []


def test_axe_finds_nothing_serious_backstage_while_it_plays(listener, axe):
    listener.press_play()
    listener.page.keyboard.press("b")
    listener.wait_until("document.querySelector('#why dl') !== null")

    assert findings(listener, axe) == []
    listener.page.keyboard.press("Escape")


def test_axe_finds_nothing_serious_in_the_help(listener, axe):
    listener.page.keyboard.press("?")

    assert findings(listener, axe) == []
    listener.page.keyboard.press("Escape")


def test_every_control_is_named_to_a_screen_reader(listener):
    nameless = listener.page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")]
            .filter(e => !e.labels?.length && !e.ariaLabel && !e.textContent.trim())
            .map(e => e.outerHTML)"""
    )

    assert nameless == []


def test_playing_never_holds_the_page_up(browser, address):
    """Processor time of the page's own thread: other people's work does not count."""
    listener = open_listener(browser, address, viewport={"width": 1440, "height": 900})
    listener.press_play()
    listener.wait_until_played(3 * 48_000)
    browser.start_tracing(page=listener.page, categories=["toplevel", "devtools.timeline"])
    listener.page.wait_for_timeout(1_000 * PLAY_SECONDS)
    trace = json.loads(browser.stop_tracing())
    listener.page.context.close()

    main = main_thread(trace["traceEvents"])
    assert max(times_ms(main, "ThreadControllerImpl::RunTask")) < LONGEST_TASK_MS
    drawing = times_ms(main, "FireAnimationFrame")
    assert sum(drawing) / len(drawing) < PICTURE_MS


def main_thread(events):
    """What the page's own thread did."""
    names = [event for event in events if event["name"] == "thread_name"]
    main = {(e["pid"], e["tid"]) for e in names if e["args"]["name"] == "CrRendererMain"}
    return [event for event in events if (event["pid"], event["tid"]) in main]


def times_ms(events, name):
    """Processor time of each; what was cut off at the edge of the trace has none."""
    return [e["tdur"] / 1_000 for e in events if e["name"] == name and "tdur" in e]
