"""Where scores lie: a folder or a zip, read through one small interface."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Protocol

from genmusic.composition.training.archives import BROKEN_ZIP, read_member
from genmusic.errors import CorpusError

MOST_FILES = 100_000


class Store(Protocol):
    """Files by their relative names, with ``/`` between folders."""

    def names(self) -> Sequence[str]:
        """All files, sorted."""
        ...

    def read(self, name: str, most_bytes: int) -> bytes:
        """The bytes of one file; refuses what is longer."""
        ...


@lru_cache(maxsize=8)
def open_store(path: Path) -> Store:
    """Open a folder or a zip."""
    if path.is_dir():
        return _Folder(path)
    if path.suffix.lower() == ".zip" and path.is_file():
        return _Zip(path)
    raise CorpusError(f"{path} is neither a folder nor a .zip file")


class _Folder:
    def __init__(self, path: Path) -> None:
        self._root = path.resolve()

    def names(self) -> Sequence[str]:
        files = (path for path in self._root.rglob("*") if path.is_file() and self._holds(path))
        found = sorted(path.relative_to(self._root).as_posix() for path in files)
        return _bounded(found, self._root)

    def read(self, name: str, most_bytes: int) -> bytes:
        path = self._root / name
        if not self._holds(path):
            raise CorpusError(f"{name!r} is outside {self._root}")
        try:
            with path.open("rb") as file:
                data = file.read(most_bytes + 1)
        except OSError as error:
            raise CorpusError(f"{name!r} cannot be read: {error.strerror}") from error
        if len(data) > most_bytes:
            raise CorpusError(f"{name!r} is larger than {most_bytes // 1024} KiB")
        return data

    def _holds(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._root)


class _Zip:
    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except BROKEN_ZIP as error:
            raise CorpusError(f"{path} is not a readable zip: {error}") from error
        names = [name for name in self._archive.namelist() if not name.endswith("/")]
        self._inside = _common_folder(_bounded(names, path))
        self._names = sorted(name.removeprefix(self._inside) for name in names)

    def names(self) -> Sequence[str]:
        return self._names

    def read(self, name: str, most_bytes: int) -> bytes:
        return read_member(self._archive, self._inside + name, most_bytes)


def _bounded(names: Sequence[str], path: Path) -> Sequence[str]:
    if len(names) > MOST_FILES:
        raise CorpusError(f"{path} holds more than {MOST_FILES} files")
    return names


def _common_folder(names: Sequence[str]) -> str:
    """The one folder that everything lies in, as in zips made by code hosts; or nothing."""
    tops = {PurePosixPath(name).parts[0] for name in names if "/" in name}
    inside = f"{tops.pop()}/" if len(tops) == 1 else ""
    return inside if all(name.startswith(inside) for name in names) else ""
