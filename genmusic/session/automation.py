"""Control changes planned ahead, in a file of JSON lines.

A line is such as ``{"at_seconds": 8.0, "set": {"valence": 0.5}}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from genmusic.controls.spec import Value, check_changes
from genmusic.errors import AutomationError, ControlError, UnknownNameError
from genmusic.session.library import Library
from genmusic.session.log import Change
from genmusic.units import quantum_at_or_after, seconds_to_frames

FILE_BYTES_LIMIT = 1_000_000
LINES_LIMIT = 100_000
SECONDS_LIMIT = 86_400.0  # a day


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    at_seconds: Annotated[float, msgspec.Meta(ge=0.0, le=SECONDS_LIMIT)]
    controls: dict[str, Value] = msgspec.field(name="set")


_DECODER = msgspec.json.Decoder(_Line)


def read_automation(path: Path, library: Library) -> tuple[Change, ...]:
    """The changes of a file in its order, each at the first quantum not before its time.

    Raises
    ------
    AutomationError
        The file cannot be read, is too large, or a line is wrong; names the line.
    """
    changes: list[Change] = []
    for number, line in enumerate(read_lines(path), 1):
        if line.strip():
            try:
                changes.extend(_read_changes(line, library))
            except (msgspec.DecodeError, ControlError, UnknownNameError) as error:
                raise AutomationError(str(error), file=str(path), line=number) from error
    return tuple(changes)


def read_lines(path: Path) -> list[bytes]:
    """The lines of a file that is not too large; `AutomationError` otherwise."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_LIMIT + 1)
    except OSError as error:
        raise AutomationError(f"cannot be read: {error.strerror}", file=str(path)) from error
    if len(data) > FILE_BYTES_LIMIT:
        raise AutomationError(f"is larger than {FILE_BYTES_LIMIT} bytes", file=str(path))
    lines = data.splitlines()
    if len(lines) > LINES_LIMIT:
        raise AutomationError(f"has more than {LINES_LIMIT} lines", file=str(path))
    return lines


def _read_changes(text: bytes, library: Library) -> Iterator[Change]:
    line = _DECODER.decode(text)
    frame = quantum_at_or_after(seconds_to_frames(line.at_seconds))
    for name, value in check_changes(line.controls).items():
        if name == "style":
            library.style(str(value))
        yield Change(frame, name, value)
