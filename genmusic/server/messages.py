"""Messages of the stream protocol in JSON: what a client may send, and what it gets."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from genmusic.controls.calls import LONGEST_TEXT
from genmusic.controls.spec import Value
from genmusic.encoding import StreamEncoder
from genmusic.encoding.texts import parts_as_json
from genmusic.errors import ControlError, GenmusicError, ProtocolError
from genmusic.mood.mapping import MusicalParameters
from genmusic.seeding import SEED_LIMIT
from genmusic.session.engine import TimedBar
from genmusic.session.parcels import Replay
from genmusic.session.requests import Answer
from genmusic.session.room.music import RoomMusic
from genmusic.session.session import Session
from genmusic.units import SAMPLE_RATE

VERSION = 1
CHANNELS = 2

Name = Annotated[str, Meta(max_length=64)]
Secret = Annotated[str, Meta(max_length=128)]
Frames = Annotated[int, Meta(ge=0, lt=2**53)]  # exact in JavaScript
Seed = Annotated[int, Meta(ge=0, lt=SEED_LIMIT)]
Id = Annotated[int, Meta(ge=-(2**53), le=2**53)] | Name | None
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Controls = Annotated[dict[Name, float | Text | bool | None], Meta(max_length=64)]
_Data = Annotated[int, Meta(ge=0, le=127)]
MidiEvent = tuple[Frames, Annotated[int, Meta(ge=0x80, le=0xEF)], _Data, _Data]
"""The frame that was heard when it came, and the three bytes of a channel message."""
Codecs = Annotated[list[Name], Meta(min_length=1, max_length=8)]


# From the client. Unknown fields are refused where a typing error would change what is heard.


class Resume(Struct, forbid_unknown_fields=True):
    """Where a listener who comes back goes on, and the frame at the ear."""

    next_pts: Frames
    played: Frames | None = None


class Hello(Struct, tag_field="type", tag="hello", forbid_unknown_fields=True):
    """The first message: a new session, or one that goes on."""

    v: int
    codecs: Codecs
    session: Name | None = None
    token: Secret | None = None
    seed: Seed | None = None
    style: Name | None = None
    controls: Controls = {}
    resume: Resume | None = None
    room: Name | None = None


class Ack(Struct, tag_field="type", tag="ack"):
    """What the listener's audio clock has played, what it holds, and what it missed."""

    played: Frames
    end: Frames = 0
    under: Frames = 0


class Set(Struct, tag_field="type", tag="set", forbid_unknown_fields=True):
    """New values of some controls."""

    id: Id
    controls: Controls


class Skip(Struct, tag_field="type", tag="skip"):
    """A new piece from the next bar."""

    id: Id = None


class Midi(Struct, tag_field="type", tag="midi", forbid_unknown_fields=True):
    """What came from a keyboard at the listener's."""

    port: Name
    events: Annotated[list[MidiEvent], Meta(min_length=1, max_length=32)]


class Role(Struct, tag_field="type", tag="role", forbid_unknown_fields=True):
    """What the keys are for."""

    role: Literal["play", "harmony", "melody", "answer"]


class Learn(Struct, tag_field="type", tag="learn", forbid_unknown_fields=True):
    """The next knob that is turned belongs to a control."""

    control: Name


class LearnedKnob(Struct, forbid_unknown_fields=True):
    """A knob that was learned before."""

    cc: Annotated[int, Meta(ge=0, le=119)]
    control: Name


class Knobs(Struct, tag_field="type", tag="knobs", forbid_unknown_fields=True):
    """What was learned of a port before."""

    port: Name
    knobs: Annotated[list[LearnedKnob], Meta(max_length=64)]


class Pause(Struct, tag_field="type", tag="pause"):
    """Nobody listens for a while."""


class Play(Struct, tag_field="type", tag="play"):
    """Somebody listens again."""


class Bye(Struct, tag_field="type", tag="bye"):
    """The session is over."""


ClientMessage = Hello | Ack | Set | Skip | Midi | Role | Learn | Knobs | Pause | Play | Bye

_client_messages: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def parse(text: str) -> ClientMessage:
    """The message, or a `ProtocolError` that says what is wrong with it."""
    try:
        return _client_messages.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ProtocolError(f"not a message of this protocol: {error}") from error


def parse_ack(text: bytes) -> Ack | None:
    """The ack, or None if the message is anything else, or wrong."""
    try:
        message = _client_messages.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    return message if isinstance(message, Ack) else None


# To the client


class Ready(Struct, tag_field="type", tag="ready"):
    """The answer to `Hello`: how to read what follows."""

    session: str
    token: str
    codec: str
    rate: int
    channels: int
    packet_frames: int
    preskip: int
    lookahead_ms: int
    pts: int
    resumed: bool
    seed: int
    style: str
    title: str
    controls: dict[str, Value]
    room: str | None = None


