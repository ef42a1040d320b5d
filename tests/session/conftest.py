import pytest
from counting import CountingEncoder, CountingEngine

from genmusic.config import Settings
from genmusic.session.session import Session


@pytest.fixture
def engine():
    return CountingEngine()


@pytest.fixture(params=[True, False], ids=["rendered again", "kept"])
def session(engine, request):
    """Of an encoder whose packets are rendered again for who lost them, or have to be kept."""
    return Session(engine, CountingEncoder(repeats=request.param), Settings(), 0.0)
