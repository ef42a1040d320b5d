"""The server that a benchmark starts: what happens when it does not do as it is told."""

import os

import pytest

from genmusic.cli.bench import stream_server
from genmusic.errors import ServerError


def test_a_server_that_does_not_end_is_a_fault_and_no_end(monkeypatch):
    monkeypatch.setattr(stream_server, "START_PATIENCE_SECONDS", 0.01)

    with pytest.raises(ServerError, match=r"has not ended within 0\.01 s"):
        stream_server._wait_for_end(os.getpid())