class Applied(Struct, tag_field="type", tag="applied"):
    """The frame at which each control of a `Set` sounds, or a `Skip` is heard."""

    id: Id
    pts: dict[str, int]


class ChordName(Struct):
    """A chord symbol and the frame at which it begins."""

    pts: int
    name: str


class BarNotes(Struct, tag_field="type", tag="notes"):
    """A bar before it sounds: what the page draws."""

    pts: int
    end: int
    bar: int
    section: str
    phrase: int
    key: str
    tempo_bpm: float
    title: str
    style: str
    cue: str
    parameters: MusicalParameters
    chords: list[ChordName]
    parts: msgspec.Raw  # an object: rows of start, end, pitch and velocity by part


class RoomState(Struct, tag_field="type", tag="room"):
    """Who plays in the room, and whether they do."""

    name: str
    who: str
    state: str
    listeners: int


class Moved(Struct, tag_field="type", tag="moved"):
    """What the performer of a room has changed, and the frame at which it begins to."""

    pts: int
    controls: dict[str, Value]


class Learned(Struct, tag_field="type", tag="learned"):
    """A knob that was given to a control."""

    port: str
    cc: int
    control: str


class Asked(Struct, tag_field="type", tag="asked"):
    """A button of a keyboard asks for what only the client can do."""

    action: str


class Drain(Struct, tag_field="type", tag="drain"):
    """The server goes away; come back after it has closed the connection."""

    after_ms: int


class Fault(Struct, tag_field="type", tag="error", omit_defaults=True):
    """What went wrong; the connection closes unless the message carries an ``id``."""

    code: str
    message: str
    field: str | None = None
    retry_after: float | None = None
    id: Id = None


ServerMessage = Ready | Applied | BarNotes | RoomState | Moved | Learned | Asked | Drain | Fault

_encoder = msgspec.json.Encoder()


def to_text(message: ServerMessage) -> str:
    """The message as it travels."""
    return _encoder.encode(message).decode()


def ready(session: Session, token: str, replay: Replay, lookahead_ms: int) -> Ready:
    """How the stream of a session begins for a connection."""
    answer = _ready(session, session.encoder, replay, lookahead_ms)
    return replace(answer, session=session.id, token=token)


def ready_in_room(
    room: str, session: str, music: RoomMusic, codec: str, replay: Replay, lookahead_ms: int
) -> Ready:
    """How the stream of a room begins for a listener."""
    answer = _ready(music, music.broadcast.encoder(codec), replay, lookahead_ms)
    return replace(answer, session=session, room=room)


def _ready(
    piece: Session | RoomMusic, encoder: StreamEncoder, replay: Replay, lookahead_ms: int
) -> Ready:
    """What is said of any stream; a session and its token are not."""
    controls = piece.controls()
    return Ready(
        session="",
        token="",
        codec=encoder.codec,
        rate=SAMPLE_RATE,
        channels=CHANNELS,
        packet_frames=encoder.packet_frames,
        preskip=encoder.preskip,
        lookahead_ms=lookahead_ms,
        pts=replay.pts,
        resumed=replay.resumed,
        seed=piece.seed,
        style=str(controls.get("style", "")),
        title=piece.title,
        controls=controls,
    )


def fault(error: GenmusicError, request_id: Id = None) -> Fault:
    """The error as a client sees it."""
    return Fault(
        code=error.code,
        message=str(error),
        field=error.field if isinstance(error, ControlError) else None,
        retry_after=error.retry_after if isinstance(error, ProtocolError) else None,
        id=request_id,
    )


def answer(given: Answer) -> Applied | Fault:
    """What became of a request."""
    mark = given.id if isinstance(given.id, int | str) else None
    if given.error is not None:
        return fault(given.error, mark)
    return Applied(mark, dict(given.frames))


def notes(timed: TimedBar) -> BarNotes:
    """A bar with the frames at which everything in it sounds."""
    bar = timed.bar
    chords = zip(timed.chord_frames, bar.chords, strict=True)
    beats = [(beat.start_frame, beat.frames) for beat in timed.beats]
    return BarNotes(
        pts=timed.start_frame,
        end=timed.end_frame,
        bar=bar.index,
        section=bar.section,
        phrase=bar.phrase,
        key=bar.key.name,
        tempo_bpm=timed.tempo_bpm,
        title=timed.title,
        style=bar.style,
        cue=bar.cue,
        parameters=timed.parameters,
        chords=[ChordName(frame, span.symbol) for frame, span in chords],
        parts=msgspec.Raw(parts_as_json(bar.notes, beats)),
    )
