"""Kinds of values a rule file may hold: each reads one value, or says what it should have been."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from genmusic.names import PITCH_CLASSES
from genmusic.rules.place import Place

LIST_LIMIT = 64  # entries; a style is written by hand

_SHARPS = {"C#": "Db", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb"}
_PITCH = re.compile(r"^([A-G][#b]?)(-?\d)$")


class Kind(Protocol):
    """One kind of value; ``text`` says in words what is allowed."""

    @property
    def text(self) -> str:
        """What is allowed, to follow "must be"."""

    def read(self, value: object, place: Place) -> Any:  # noqa: ANN401 - the kind is the type
        """The value in its own type, or a `RuleError` that names place, value and range."""


def _refuse(kind: Kind, value: object, place: Place) -> Exception:
    return place.error(f"must be {kind.text}, got {value!r:.60}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a range."""

    low: float
    high: float
    unit: str = ""

    @property
    def text(self) -> str:
        """Such as ``-60..6 dB``."""
        return f"{self.low:g}..{self.high:g} {self.unit}".strip()

    def read(self, value: object, place: Place) -> float:
        """The number as a float."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _refuse(self, value, place)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise _refuse(self, value, place)
        return float(value)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number in a range."""

    low: int
    high: int
    unit: str = ""

    @property
    def text(self) -> str:
        """Such as ``2..6 voices``."""
        return f"a whole number in {self.low}..{self.high} {self.unit}".strip()

    def read(self, value: object, place: Place) -> int:
        """The number."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise _refuse(self, value, place)
        if not self.low <= value <= self.high:
            raise _refuse(self, value, place)
        return value


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, or a name."""

    longest: int = 200

    @property
    def text(self) -> str:
        """Such as ``text of at most 200 characters``."""
        return f"text of at most {self.longest} characters"

    def read(self, value: object, place: Place) -> str:
        """The text."""
        if not isinstance(value, str) or len(value) > self.longest:
            raise _refuse(self, value, place)
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words."""
        return "one of " + ", ".join(self.words)

    def read(self, value: object, place: Place) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            raise place.error(f"must be {self.text}, got {value!r:.60}{nearest(value, self.words)}")
        return value


@dataclass(frozen=True, slots=True)
class Pitch:
    """The name of a pitch; C4 is MIDI note 60."""

    text: str = "a pitch from C-1 to G9, such as C4, F#3 or Bb5"

    def read(self, value: object, place: Place) -> int:
        """The MIDI note number."""
        match = _PITCH.match(value) if isinstance(value, str) else None
        name = _SHARPS.get(match[1], match[1]) if match else ""
        if match is None or name not in PITCH_CLASSES:
            raise _refuse(self, value, place)
        number = PITCH_CLASSES.index(name) + 12 * (int(match[2]) + 1)
        if not 0 <= number <= 127:
            raise _refuse(self, value, place)
        return number


@dataclass(frozen=True, slots=True)
class Steps:
    """A pattern over one bar, one character for each equal step; ``.`` is nothing."""

    signs: str
    lengths: tuple[int, ...] = (2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32)

    @property
    def text(self) -> str:
        """Signs and lengths."""
        lengths = ", ".join(map(str, self.lengths))
        return f"a bar in {lengths} steps of the signs {self.signs} and . for nothing"

    def read(self, value: object, place: Place) -> str:
        """The pattern without the spaces that group it."""
        steps = value.replace(" ", "") if isinstance(value, str) else ""
        if len(steps) not in self.lengths or not set(steps) <= {*self.signs, "."}:
            raise _refuse(self, value, place)
        return steps


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words, each of which one pattern matches."""

    pattern: str
    what: str

    @property
    def text(self) -> str:
        """What the words are."""
        return self.what

    def read(self, value: object, place: Place) -> tuple[str, ...]:
        """The words."""
        words = value.split() if isinstance(value, str) else []
        if not 1 <= len(words) <= LIST_LIMIT:
            raise _refuse(self, value, place)
        if not all(re.fullmatch(self.pattern, word) for word in words):
            raise _refuse(self, value, place)
        return tuple(words)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one kind."""

    kind: Kind
    shortest: int = 1
    longest: int = LIST_LIMIT

    @property
    def text(self) -> str:
        """What each entry is."""
        return f"a list, each entry {self.kind.text}"

    def read(self, value: object, place: Place) -> tuple[Any, ...]:
        """The entries."""
        if not isinstance(value, list):
            raise _refuse(self, value, place)
        if not self.shortest <= len(value) <= self.longest:
            raise place.error(
                f"must have {self.shortest}..{self.longest} entries, got {len(value)}"
            )
        return tuple(self.kind.read(v, place.at(i)) for i, v in enumerate(value))


def nearest(value: object, known: Iterable[str]) -> str:
    """Ask whether a known word was meant; empty if none is near."""
    matches = difflib.get_close_matches(str(value)[:40], list(known), n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""
