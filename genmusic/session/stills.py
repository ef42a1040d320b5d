"""Stills: a moment of a session as bytes, so that a restarted server goes on to the bit.

Only the classes named here are written and read, field by field; nothing else can come out of the
bytes. A version of genmusic whose classes have other fields refuses them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec
import numpy as np

from genmusic.composition.state import PhraseTheme, State
from genmusic.composition.trails import Trails
from genmusic.errors import StorageError
from genmusic.mixing.automation import Ramp
from genmusic.mixing.console import ConsoleState
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.score.events import Bar, ChordSpan
from genmusic.score.harmony import Chord, Key
from genmusic.session.conductor import BarLine, ConductorState
from genmusic.session.desk import Desk
from genmusic.session.rack import Sound
from genmusic.session.seat import Moment
from genmusic.session.shelf import StyleShelf, edition_of
from genmusic.session.song import Song
from genmusic.session.timed import Beat
from genmusic.synthesis.orchestra import OrchestraState, PlayedNote
from genmusic.synthesis.pools import Rows

_CLASSES: Mapping[str, type] = {
    known.__name__: known
    for known in (
        Bar, BarLine, Beat, Chord, ChordSpan, ConductorState, ConsoleState, Desk, Key, Moment,
        MusicalParameters, OrchestraState, PhraseTheme, PlayedNote, Ramp, Rows, Song, Sound, State,
        Trails,
    )
}  # fmt: skip
_STYLE, _TUPLE, _ARRAY, _MAPPING = "style", "tuple", "array", "mapping"
_DEEPEST = 16


def freeze(moment: Moment) -> bytes:
    """The moment as bytes; a `StorageError` if something in it is not known here."""
    return msgspec.msgpack.encode(_plain(moment))


def thaw(data: bytes, shelf: StyleShelf) -> Moment:
    """What `freeze` wrote, with the styles of the shelf.

    Raises
    ------
    StorageError
        The bytes are damaged, or of another version.
    """
    try:
        moment = _built(msgspec.msgpack.decode(data), shelf, 0)
    except (msgspec.DecodeError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"what sounded before cannot be read ({error})") from error
    if not isinstance(moment, Moment):
        raise StorageError("what sounded before cannot be read (it is no moment)")
    return moment


def _names(known: type | Any) -> list[str]:  # noqa: ANN401 - a class or one of its objects
    """The fields of a class, or of an object whose class does not list them."""
    if is_dataclass(known):
        return [field.name for field in fields(known)]
    named = getattr(known, "_fields", ()) or getattr(known, "__slots__", ())
    return list(named) or sorted(vars(known))


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything in a moment
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        return [None, *map(_plain, value)]
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [_TUPLE, *map(_plain, value)]
    if isinstance(value, Mapping):
        return [_MAPPING, *([_plain(key), _plain(held)] for key, held in value.items())]
    if isinstance(value, np.ndarray):
        file = io.BytesIO()
        np.save(file, value, allow_pickle=False)
        return [_ARRAY, file.getvalue()]
    if isinstance(value, Style):
        return [_STYLE, edition_of(value)]
    name = type(value).__name__
    if _CLASSES.get(name) is not type(value):
        raise StorageError(f"a moment holds a {name}, which cannot be kept")
    return [name, *([field, _plain(getattr(value, field))] for field in _names(value))]


def _built(plain: Any, shelf: StyleShelf, depth: int) -> Any:  # noqa: ANN401 - anything in a moment
    if not isinstance(plain, list):
        return plain
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    kind, *rest = plain
    if kind == _ARRAY:
        return np.load(io.BytesIO(rest[0]), allow_pickle=False)
    if kind == _STYLE:
        return shelf.edition(rest[0])

    def build(part: Any) -> Any:  # noqa: ANN401
        return _built(part, shelf, depth + 1)

    if kind in _CONTAINERS:
        return _CONTAINERS[kind](rest, build)
    return _object(_CLASSES[kind], {name: build(part) for name, part in rest})


_Build = Callable[[Any], Any]
_CONTAINERS: Mapping[str | None, Callable[[list[Any], _Build], Any]] = {
    None: lambda parts, build: list(map(build, parts)),
    _TUPLE: lambda parts, build: tuple(map(build, parts)),
    _MAPPING: lambda parts, build: {build(key): build(held) for key, held in parts},
}


def _object(known: type, values: dict[str, Any]) -> Any:  # noqa: ANN401 - one of the classes
    lists_fields = is_dataclass(known) or hasattr(known, "__slots__")
    if lists_fields and set(values) != set(_names(known)):
        raise ValueError(f"a {known.__name__} has other fields now")
    if hasattr(known, "_fields"):
        return known(**values)
    made: Any = object.__new__(known)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made
