"""Drives the page in a real browser against the real server, and reads what was heard."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

RATE = 48_000
READY_SECONDS = 120  # the first start ever compiles the kernels
PATIENCE_MS = 15_000
INSECURE_HOST = "insecure.test"  # a name that is not this machine to the browser, yet leads here
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1",
]

CAPTURE = """async frames => {
    const { left, right, quanta } = await genmusic.player.capture(frames);
    const text = samples => {
        const bytes = new Uint8Array(samples.buffer);
        let text = "";
        for (let at = 0; at < bytes.length; at += 8192)
            text += String.fromCharCode(...bytes.subarray(at, at + 8192));
        return btoa(text);
    };
    return { left: text(left), right: text(right), quanta };
}"""


SAID = """async ([code, word, details]) => {
    const { speak, say } = await import("/language.js");
    speak([code]);
    return [document.getElementById("sentence").textContent, say(word, ...details)];
}"""


def find_chromium():
    """The browser, or None."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def running_browser():
    """Chromium without a window; None where there is none."""
    chromium = find_chromium()
    if chromium is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@contextmanager
def running_server(*options, port=0):
    """``genmusic serve`` as a listener's machine would start it; gives process and address."""
    place = ["--port", str(port), "--allow-host", INSECURE_HOST, "--limit", "load_limit=1"]
    command = [sys.executable, "-m", "genmusic", "serve", *place, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process, _address(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def _address(process):
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("genmusic is ready: "):
            return line.split(": ", 1)[1].strip()
    raise RuntimeError("the server did not start: " + "".join(said))


@dataclass
class Recording:
    """Frames that reached the output, and the pts at which they begin."""

    pts: int
    samples: np.ndarray  # (2, frames)

    @property
    def end(self):
        return self.pts + self.samples.shape[1]

    def between(self, start, end):
        """The samples of some frames of the session."""
        assert self.pts <= start < end <= self.end, "not recorded"
        return self.samples[:, start - self.pts : end - self.pts]


@dataclass
class Listener:
    """A page, and what went wrong on it."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def open(self, address):
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.goto(address)
        self.page.wait_for_selector(".style")
        return self

    def _note_console(self, message):
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    def wait_for_state(self, state, timeout_ms=PATIENCE_MS):
        self.page.wait_for_selector(f'body[data-state="{state}"]', timeout=timeout_ms)

    def press_play(self):
        self.page.click("#play")
        self.wait_for_state("playing")
        return self

    @property
    def session(self):
        return self.page.evaluate("genmusic.session()")

    @property
    def report(self):
        return self.page.evaluate("genmusic.report()")

    @property
    def sentence(self):
        return self.page.inner_text("#sentence")

    def expect_sentence(self, word, *details):
        """The page says this sentence of its table, in English and, when asked to, in German."""
        for code in ("de", "en"):
            said, expected = self.page.evaluate(SAID, [code, word, details])
            assert said == expected

    @property
    def mood(self):
        return self.page.evaluate("genmusic.pad.mood")

    def wait_until(self, condition, timeout_ms=PATIENCE_MS):
        """Playwright's own wait needs eval in the page, which the server's policy forbids."""
        met = self.page.evaluate(
            f"""async () => {{
                const deadline = performance.now() + {timeout_ms};
                while (!({condition}) && performance.now() < deadline)
                    await new Promise(done => setTimeout(done, 20));
                return Boolean({condition});
            }}"""
        )
        assert met, f"not within {timeout_ms} ms: {condition}"

    def wait_for_landing(self, control):
        """The frame at which a change that was just made sounds."""
        landing = f"genmusic.sender.landing({control!r})"
        self.wait_until(f"{landing} > 0")
        return self.page.evaluate(landing)

    def wait_until_played(self, frame):
        self.wait_until(f"genmusic.report().played >= {frame}", timeout_ms=60_000)

    def capture(self, seconds, meanwhile=lambda: None):
        """The next seconds that reach the output, which must be music without a hole.

        ``meanwhile`` is done while they are recorded: a change is heard a tenth of a second later.
        """
        self.wait_until("genmusic.player.loudspeaker.settled")
        self.page.evaluate(f"frames => {{ window.recorded = ({CAPTURE})(frames); }}",
                           round(seconds * RATE))  # fmt: skip
        meanwhile()
        raw = self.page.evaluate("() => window.recorded")
        quanta = np.array(raw["quanta"])
        assert (quanta >= 0).all(), "a quantum was silent"
        assert (np.diff(quanta) == 128).all(), "the sound jumped"
        channels = [np.frombuffer(base64.b64decode(raw[side]), "<f4") for side in ("left", "right")]
        return Recording(int(quanta[0]), np.stack(channels))


def open_listener(browser: Browser, address, *, prepare=None, **context):
    """A new person with a browser of their own; ``prepare(page)`` comes before the page loads."""
    page = browser.new_context(**context).new_page()
    if prepare is not None:
        prepare(page)
    return Listener(page).open(address)
