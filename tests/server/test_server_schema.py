"""The OpenAPI document against the server it describes: schemathesis invents the requests."""

import asyncio
import threading

import pytest
import requests
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from genmusic.config import Settings
from genmusic.rules import shipped_styles
from genmusic.server.app import create_app
from genmusic.server.rest.openapi import document

ENDLESS = ("stream_file", "style_preview")  # sound, not JSON; they have tests of their own
INVENTING = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DESCRIBED = [
    found.ok()
    for found in schemathesis.openapi.from_dict(
        document(tuple(shipped_styles()))
    ).get_all_operations()
]
OPERATIONS = {
    operation.definition.raw["operationId"]: operation
    for operation in DESCRIBED
    if operation.definition.raw["operationId"] not in ENDLESS
}


class ServerThread(threading.Thread):
    """A server beside the test, which waits for its answers."""

    def __init__(self, app):
        super().__init__()
        self.app, self.loop, self.ready = app, asyncio.new_event_loop(), threading.Event()

    def run(self):
        asyncio.set_event_loop(self.loop)
        runner = web.AppRunner(self.app, access_log=None)
        self.loop.run_until_complete(runner.setup())
        self.loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        self.port = runner.addresses[0][1]
        self.ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(runner.cleanup())
        self.loop.close()


@pytest.fixture(scope="module")
def address(library):
    thread = ServerThread(create_app(library, Settings(max_sessions=100_000)))
    thread.start()
    assert thread.ready.wait(20)
    yield f"http://127.0.0.1:{thread.port}"
    thread.loop.call_soon_threadsafe(thread.loop.stop)
    thread.join(20)


@pytest.fixture
def session(address):
    """A session that is there to be used."""
    answer = requests.post(f"{address}/api/v1/sessions", json={"seed": 7}, timeout=20)
    return answer.json()


def invent(operation, mode, address, **known):
    """Send invented requests; each answer must be as the document says."""

    @INVENTING
    @given(case=operation.as_strategy(generation_mode=mode, **known))
    def send(case):
        case.call_and_validate(base_url=address, headers=known.get("headers"))

    send()


def takes_something(operation):
    return bool(operation.body or list(operation.iter_parameters()))


RIGHT = [(name, GenerationMode.POSITIVE) for name in OPERATIONS]
WRONG = [
    (name, GenerationMode.NEGATIVE) for name in OPERATIONS if takes_something(OPERATIONS[name])
]


@pytest.mark.parametrize(("name", "mode"), RIGHT + WRONG)
def test_the_server_answers_a_stranger_as_it_says(address, name, mode):
    invent(OPERATIONS[name], mode, address)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", ["change_session", "give_feedback"])
def test_the_server_answers_the_owner_of_a_session_as_it_says(address, session, name, mode):
    known = {
        "path_parameters": {"id": session["id"]},
        "headers": {"Authorization": f"Bearer {session['token']}"},
    }
    invent(OPERATIONS[name], mode, address, **known)
