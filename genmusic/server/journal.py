"""The server's log: one line for each event, as text or as JSON, never with a secret."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import Any

_logger = logging.getLogger("genmusic.server")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+")
_SECRET = re.compile(r"(gm[slr]_)[\w-]+", re.ASCII)  # tokens and tickets, wherever they turn up


def write(event: str, **fields: object) -> None:
    """Log an event."""
    _logger.info("%s", _line(event, fields), extra={"event": event, "fields": fields})


def write_failure(event: str, error: BaseException, **fields: object) -> None:
    """Log a fault of the server with its traceback."""
    extra = {"event": event, "fields": fields}
    _logger.error("%s", _line(event, fields), exc_info=error, extra=extra)


def start(form: str = "text", level: int = logging.INFO) -> None:
    """Send the log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[form])
    _logger.addHandler(handler)
    _logger.setLevel(level)
    _logger.propagate = False


class TextFormatter(logging.Formatter):
    """``time LEVEL event key=value …``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with secrets blotted out."""
        return _without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """An object on each line: ``time``, ``level``, ``event``, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with secrets blotted out."""
        line: dict[str, Any] = {
            "time": _utc(record.created),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.getMessage()),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _without_secrets(json.dumps(line, default=str))


FORMATS: Mapping[str, logging.Formatter] = {"text": TextFormatter(), "json": JsonFormatter()}
"""How the log can be written, by the name of ``--log``."""


def _utc(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1_000), 1_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{thousandths:03d}Z"


def _without_secrets(text: str) -> str:
    return _SECRET.sub(r"\1…", text)


def _line(event: str, fields: Mapping[str, object]) -> str:
    return " ".join([event, *(f"{name}={_text(value)}" for name, value in fields.items())])


def _text(value: object) -> str:
    """The value on one line, quoted unless it is plain: nobody forges a line by a name."""
    text = str(value)
    return text if text and _PLAIN.issuperset(text) else json.dumps(text)
