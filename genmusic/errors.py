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
class ProtocolError(GenmusicError):
    """A client that breaks the stream protocol; carries the close code."""

    code = "protocol"

    def __init__(self, message: str, close_code: int = 4400) -> None:
        super().__init__(message)
        self.close_code = close_code
