"""A room on the page: somebody else conducts, and the page follows their hands."""

import asyncio
import threading
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from page_driver import running_server

from genmusic.session.engine import Engine
from genmusic.session.tokens import Purpose, TokenMint, load_key

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
BLOCK_SECONDS = 0.05


class Performer(threading.Thread):
    """Plays for a room in real time, and does what a test asks for."""

    def __init__(self, address, token, library):
        super().__init__(daemon=True)
        self._url, self._token = f"{address}api/v1/rooms/garden/lead", token
        self._engine = Engine(library, 7, {"style": "evening"})
        self._wishes, self._told = [], 0
        self.playing, self.paused = True, False

    def move(self, **controls):
        self._wishes.append(controls)

    def stop(self):
        self.playing = False
        self.join(10)

    def run(self):
        asyncio.run(self._lead())

    async def _lead(self):
        lead = {"type": "lead", "v": 1, "token": self._token, "performance": "p", "who": "Ada"}
        block = np.zeros((2, 2_432), np.float32)
        async with aiohttp.ClientSession() as session, session.ws_connect(self._url) as socket:
            await socket.send_json(lead)
            assert (await socket.receive_json())["type"] == "leading"
            opening = {"seed": 7, "controls": {"style": "evening"}}
            await socket.send_json({"type": "opening", **opening})
            while self.playing:
                if not self.paused:
                    while self._wishes:
                        self._engine.set_controls(self._wishes.pop())
                    self._engine.render(block)
                log = self._engine.log
                lines = [[c.frame, c.name, c.value] for c in log[self._told :]]
                self._told = len(log)
                played = {"type": "played", "end": self._engine.rendered_end, "lines": lines}
                await socket.send_json(played | {"paused": self.paused})
                await asyncio.sleep(BLOCK_SECONDS)
            await socket.send_json({"type": "leave"})


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """A server that lets Ada lead the room garden."""
    folder = tmp_path_factory.mktemp("data")
    token = TokenMint(load_key(folder)).issue(Purpose.LEAD, "garden", 3_600)
    patience = ("--limit", "room_patience_seconds=30")  # of a performer who shares this process
    with running_server("--data", str(folder), *patience) as (_, address):
        yield address, token


@contextmanager
def performed(hall, library):
    performer = Performer(*hall, library)
    performer.start()
    try:
        yield performer
    finally:
        performer.stop()


def test_a_room_is_heard_and_follows_the_performer(visit, hall, library):
    address, _ = hall
    listener = visit(f"{address}?room=garden", viewport={"width": 1280, "height": 800})
    listener.expect_sentence("room.invitation", "garden")
    listener.page.click("#play")
    listener.wait_for_state("waiting")
    listener.expect_sentence("state.waiting")
    assert listener.page.inner_text("#title") == "Music played live"

    with performed(hall, library) as performer:
        listener.wait_for_state("playing", 20_000)
        assert listener.page.inner_text("#room span") == "Live: Ada plays"
        performer.move(valence=0.8, arousal=-0.4)
        listener.wait_until("genmusic.pad.mood.valence === 0.8")
        listener.page.keyboard.press("ArrowLeft")
        listener.wait_until("genmusic.pad.mood.valence === 0.8")
        listener.expect_sentence("room.refusal", "Ada")
        picture = listener.page.screenshot(path=str(ARTIFACTS / "room-desktop.png"))
        assert picture
        assert abs(listener.capture(0.5).samples).max() > 0

        performer.paused = True
        listener.wait_until("document.getElementById('room').dataset.state === 'paused'")
        performer.paused = False
        listener.wait_until("document.getElementById('room').dataset.state === 'led'")
    listener.wait_for_state("waiting", 20_000)
    assert listener.troubles == []


def test_a_room_is_offered_to_those_who_come(visit, hall, library):
    address, _ = hall
    with performed(hall, library):
        listener = visit(address, viewport={"width": 390, "height": 844})
        for _ in range(20):
            if listener.page.is_visible(".door"):
                break
            listener.page.reload()
            listener.page.wait_for_selector(".style")
        listener.page.screenshot(path=str(ARTIFACTS / "room-door-phone.png"))

        listener.page.click(".door")
        listener.page.wait_for_url("**room=garden*")  # not the page that is being left
        listener.page.wait_for_selector(".style")
        listener.press_play()
        listener.page.screenshot(path=str(ARTIFACTS / "room-phone.png"))
        assert listener.session["room"] == "garden"

        listener.page.click("#leave-room")
        listener.page.wait_for_selector(".style")
        assert "room" not in listener.page.url
    assert listener.troubles == []
