"""The server's log: one line for each event, ``event key=value …``, never with a secret."""

from __future__ import annotations

import json
import logging
import sys

_logger = logging.getLogger("genmusic.server")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+")


def write(event: str, **fields: object) -> None:
    """Log an event."""
    _logger.info("%s", _line(event, fields))


def write_failure(event: str, error: BaseException, **fields: object) -> None:
    """Log a fault of the server with its traceback."""
    _logger.error("%s", _line(event, fields), exc_info=error)


def start(level: int = logging.INFO) -> None:
    """Send what the product has to say to standard error."""
    root = logging.getLogger("genmusic")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False


def _line(event: str, fields: dict[str, object]) -> str:
    return " ".join([event, *(f"{name}={_text(value)}" for name, value in fields.items())])


def _text(value: object) -> str:
    """The value on one line, quoted unless it is plain: nobody forges a line by a name."""
    text = str(value)
    return text if text and _PLAIN.issuperset(text) else json.dumps(text)
