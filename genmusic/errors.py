"""The one family of exceptions. Each message is a sentence for the person who must act on it."""

from __future__ import annotations

from typing import final


class GenmusicError(Exception):
    """Something the user can understand and cure; the message says what and how."""

    code = "failed"


@final
class ControlError(GenmusicError):
    """A control that does not exist, or a value outside its range."""

    code = "bad_control"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@final
class RuleError(GenmusicError):
    """A style or patch file that cannot be used; names file, line and key."""

    code = "bad_rule"

    def __init__(self, message: str, *, file: str, line: int = 0, key: str = "") -> None:
        place = file + (f":{line}" if line else "") + (f": {key}" if key else "")
        super().__init__(f"{place}: {message}")
        self.file, self.line, self.key = file, line, key


@final
class AutomationError(GenmusicError):
    """An automation file, or a line of it, that cannot be used; names file and line."""

    code = "bad_automation"

    def __init__(self, message: str, *, file: str, line: int = 0) -> None:
        super().__init__(f"{file}{f':{line}' if line else ''}: {message}")
        self.file, self.line = file, line


@final
class UnknownNameError(GenmusicError):
    """A style, model, patch or format that is not there."""

    code = "unknown_name"


@final
class CorpusError(GenmusicError):
    """A score that cannot be read, with the reason."""

    code = "bad_score"


@final
class ModelError(GenmusicError):
    """A trained model that cannot be used."""

    code = "bad_model"


@final
class EncodingError(GenmusicError):
    """No codec for what was asked, or a file that cannot be written."""

    code = "encoding_failed"


@final
class DeviceError(GenmusicError):
    """A sound or MIDI device that is not there or cannot be used; the message says the cure."""

    code = "no_device"


@final
class ServerError(GenmusicError):
    """A server that cannot start: its address, its certificate or its folder."""

    code = "cannot_serve"


@final
class StorageError(GenmusicError):
    """A file of the server that cannot be read or written."""

    code = "storage"


CLOSE_CODES = {
    "restart": 1012,  # the server goes away; resume shortly
    "internal": 1011,  # a fault of the server
    "storage": 1011,  # its disk is full, or broken
    "protocol": 4400,
    "bad_control": 4400,
    "unknown_name": 4400,
    "token": 4401,
    "led": 4403,  # a performer leads the room: its listeners steer nothing
    "no_session": 4404,
    "no_room": 4404,  # nobody plays there now
    "stalled": 4408,
    "taken_over": 4409,  # another connection plays this session; do not come back
    "full": 4429,
    "too_fast": 4429,
}
"""WebSocket close code of each error code of the stream protocol."""


@final
class ProtocolError(GenmusicError):
    """A stream that must end; ``code`` is a key of `CLOSE_CODES`."""

    def __init__(
        self, message: str, code: str = "protocol", *, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.retry_after = code, retry_after

    @property
    def close_code(self) -> int:
        """The WebSocket close code that goes with the error."""
        return CLOSE_CODES[self.code]
