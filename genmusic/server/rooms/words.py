"""Messages of those who lead a room, in JSON: docs/rooms.md."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from genmusic.errors import ProtocolError
from genmusic.server.messages import Controls, Frames, Name, Secret, Seed
from genmusic.session.room.styles import LONGEST_TEXT

VERSION = 1
MOST_LINES = 64  # in a message
Line = tuple[Frames, Name, float | Name | bool | None]
Lines = Annotated[list[Line], Meta(max_length=MOST_LINES)]


class Lead(Struct, tag_field="type", tag="lead", forbid_unknown_fields=True):
    """The first message: who leads which performance, and what proves that they may."""

    v: int
    token: Secret
    performance: Name
    who: Name = ""


class StyleText(Struct, tag_field="type", tag="style", forbid_unknown_fields=True):
    """A style as the performer has it: name and digest of an edition, and the text of its file."""

    edition: Name
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)]


class Opening(Struct, tag_field="type", tag="opening", forbid_unknown_fields=True):
    """A performance as it stands, for a server that does not know it."""

    seed: Seed
    controls: Controls = {}
    frame: Frames = 0
    checkpoint: dict[str, Any] | None = None


class Played(Struct, tag_field="type", tag="played", forbid_unknown_fields=True):
    """New lines of the log, and the frame before which there are no others."""

    end: Frames
    lines: Lines = []
    jumps: Annotated[list[tuple[Frames, Frames]], Meta(max_length=8)] = []
    paused: bool = False


class Leave(Struct, tag_field="type", tag="leave"):
    """The performance is over."""


LeaderMessage = Lead | StyleText | Opening | Played | Leave
_leader_messages: msgspec.json.Decoder[LeaderMessage] = msgspec.json.Decoder(LeaderMessage)


class Leading(Struct, tag_field="type", tag="leading"):
    """The room is yours; ``lines`` that it has, or None when it must be told everything."""

    room: str
    lines: int | None


class Audience(Struct, tag_field="type", tag="audience"):
    """How many hear the room."""

    listeners: int


def parse(text: str) -> LeaderMessage:
    """The message, or a `ProtocolError` that says what is wrong with it."""
    try:
        return _leader_messages.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ProtocolError(f"not a message of who leads a room: {error}") from error
