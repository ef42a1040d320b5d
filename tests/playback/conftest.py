import pytest
from sound_server import private_server


@pytest.fixture
def jack(monkeypatch):
    with private_server(monkeypatch) as server:
        yield server
