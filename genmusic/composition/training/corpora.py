"""Corpora: which works they hold, and what is on record about each.

A corpus is a folder or a zip with a record of its works: the tables of the OpenScore projects, or
a ``manifest.tsv`` or ``manifest.json`` at its top. A work without a licence on record is refused.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from genmusic.composition.manifest import Work
from genmusic.composition.training.stores import Store, open_store
from genmusic.errors import CorpusError

MOST_RECORD_BYTES = 32 * 1024 * 1024
REQUIRED = ("composer", "title", "source", "licence")
OPENSCORE_TABLE = "data/scores.tsv"
KNOWN_LICENCES = {"CC0 1.0 Universal": "CC0-1.0"}  # words of LICENSE.txt, SPDX name

BY_FOLDER = "by_folder"  # mark of a row, see `Entry`

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A score that may be learned; its hash is known once it is read."""

    corpus: Path
    name: str
    work: Work
    by_folder: bool = False  # its composer is known by the folder alone; the score knows better


@dataclass(frozen=True, slots=True)
class Refusal:
    """A score that is not learned, and why."""

    corpus: Path
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a corpus offers."""

    entries: tuple[Entry, ...]
    refusals: tuple[Refusal, ...]


def list_corpus(path: Path, suffixes: Iterable[str]) -> Listing:
    """List the scores of a corpus (files with one of ``suffixes``), each with its record."""
    store = open_store(path)
    names = store.names()
    record = _find_record(store, path)
    wanted = tuple(suffixes)
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for name in names:
        if not name.lower().endswith(wanted):
            continue
        row = record(name)
        missing = [field for field in REQUIRED if not row.get(field, "").strip()]
        if missing:
            refusals.append(Refusal(path, name, f"no {' and no '.join(missing)} on record"))
        else:
            entries.append(Entry(path, name, _work(name, row), BY_FOLDER in row))
    return Listing(tuple(entries), tuple(refusals))


def _work(name: str, row: Row) -> Work:
    return Work(
        id=row.get("id", "").strip() or PurePosixPath(name).stem,
        year=row.get("year", "").strip(),
        sha256="",
        **{field: row[field].strip() for field in REQUIRED},
    )


Record = Callable[[str], Row]
"""What is on record about a file, by its name; empty when nothing is."""


def _find_record(store: Store, path: Path) -> Record:
    names = set(store.names())
    for name, read in _RECORDS.items():
        if name in names:
            return read(store)
    raise CorpusError(
        f"{path} has no record of its works; put a manifest.tsv at its top with the columns "
        f"path, {', '.join(REQUIRED)}"
    )


def _openscore_record(store: Store) -> Record:
    """OpenScore: scores/COMPOSER/SET/TITLE/ID.mxl, and tables of scores and composers."""
    scores = {row.get("id", ""): row for row in _table(store, OPENSCORE_TABLE)}
    composers = {row.get("path", ""): row for row in _table(store, "data/composers.tsv")}
    licence = _licence(store)
    links = next((row.get("link", "").rpartition("/")[0] for row in scores.values()), "")

    def record(name: str) -> Row:
        parts = PurePosixPath(name).parts
        number = parts[-1].partition(".")[0].lstrip("lcsq")
        folder = parts[1] if len(parts) > 2 else ""
        score = scores.get(number, {})
        return {
            "id": PurePosixPath(name).stem,
            "composer": composers.get(folder, {}).get("name", "") or _first_name_first(folder),
            "title": score.get("name", "") or _title(parts[-2]),
            "source": score.get("link", "") or f"{links}/{number}",
            "licence": licence,
            BY_FOLDER: "yes",
        }

    return record


def _licence(store: Store) -> str:
    text = store.read("LICENSE.txt", MOST_RECORD_BYTES).decode("utf-8", "replace")
    return next((name for words, name in KNOWN_LICENCES.items() if words in text), "")


def _first_name_first(folder: str) -> str:
    last, _, first = folder.replace("_", " ").partition(",")
    return f"{first.strip()} {last}".strip()


def _title(folder: str) -> str:
    """The folder's name without its number in the set."""
    number, _, rest = folder.replace("_", " ").partition(" ")
    return rest if rest and number.isdecimal() else folder.replace("_", " ")


def _tsv_record(store: Store) -> Record:
    return _by_path(_table(store, "manifest.tsv"))


def _json_record(store: Store) -> Record:
    try:
        rows = json.loads(store.read("manifest.json", MOST_RECORD_BYTES))
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"manifest.json is not JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CorpusError("manifest.json must be a list of objects")
    return _by_path([{key: str(value) for key, value in row.items()} for row in rows])


def _by_path(rows: Iterable[Row]) -> Record:
    paths = {row.get("path", ""): row for row in rows}
    return lambda name: paths.get(name, {})


def _table(store: Store, name: str) -> list[dict[str, str]]:
    text = store.read(name, MOST_RECORD_BYTES).decode("utf-8-sig", "replace")
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [{key: value or "" for key, value in row.items() if key} for row in lines]


_RECORDS: Mapping[str, Callable[[Store], Record]] = {
    OPENSCORE_TABLE: _openscore_record,
    "manifest.tsv": _tsv_record,
    "manifest.json": _json_record,
}
