"""The page in a real browser: what a first visit costs, and how soon it sounds.

    python tests/benchmarks/bench_page.py [--visits 20] [--seconds 10] [--json]

Server and browser are processes of their own on this machine, so the times are wall time and grow
when the machine is busy; bytes are counted on the line, and processor time by the browser. Every
visit is a new person's: nothing is in the browser's store.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "web")]

from flaky_line import FlakyLine  # noqa: E402 - the tests' own modules are not installed
from page_driver import (  # noqa: E402
    Listener,
    open_listener,
    running_browser,
    running_server,
)

from genmusic.cli.bench import line_of  # noqa: E402
from genmusic.cli.bench.figures import Figure, at_most  # noqa: E402

CHANGES = 10  # of each visit
BETWEEN_CHANGES_MS = 400
SETTLE_MS = 1_500
DESK = {"width": 1440, "height": 900}
AUDIBLE = 1e-3  # −60 dBFS
FORMS = {"moving": "no-preference", "reduced motion": "reduce"}

NOTE_PRESS = """() => {
    const note = event => { window.pressedMs = event.timeStamp; };
    document.getElementById("play").addEventListener("click", note, { capture: true, once: true });
}"""
NOTE_KEY = """() => {
    addEventListener("keydown", event => { window.pressedMs = event.timeStamp; }, true);
}"""

# Frames that were missed on the way moved the music back; without them it is as it began.
BEGUN_MS = """() => {
    const { skipped, underFrames } = genmusic.report();
    const heard = genmusic.player.heardPts - genmusic.session().pts + skipped + underFrames;
    return performance.now() - heard / 48 - window.pressedMs;
}"""
SILENT_FRAMES = """async audible => {
    const loudspeaker = genmusic.player.loudspeaker;
    while (!loudspeaker.tap) await new Promise(done => setTimeout(done, 1));
    const { left, right, quanta } = await genmusic.player.capture(96_000);
    const first = left.findIndex((x, n) => Math.max(Math.abs(x), Math.abs(right[n])) > audible);
    return quanta[first >> 7] + (first & 127) - genmusic.session().pts;
}"""
LANDING_MS = """async name => {
    const before = window.landed ?? 0;
    while (genmusic.sender.landing(name) <= before) await new Promise(d => setTimeout(d, 1));
    window.landed = genmusic.sender.landing(name);
    const toCome = window.landed - genmusic.player.heardPts;
    return performance.now() + toCome / 48 - window.pressedMs;
}"""
PAINTED_MS = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""


def page_figures(visits: int, seconds: float) -> Iterator[Figure]:
    """Every figure, one after the other."""
    with running_browser() as browser, running_server() as (_, address):
        if browser is None:
            sys.exit("this needs Chromium: apt-get install chromium, or set CHROMIUM to its path")
        yield from _first_visit(browser, address)
        yield from _visits(browser, address, visits)
        yield from _effort(browser, address, seconds)


def _first_visit(browser: Browser, address: str) -> Iterator[Figure]:
    """What travels until the page is complete, and until it plays; not the music itself."""
    with closing(FlakyLine(urlsplit(address).port)) as line:
        listener = open_listener(browser, f"http://127.0.0.1:{line.port}/", viewport=DESK)
        listener.page.wait_for_load_state("networkidle")
        yield at_most("first visit, on the wire", line.carried_bytes / 1e3, "kB", 150.0)
        listener.press_play()
        listener.page.wait_for_timeout(SETTLE_MS)
        yield at_most("  and until it plays", line.carried_bytes / 1e3, "kB", 150.0)
        listener.page.context.close()


def _visits(browser: Browser, address: str, visits: int) -> Iterator[Figure]:
    painted, begun, audible, landed = [], [], [], []
    for _ in range(visits):
        listener = open_listener(browser, address, viewport=DESK, reduced_motion="reduce")
        painted.append(listener.page.evaluate(PAINTED_MS))
        listener.page.wait_for_load_state("networkidle")
        first, silent = _press_play(listener)
        begun.append(first)
        audible.append(first + silent / 48)
        landed += _change(listener)
        listener.page.context.close()
    yield from _spread("first paint", painted, 200.0)
    yield from _spread("press play to first frame", begun, 300.0)
    yield from _spread("press play to -60 dBFS", audible, None)
    yield from _spread(f"change to ear, of {len(landed)}", landed, 250.0)


def _press_play(listener: Listener) -> tuple[float, int]:
    """Milliseconds until the first frame leaves the loudspeaker, and frames until it is audible."""
    page = listener.page
    page.evaluate(NOTE_PRESS)
    page.evaluate(f"audible => {{ window.silentFrames = ({SILENT_FRAMES})(audible); }}", AUDIBLE)
    page.click("#play")
    listener.wait_for_state("playing")
    begun = page.evaluate(BEGUN_MS)
    return begun, page.evaluate("() => window.silentFrames")


def _change(listener: Listener) -> list[float]:
    """Milliseconds from a key to the frame at which the server says that it is heard."""
    page = listener.page
    page.evaluate(NOTE_KEY)
    page.keyboard.press("b")
    page.get_by_role("slider", name="Brightness").focus()
    delays = []
    for number in range(CHANGES):
        page.wait_for_timeout(BETWEEN_CHANGES_MS)
        page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
        delays.append(page.evaluate(LANDING_MS, "brightness"))
    return delays


def _spread(name: str, values: list[float], goal: float | None) -> Iterator[Figure]:
    yield Figure(f"{name}, median", float(np.median(values)), "ms", "")
    worst = float(np.percentile(values, 95))
    yield (
        Figure(f"{name}, p95", worst, "ms", "")
        if goal is None
        else at_most(f"{name}, p95", worst, "ms", goal)
    )


def _effort(browser: Browser, address: str, seconds: float) -> Iterator[Figure]:
    """Processor time of the whole browser while one page plays; there is no graphics card here."""
    for form, motion in FORMS.items():
        listener = open_listener(browser, address, viewport=DESK, reduced_motion=motion)
        listener.press_play()
        listener.page.wait_for_timeout(SETTLE_MS)
        for place in ("", ", backstage"):
            if place:
                listener.page.keyboard.press("b")
            before, begin = _processes(browser), time.perf_counter()
            listener.page.wait_for_timeout(1_000 * seconds)
            passed = time.perf_counter() - begin
            after = _processes(browser)
            spent = sum(after[key] - before.get(key, 0.0) for key in after)
            yield Figure(f"browser, {form}{place}", 100.0 * spent / passed, "% of a core", "")
        listener.page.context.close()


def _processes(browser: Browser) -> dict[tuple[str, int], float]:
    """CPU seconds of each process of the browser so far."""
    session = browser.new_browser_cdp_session()
    rows = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return {(row["type"], row["id"]): row["cpuTime"] for row in rows}


def main() -> None:
    """Print each figure as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10.0, help="of playing, for each effort")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for figure in page_figures(options.visits, options.seconds):
        print(json.dumps(asdict(figure)) if options.json else line_of(figure), flush=True)


if __name__ == "__main__":
    main()
