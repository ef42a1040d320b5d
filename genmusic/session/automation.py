"""Control changes planned ahead, in a file of JSON lines.

A line is such as ``{"at_seconds": 8.0, "set": {"valence": 0.5}}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from genmusic.controls.spec import Value, check_changes
from genmusic.errors import AutomationError, ControlError
from genmusic.units import quantum_at_or_after, seconds_to_frames

FILE_BYTES_LIMIT = 1_000_000
LINES_LIMIT = 100_000
SECONDS_LIMIT = 86_400.0  # a day


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """Controls that are set when rendering reaches a frame, the start of a quantum."""

    frame: int
    controls: Mapping[str, Value]


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    at_seconds: Annotated[float, msgspec.Meta(ge=0.0, le=SECONDS_LIMIT)]
    controls: dict[str, Value] = msgspec.field(name="set")


_DECODER = msgspec.json.Decoder(_Line)


def read_automation(path: Path) -> tuple[PlannedChange, ...]:
    """The changes of a file in the order of time; lines for one time keep their order.

    Raises
    ------
    AutomationError
        The file cannot be read, is too large, or a line is wrong; names the line.
    """
    changes = [_read_line(line, str(path), number) for number, line in _lines(path) if line.strip()]
    return tuple(sorted(changes, key=lambda change: change.frame))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
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
    return iter(enumerate(lines, 1))


def _read_line(line: bytes, file: str, number: int) -> PlannedChange:
    try:
        read = _DECODER.decode(line)
        controls = check_changes(read.controls)
    except (msgspec.DecodeError, ControlError) as error:
        raise AutomationError(str(error), file=file, line=number) from error
    return PlannedChange(quantum_at_or_after(seconds_to_frames(read.at_seconds)), controls)
