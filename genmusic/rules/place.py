"""Where in a rule file a value stands, so that every error names file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from genmusic.errors import RuleError

Path = tuple[str | int, ...]
"""Keys and list positions from the root of the file, such as ``("parts", "bass", "pan")``."""

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_ENTRY = re.compile(rf"^\s*((?:{_NAME.pattern}|\s*\.\s*)+?)\s*=(.*)$")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


@dataclass(frozen=True, slots=True)
class Place:
    """A value's file, the file's text, and the path of keys that leads to the value."""

    file: str
    source: str
    path: Path = ()

    def at(self, key: str | int) -> Place:
        """The place of an entry of this table or list."""
        return replace(self, path=(*self.path, key))

    @property
    def key(self) -> str:
        """The path as people write it, such as ``drums.patterns[2].kick``."""
        text = "".join(f"[{s + 1}]" if isinstance(s, int) else f".{s}" for s in self.path)
        return text.removeprefix(".")

    def error(self, message: str) -> RuleError:
        """What is wrong here, with file, line and key."""
        line = find_line(self.source, self.path)
        return RuleError(message, file=self.file, line=line, key=self.key)


def find_line(source: str, path: Path) -> int:
    """The line, from 1, of the longest part of the path that the text names; 0 if it names none."""
    best_length, best_line = 0, 0
    for line, found in _keys(source):
        if len(found) > best_length and found == path[: len(found)]:
            best_length, best_line = len(found), line
    return best_line


def _keys(source: str) -> Iterator[tuple[int, Path]]:
    """Every table header and key of a TOML text, with its line; inside inline values, none."""
    table: Path = ()
    counts: dict[Path, int] = {}
    depth = 0
    for number, line in enumerate(source.splitlines(), 1):
        if depth > 0:
            depth += _brackets(line)
        elif header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield number, table
        elif entry := _ENTRY.match(line):
            yield number, table + _names(entry[1])
            depth = _brackets(entry[2])


def _names(dotted: str) -> Path:
    names = _NAME.findall(dotted)
    return tuple(name[1:-1] if name[0] in "\"'" else name for name in names)


def _brackets(line: str) -> int:
    """Opened less closed brackets, outside strings and comments."""
    bare = _STRING.sub("", line).split("#")[0]
    return sum((c in "[{") - (c in "]}") for c in bare)
