"""The manifest of a model: one row for each work that it was learned from."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from genmusic.errors import ModelError

MOST_CELL_CHARACTERS = 2_000
MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """Who wrote what, where it is from, and what allows its use."""

    id: str
    composer: str
    title: str
    year: str  # of composition or publication; empty when unknown
    source: str  # address of the score
    licence: str  # SPDX name where there is one
    sha256: str  # of the file that was read


COLUMNS = tuple(field.name for field in fields(Work))


def manifest_path(model_path: Path) -> Path:
    """Where the manifest of a model lies: beside it."""
    return model_path.with_suffix(".manifest.tsv")


def write_manifest(path: Path, works: Iterable[Work]) -> None:
    """Write works as tab-separated text, one line each."""
    lines = [COLUMNS, *(tuple(_plain(cell) for cell in astuple(work)) for work in works)]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def read_manifest(path: Path) -> tuple[Work, ...]:
    """Read the works of a model."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            return _works([line for line, _ in zip(lines, range(MOST_ROWS), strict=False)], path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ModelError(f"the manifest {path} cannot be read: {error}") from error


def _works(lines: list[list[str]], path: Path) -> tuple[Work, ...]:
    if not lines or tuple(lines[0]) != COLUMNS:
        raise ModelError(f"the manifest {path} must have the columns {', '.join(COLUMNS)}")
    for number, line in enumerate(lines, 1):
        if len(line) != len(COLUMNS):
            raise ModelError(f"line {number} of the manifest {path} has {len(line)} columns")
    return tuple(Work(*line) for line in lines[1:])


def _plain(cell: str) -> str:
    """One line without tabs or control characters."""
    printable = "".join(c if c.isprintable() else " " for c in cell)
    return " ".join(printable.split())[:MOST_CELL_CHARACTERS]
