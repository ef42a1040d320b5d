"""What is counted as it happens."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.registry import Collector


class Tally:
    """The counters of one server; labels take values from our own tables alone."""

    def __init__(self) -> None:
        self.refused = _counter("refused", "Requests and listeners that were refused.", "code")
        self.requests = _counter("requests", "Answers over HTTP.", "method", "status")
        self.sent_bytes = _counter("sent_bytes", "Bytes of sound and messages.", "transport")
        self.underrun_frames = _counter(
            "underrun_frames", "Frames of silence that listeners report: nothing was there to play."
        )

    def __iter__(self) -> Iterator[Collector]:
        return iter((self.refused, self.requests, self.sent_bytes, self.underrun_frames))


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"genmusic_{name}", text, labels, registry=None)
