"""Beginning: what a listener asks for becomes a session."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from genmusic.config import Settings
from genmusic.seeding import SEED_LIMIT
from genmusic.session.codecs import open_encoder
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.session import Session


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a listener asks a new session to be; the codecs in order of preference."""

    codecs: tuple[str, ...]
    seed: int | None = None
    controls: Mapping[str, object] = field(default_factory=dict)


def open_session(library: Library, wishes: Wishes, settings: Settings, now: float) -> Session:
    """Begin a new piece for a new listener; without a seed it is one nobody heard before.

    Raises
    ------
    ProtocolError, ControlError, UnknownNameError
        The server has none of the codecs; a control or the style is not there.
    """
    seed = secrets.randbelow(SEED_LIMIT) if wishes.seed is None else wishes.seed
    encoder = open_encoder(wishes.codecs, seed, settings)
    engine = Engine(library, seed, wishes.controls, follows_edits=True, rests=True)
    return Session(engine, encoder, settings, now, wishes.controls)
