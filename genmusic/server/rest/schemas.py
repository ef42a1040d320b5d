"""What the interface for programs takes and gives; `openapi` describes the same types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from genmusic.controls.spec import Kind, Value
from genmusic.seeding import SEED_LIMIT
from genmusic.server.messages import Codecs, Controls, Name

Seed = Annotated[float, Meta(ge=0, lt=SEED_LIMIT, multiple_of=1)]
"""A whole number, also as some programs write it: 7.0 or 1e3."""

Verdict = Literal["like", "dislike", "skip"]


class NewSession(Struct, forbid_unknown_fields=True):
    """Wishes for a new session; each of them may be left out."""

    seed: Seed | None = None
    style: Name | None = None
    controls: Controls = {}
    codecs: Codecs = field(default_factory=lambda: ["pcm16"])  # what players of files need


class SessionChange(Struct, forbid_unknown_fields=True):
    """New values of some controls; the others stay as they are."""

    controls: Controls


class Feedback(Struct, forbid_unknown_fields=True):
    """What the listener thinks of what is being heard."""

    verdict: Verdict


class Urls(Struct):
    """Where to hear and to steer the session."""

    self: str
    stream: dict[str, str]
    playlist: str
    websocket: str


class SessionState(Struct):
    """A session as it stands."""

    id: str
    seed: int
    style: str
    title: str
    codec: str
    end: int
    listening: bool
    controls: dict[str, Value]
    urls: Urls


class OpenedSession(SessionState):
    """A new session and the secret that opens it."""

    token: str


class Changed(Struct):
    """The frame at which each control sounds, and the controls as they now stand."""

    applied: dict[str, int]
    controls: dict[str, Value]


class StyleRow(Struct):
    """A style; ``mood`` names the control that each parameter of the music follows."""

    name: str
    title: str
    text: str
    mood: dict[str, str]


class Sketch(Struct):
    """Some bars of a style: by part rows of start, end (quarter notes) and pitch."""

    beats: int
    parts: dict[str, list[tuple[float, float, int]]]


class ControlRow(Struct):
    """A row of the table of controls."""

    name: str
    text: str
    kind: Kind
    default: Value
    lands: Literal["quantum", "beat", "bar", "phrase", "section"]
    low: float
    high: float
    unit: str
    choices: list[str]
    ramp_seconds: float
    midi_cc: int | None


class ComposerRow(Struct):
    """Who wrote works that a model was learned from, and how many of them."""

    name: str
    works: int


class ModelRow(Struct):
    """A trained model, and who taught it."""

    name: str
    works: int
    licences: list[str]
    composers: list[ComposerRow]


class TeacherRow(Struct):
    """A work, and its share in what was heard."""

    composer: str
    title: str
    year: str
    licence: str
    source: str
    share: float


class HeardCredits(Struct):
    """Who taught the melody of some bars, the greatest share first."""

    first_bar: int
    last_bar: int
    works: list[TeacherRow]


class RoomRow(Struct):
    """A room, who plays there, and what."""

    name: str
    who: str
    state: str
    listeners: int
    title: str
    style: str


class Health(Struct):
    """The process answers."""

    ok: bool
    version: str
    listeners: int


class Readiness(Struct):
    """Whether new listeners are welcome."""

    ready: bool


class Fault(Struct, omit_defaults=True):
    """What went wrong: a word for programs, a sentence for people, the control it is about."""

    code: str
    message: str
    field: str | None = None


class Refusal(Struct):
    """The body of every answer that is not a success."""

    error: Fault


Json = dict[str, Any]
