"""Performances in files: what was asked of the music and when, to render it again.

A file of JSON lines. The first says how it began and how long it lasted, ``{"seed": 440,
"controls": {…}, "frames": 480000}``; each of the others is a line of the log, ``{"at_frame": 64,
"name": "valence", "value": 0.5}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from genmusic.controls.spec import Value, check_changes
from genmusic.encoding import PartFile
from genmusic.errors import AutomationError, ControlError, UnknownNameError
from genmusic.seeding import SEED_LIMIT
from genmusic.session.automation import SECONDS_LIMIT, read_lines
from genmusic.session.library import Library
from genmusic.session.log import EDITION, POSITION, SKIP, Change, checked_position
from genmusic.session.strokes import STROKE, read_stroke
from genmusic.units import QUANTUM, SAMPLE_RATE

MOST_FRAMES = round(SECONDS_LIMIT * SAMPLE_RATE)
Frame = Annotated[int, msgspec.Meta(ge=0, le=MOST_FRAMES, multiple_of=QUANTUM)]


@dataclass(frozen=True, slots=True)
class Performance:
    """A piece as it was played."""

    seed: int
    controls: Mapping[str, Value]  # with which it began
    log: Sequence[Change]
    frames: int


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    seed: Annotated[int, msgspec.Meta(ge=0, lt=SEED_LIMIT)]
    controls: dict[str, Value]
    frames: Annotated[int, msgspec.Meta(ge=QUANTUM, le=MOST_FRAMES)]


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    at_frame: Frame
    name: str
    value: Value


_head_decoder, _line_decoder = msgspec.json.Decoder(_Head), msgspec.json.Decoder(_Line)


def write_performance(path: Path, played: Performance) -> None:
    """Write a performance to a file, which appears when it is whole.

    Raises
    ------
    EncodingError
        The file cannot be written.
    """
    head = {"seed": played.seed, "controls": dict(played.controls), "frames": played.frames}
    lines = [{"at_frame": c.frame, "name": c.name, "value": c.value} for c in played.log]
    with PartFile(path) as part:
        part.stream.writelines(f"{json.dumps(line)}\n".encode() for line in (head, *lines))


def read_performance(path: Path, library: Library) -> Performance:
    """Read what `write_performance` wrote.

    Raises
    ------
    AutomationError
        The file cannot be read, or a line is wrong; names the line.
    """
    first, *others = read_lines(path) or [b""]
    with _placed(path, 1):
        head = _head_decoder.decode(first)
        controls = check_changes(head.controls)
        library.style(str(controls.get("style")))
    log: list[Change] = []
    for number, text in enumerate(others, 2):
        with _placed(path, number):
            log.append(_read_change(text, library))
    return Performance(head.seed, controls, log, head.frames)


@contextmanager
def _placed(path: Path, line: int) -> Iterator[None]:
    """Name the line in what is said of a fault."""
    try:
        yield
    except (msgspec.DecodeError, ControlError, UnknownNameError) as error:
        raise AutomationError(str(error), file=str(path), line=line) from error


def _read_change(text: bytes, library: Library) -> Change:
    line = _line_decoder.decode(text)
    if line.name == POSITION:
        checked_position(line.value)
    elif line.name == STROKE:
        read_stroke(line.value)
    elif line.name == EDITION:
        library.style(str(line.value).partition("@")[0])
    elif line.name != SKIP:
        check_changes({line.name: line.value})
        if line.name == "style":
            library.style(str(line.value))
    return Change(line.at_frame, line.name, line.value)
