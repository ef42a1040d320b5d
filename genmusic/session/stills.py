"""Stills: a moment of a session as bytes, so that a restarted server goes on to the bit.

Only the classes named here are written and read, field by field; nothing else can come out of the
bytes. A version of genmusic whose classes have other fields refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.lib.format import dtype_to_descr
from numpy.typing import NDArray

from genmusic.composition.state import PhraseTheme, State
from genmusic.composition.trails import Trails
from genmusic.encoding import Block
from genmusic.errors import StorageError
from genmusic.mixing.automation import Ramp
from genmusic.mixing.console import ConsoleState
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.score.events import Bar, ChordSpan
from genmusic.score.harmony import Chord, Key
from genmusic.session.conductor import BarLine, ConductorState
from genmusic.session.desk import Desk
from genmusic.session.moments import Moment
from genmusic.session.rack import Sound
from genmusic.session.shelf import StyleShelf, edition_of
from genmusic.session.song import Song
from genmusic.session.timed import Beat, TimedBar
from genmusic.synthesis.orchestra import OrchestraState, PlayedNote
from genmusic.synthesis.pools import Rows
from genmusic.tables import type_of


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """Where a session stands, for another server to go on."""

    moment: Moment
    tail: Block  # (2, frames): the last that sounded before, to warm an encoder that begins anew
    bars: tuple[TimedBar, ...]  # those of before that are still to be heard


@dataclass(frozen=True, slots=True)
class Frozen:
    """A still of before, as bytes until it is needed."""

    frame: int
    data: bytes
    shelf: StyleShelf

    def thawed(self) -> Still | None:
        """What it holds, if it can be read."""
        try:
            return thaw(self.data, self.shelf)
        except StorageError:
            return None


_CLASSES: Mapping[str, type] = {
    known.__name__: known
    for known in (
        Bar, BarLine, Beat, Chord, ChordSpan, ConductorState, ConsoleState, Desk, Key, Moment,
        MusicalParameters, OrchestraState, PhraseTheme, PlayedNote, Ramp, Rows, Song, Sound, State,
        Still, TimedBar, Trails,
    )
}  # fmt: skip
_STYLE, _TUPLE, _ARRAY, _MAPPING = "style", "tuple", "array", "mapping"
_DEEPEST = 16


def freeze(still: Still) -> bytes:
    """The still as bytes; a `StorageError` if something in it is not known here."""
    return msgspec.msgpack.encode(_plain(still))


def thaw(data: bytes, shelf: StyleShelf) -> Still:
    """What `freeze` wrote, with the styles of the shelf.

    Raises
    ------
    StorageError
        The bytes are damaged, or of another version.
    """
    try:
        still = _built(msgspec.msgpack.decode(data), shelf, 0)
    except (msgspec.DecodeError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"what sounded before cannot be read ({error})") from error
    if not isinstance(still, Still):
        raise StorageError("what sounded before cannot be read (it is no still)")
    return still


def _listed_by(known: type) -> tuple[str, ...]:
    """The fields of a class, if it lists them."""
    if is_dataclass(known):
        return tuple(field.name for field in fields(known))
    return tuple(getattr(known, "_fields", ()) or getattr(known, "__slots__", ()))


_LISTED: Mapping[type, tuple[str, ...]] = {known: _listed_by(known) for known in _CLASSES.values()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything in a moment
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in _WRITERS:
        return _WRITERS[kind](value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    name = kind.__name__
    if _CLASSES.get(name) is not kind:
        raise StorageError(f"a moment holds a {name}, which cannot be kept")
    return [name, {field: _plain(getattr(value, field)) for field in _LISTED[kind] or vars(value)}]


def _plain_mapping(value: Mapping[Any, Any]) -> list[Any]:
    return [_MAPPING, *([_plain(key), _plain(held)] for key, held in value.items())]


_PLAIN = frozenset((type(None), str, bool, int, float))
_WRITERS: Mapping[type, Callable[[Any], list[Any]]] = {
    list: lambda value: [None, *map(_plain, value)],
    tuple: lambda value: [_TUPLE, *map(_plain, value)],
    dict: _plain_mapping,
    np.ndarray: lambda value: [_ARRAY, dtype_to_descr(value.dtype), value.shape, value.tobytes()],
    Style: lambda value: [_STYLE, edition_of(value)],
}


def _built(plain: Any, shelf: StyleShelf, depth: int) -> Any:  # noqa: ANN401 - anything in a moment
    if type(plain) is not list:
        return plain
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    kind, *rest = plain
    if kind == _ARRAY:
        return _array(*rest)
    if kind == _STYLE:
        return shelf.edition(rest[0])

    def build(part: Any) -> Any:  # noqa: ANN401
        return _built(part, shelf, depth + 1) if type(part) is list else part

    if kind in _CONTAINERS:
        return _CONTAINERS[kind](rest, build)
    (values,) = rest
    return _object(_CLASSES[kind], {name: build(part) for name, part in values.items()})


_Build = Callable[[Any], Any]
_CONTAINERS: Mapping[str | None, Callable[[list[Any], _Build], Any]] = {
    None: lambda parts, build: list(map(build, parts)),
    _TUPLE: lambda parts, build: tuple(map(build, parts)),
    _MAPPING: lambda parts, build: {build(key): build(held) for key, held in parts},
}


def _array(descr: str | list[list[Any]], shape: Sequence[int], data: bytes) -> NDArray[Any]:
    """An array of its own, to be written: kernels know no other kind."""
    return np.frombuffer(data, type_of(descr)).reshape(shape).copy()


def _object(known: type, values: dict[str, Any]) -> Any:  # noqa: ANN401 - one of the classes
    listed = _LISTED[known]
    if listed and tuple(values) != listed:
        raise ValueError(f"a {known.__name__} has other fields now")
    if hasattr(known, "_fields"):
        return known(**values)
    made: Any = object.__new__(known)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made
