"""Tables of a rule file: schemas are frozen dataclasses whose fields say what they accept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeVar

from genmusic.rules.kinds import LIST_LIMIT, Kind, nearest
from genmusic.rules.place import Place

T = TypeVar("T")


def rule(kind: Kind, text: str, default: Any = MISSING) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A key of a schema: its kind, what it means, and its default (none: it must be given)."""
    metadata = {"kind": kind, "text": text}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


def kind_of(entry: Field[Any]) -> Kind:
    """The kind of a key that `rule` made."""
    kind: Kind = entry.metadata["kind"]
    return kind


def is_required(entry: Field[Any]) -> bool:
    """Whether a key has no default."""
    return entry.default is MISSING and entry.default_factory is MISSING


def read_table(schema: type[T], value: object, place: Place) -> T:
    """An instance of a schema from a table, every key checked."""
    if not isinstance(value, dict):
        raise place.error(f"must be a table, got {value!r:.60}")
    entries = {entry.name: entry for entry in fields(schema)}  # type: ignore[arg-type]
    for key in value:
        check_key(key, entries, place)
    missing = [n for n, entry in entries.items() if is_required(entry) and n not in value]
    if missing:
        raise place.error(f"{missing[0]!r} must be given: {kind_of(entries[missing[0]]).text}")
    return schema(**{n: kind_of(entries[n]).read(v, place.at(n)) for n, v in value.items()})


def check_key(key: str, known: Iterable[str], place: Place) -> None:
    """A `RuleError` with the nearest known key if this one is not known."""
    names = list(known)
    if key not in names:
        near = nearest(key, names) or "; known: " + ", ".join(names)
        raise place.at(key).error(f"there is no such key{near}")


@dataclass(frozen=True, slots=True)
class MapOf:
    """A table whose keys are names of one family and whose values are of one kind."""

    keys: tuple[str, ...]  # empty: any
    kind: Kind

    @property
    def text(self) -> str:
        """What keys and values are."""
        keys = ", ".join(self.keys) or "names of your own"
        return f"a table of {keys}, each {self.kind.text}"

    def read(self, value: object, place: Place) -> Mapping[str, Any]:
        """The table."""
        if not isinstance(value, dict) or not value or len(value) > LIST_LIMIT:
            raise place.error(f"must be {self.text}, got {value!r:.60}")
        for key in value:
            if self.keys:
                check_key(key, self.keys, place)
        entries = {key: self.kind.read(v, place.at(key)) for key, v in value.items()}
        return MappingProxyType(entries)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the keys of one schema: a frozen dataclass whose fields are made by `rule`."""

    schema: type

    @property
    def text(self) -> str:
        """The keys."""
        return "a table of " + ", ".join(entry.name for entry in fields(self.schema))

    def read(self, value: object, place: Place) -> Any:  # noqa: ANN401 - the schema is the type
        """An instance of the schema."""
        return read_table(self.schema, value, place)
